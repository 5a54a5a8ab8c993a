// Package broker connects to the data plane of ApsaraMQ for MQTT as a device does: TCP, TLS with
// the device's certificate, and MQTT 3.1.1 as far as CONNACK.
//
// It sends CONNECT only if the broker's certificate was verified and the broker requested the
// device's. It reads a limited answer, every wait ends with the context, and a failure is one
// [*Error] with its step and kind. No error, and no value printed by fmt, contains a password.
// HTTPS_PROXY has no effect here.
//
// It never publishes or subscribes. Its callers choose the certificate, decide whether a password
// may go to this broker, and interpret a refusal for the device.
package broker

import (
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"mqttca/api/wire"
)

// domain is the domain of the vendor's brokers.
const domain = ".mqtt.aliyuncs.com"

// defaultPort is the TLS port, by the vendor's pages on connecting a client.
const defaultPort = "8883"

// A Broker is the address to which an instance's devices connect.
type Broker struct {
	Host, Port string
	ServerName string         // the name to verify the broker's certificate for, sent as SNI
	Roots      *x509.CertPool // nil: the system's
}

// Of returns the vendor's broker of an instance, or the one inside a VPC.
func Of(instance string, vpc bool) Broker {
	host := instance + domain
	if vpc {
		host = instance + "-internal-vpc" + domain
	}
	return Broker{Host: host, Port: defaultPort, ServerName: host}
}

// Parse reads HOST[:PORT]. A broker given by its IP address is verified as the vendor's broker of
// the instance.
func Parse(text, instance string) (Broker, error) {
	given := text
	if isAddress(text) {
		given = "[" + text + "]"
	}
	host, port, err := net.SplitHostPort(given)
	if err != nil {
		host, port, err = net.SplitHostPort(given + ":" + defaultPort)
	}
	if err != nil || port == "" || !wire.ValidPort(port) || !isAddress(host) && !wire.IsName(host, "-.") {
		return Broker{}, fmt.Errorf("broker %q is not HOST or HOST:PORT", text)
	}
	b := Broker{Host: host, Port: port, ServerName: host}
	if isAddress(host) {
		b.ServerName = Of(instance, false).ServerName
	}
	return b, nil
}

func isAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

// String returns the host with the port.
func (b Broker) String() string { return net.JoinHostPort(b.Host, b.Port) }

// IsVendor reports whether the host is in the vendor's domain.
func (b Broker) IsVendor() bool { return strings.HasSuffix(strings.ToLower(b.Host), domain) }

// IsTrusted reports whether a password derived from an AccessKey may go to the broker: it has
// neither a time nor a nonce, so anybody who gets it can use it as long as the key lives.
func (b Broker) IsTrusted() bool { return b.IsVendor() || wire.IsLoopback(b.Host) }

// Trust adds the certificates of a PEM text to the system's roots.
func (b *Broker) Trust(pem []byte) error {
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(pem) {
		return fmt.Errorf("no PEM certificate usable as a root")
	}
	b.Roots = roots
	return nil
}
