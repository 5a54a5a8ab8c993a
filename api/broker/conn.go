package broker

import (
	"bytes"
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"mqttca/api/wire"
)

// A Device holds a device's means of authentication.
type Device struct {
	Chain  [][]byte // its certificate and its issuers, DER, its own first
	Signer crypto.Signer
}

// A TLSState holds what a broker shows in the TLS handshake, also to a client without a certificate.
type TLSState struct {
	TLSVersion    uint16              // 0 if the handshake ended before the certificates
	Certificates  []*x509.Certificate // the broker's, its own first; also unverifiable ones
	Asks          bool                // it requests a client certificate: mutual TLS is on
	AcceptableCAs [][]byte            // the subjects of the CAs in its request, DER; empty: it names none
}

// Resolve looks up the broker's addresses.
func (b Broker) Resolve(ctx context.Context) ([]netip.Addr, error) {
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", b.Host)
	if err != nil {
		return nil, b.fail(ctx, StepResolve, err)
	}
	return addresses, nil
}

// A Conn is a connection to a broker. It ends with the context of its Dial.
type Conn struct {
	TLSState
	broker Broker
	ctx    context.Context
	tcp    net.Conn
	tls    *tls.Conn
	stop   func() bool
	key    deviceKey
	opened bool // CONNACK 0 was received
}

// Dial opens a TCP connection.
func (b Broker) Dial(ctx context.Context) (*Conn, error) {
	tcp, err := wire.Dial(0)(ctx, "tcp", b.String())
	if err != nil {
		return nil, b.fail(ctx, StepTCP, err)
	}
	c := &Conn{broker: b, ctx: ctx, tcp: tcp}
	c.stop = context.AfterFunc(ctx, func() { _ = tcp.SetDeadline(time.Unix(1, 0)) })
	return c, nil
}

// Address returns the remote address of the connection.
func (c *Conn) Address() string { return c.tcp.RemoteAddr().String() }

// Handshake verifies the broker's certificate, and then presents the device's if the broker
// requests it; if device is nil, it presents none. Under TLS 1.3 the broker may still refuse the
// device afterwards.
func (c *Conn) Handshake(device *Device) error {
	c.tls = tls.Client(c.tcp, &tls.Config{
		ServerName:           c.broker.ServerName,
		RootCAs:              c.broker.Roots,
		MinVersion:           tls.VersionTLS12,
		VerifyConnection:     c.see,
		GetClientCertificate: func(request *tls.CertificateRequestInfo) (*tls.Certificate, error) { return c.present(request, device) },
	})
	err := c.tls.HandshakeContext(c.ctx)
	if refused, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		c.Certificates = refused.UnverifiedCertificates
	}
	if device == nil && c.Asks { // under TLS 1.2 a broker ends a handshake without a client certificate
		return nil
	}
	switch {
	case err == nil:
		return nil
	case c.key.failed != nil: // crypto/tls keeps only its text
		err = c.key.failed
	}
	return c.broker.fail(c.ctx, StepTLS, err)
}

// see stores the result of a verified handshake.
func (c *Conn) see(state tls.ConnectionState) error {
	c.TLSVersion, c.Certificates = state.Version, state.PeerCertificates
	return nil
}

// present is called when the broker requests a certificate, after its own is verified.
func (c *Conn) present(request *tls.CertificateRequestInfo, device *Device) (*tls.Certificate, error) {
	c.Asks, c.AcceptableCAs = true, request.AcceptableCAs
	if device == nil {
		return new(tls.Certificate), nil
	}
	c.key.Signer = device.Signer
	certificate := &tls.Certificate{Certificate: device.Chain, PrivateKey: &c.key}
	unlisted := *request // the broker may accept more CAs than it names
	unlisted.AcceptableCAs = nil
	if err := unlisted.SupportsCertificate(certificate); err != nil {
		c.key.failed = &keyError{err}
		return nil, err
	}
	return certificate, nil
}

// A deviceKey is a device's key which remembers its signing error.
type deviceKey struct {
	crypto.Signer
	failed error
}

// Sign is called once for each handshake.
func (k *deviceKey) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	signature, err := k.Signer.Sign(random, digest, opts)
	if err != nil {
		k.failed = &keyError{err}
	}
	return signature, err
}

// A keyError reports that the device key could not sign, or not in a way the broker accepts.
type keyError struct{ error }

func (e *keyError) Unwrap() error { return e.error }

// keepAlive is the interval promised by a device; the connection ends long before.
const keepAlive = 30 * time.Second

// Connect sends CONNECT with a clean session and no will, and waits for CONNACK. If the broker did
// not request a certificate, Connect sends nothing and fails.
func (c *Conn) Connect(login Login) error {
	if !c.Asks {
		return &Error{Broker: c.broker, Step: StepConnect, Kind: NotAsked}
	}
	connect := packets.NewControlPacket(packets.Connect).(*packets.ConnectPacket)
	connect.ProtocolName, connect.ProtocolVersion = "MQTT", 4
	connect.CleanSession, connect.Keepalive = true, uint16(keepAlive/time.Second)
	connect.ClientIdentifier = login.ClientID
	connect.Username, connect.UsernameFlag = login.UserName, login.UserName != ""
	connect.Password, connect.PasswordFlag = []byte(login.Password), login.Password != ""
	sent := connect.Write(c.tls)
	// If a TLS 1.3 broker refused the device, its answer is already there, and tells more than the
	// failed write.
	code, err := readConnack(c.tls)
	switch {
	case errors.Is(err, errNoConnack):
		return &Error{Broker: c.broker, Step: StepConnect, Kind: NotMQTT}
	case err != nil:
		return c.broker.fail(c.ctx, StepConnect, errors.Join(err, sent))
	case code != packets.Accepted:
		return &Error{Broker: c.broker, Step: StepConnect, Kind: Refused, Connack: code}
	}
	c.opened = true
	return nil
}

var errNoConnack = errors.New("no CONNACK")

// connackLength is the length of the whole packet, MQTT 3.1.1 section 3.2.
const connackLength = 4

// readConnack reads at most the length of a CONNACK: packets.ReadPacket by itself allocates
// whatever length the header announces.
func readConnack(r io.Reader) (code byte, err error) {
	var packet [connackLength]byte
	if n, err := io.ReadFull(r, packet[:]); err != nil {
		if n > 0 && errors.Is(err, io.ErrUnexpectedEOF) {
			err = errNoConnack
		}
		return 0, err
	}
	if packet[1] != connackLength-2 {
		return 0, errNoConnack
	}
	read, err := packets.ReadPacket(bytes.NewReader(packet[:]))
	connack, ok := read.(*packets.ConnackPacket)
	if err != nil || !ok {
		return 0, errNoConnack
	}
	return connack.ReturnCode, nil
}

// Close sends DISCONNECT if the device was admitted, and closes the connection.
func (c *Conn) Close() error {
	defer c.stop()
	if c.opened {
		_ = packets.NewControlPacket(packets.Disconnect).Write(c.tls) // the broker would notice by itself
	}
	if c.tls != nil {
		return c.tls.Close()
	}
	return c.tcp.Close()
}
