package emulator

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
)

// A visit is a device's connection, and the connection from which MQTT reads and to which it
// writes.
type visit struct {
	*tls.Conn
	raw      *net.TCPConn
	door     *BrokerServer
	instance string
	unread   map[string]error // the reasons why CAs of the instance are unreadable, by their subject
	client   string           // instance and client id of its CONNECT
	session  *session
	asked    uint16 // the id of the packet being answered
	met      Fault  // due after a step
	slow     bool
	done     chan struct{}

	mu      sync.Mutex // guards all below
	unsent  []byte
	sending bool
	left    time.Time // zero: still connected
}

func (v *visit) serve() {
	defer v.door.leave(v)
	if v.meet(DoorHandshake) {
		return
	}
	config := v.door.config.Clone()
	config.GetConfigForClient = v.greet
	v.Conn = tls.Server(v.raw, config)
	v.SetDeadline(time.Now().Add(doorTime))
	if err := v.shakeHands(); err != nil {
		v.refused("TLS", err)
		v.sayGoodbye()
	} else if v.suffer(v.met) {
		return
	} else if err := v.door.brokers[v.instance].EstablishConnection("door", v); err != nil && v.client == "" {
		v.refused("CONNECT", err)
	}
}

// shakeHands registers a new device certificate at the end, after crypto/tls has verified that the
// device has the key.
func (v *visit) shakeHands() error {
	if err := v.Handshake(); err != nil {
		return err
	}
	if sent := v.ConnectionState().PeerCertificates; len(sent) > 0 {
		return v.door.service.Connect(v.instance, sent[0])
	}
	return nil
}

// greet requests a certificate of the instance's CAs.
func (v *visit) greet(hello *tls.ClientHelloInfo) (*tls.Config, error) {
	v.instance = v.door.instanceOf(hello.ServerName)
	config := v.door.config.Clone()
	if !v.door.service.options.BrokerOneWay {
		config.ClientAuth, config.VerifyConnection = tls.RequireAndVerifyClientCert, v.verify
		config.ClientCAs, v.unread = v.door.service.clientCAs(v.instance)
	}
	return config, nil
}

// verify cuts a device off without an alert if it or its CA is inactive. crypto/tls has already
// verified the chain and sent any alert; for an error of verify it sends bad_certificate.
func (v *visit) verify(state tls.ConnectionState) error {
	err := v.door.service.judge(v.instance, state.PeerCertificates[0], false)
	if err != nil && err != error(CAUnknown) && err != error(NotVerified) {
		v.raw.CloseWrite()
	}
	return err
}

// sayGoodbye lets the device read the last words: if bytes from the device are unread, Close would
// reset the connection.
func (v *visit) sayGoodbye() {
	v.raw.CloseWrite()
	v.raw.SetReadDeadline(time.Now().Add(lingerTime))
	_, _ = io.Copy(io.Discard, io.LimitReader(v.raw, 1<<20))
}

// refused reports the reason in at most 500 characters. Its error makes mochi end the connection.
func (v *visit) refused(step string, err error) error {
	if unverified, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		err = cmp.Or(v.unread[string(unverified.UnverifiedCertificates[0].RawIssuer)], err)
	}
	who := cmp.Or(v.instance, "no instance")
	if v.session != nil {
		who = v.client
	}
	v.door.service.options.Refused(fmt.Sprintf("broker, %s, %s: %.500v", who, step, err))
	return packets.ErrRejectPacket
}

// Write queues packets. It waits for the device only with CONNACK: mochi meanwhile holds a lock for
// which everybody waits who publishes to the device.
func (v *visit) Write(packet []byte) (int, error) {
	if packet[0]>>4 == packets.Connack {
		return len(packet), v.send(packet, v.slow)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.left.IsZero() {
		return 0, net.ErrClosed
	}
	v.unsent = append(v.unsent, packet...)
	v.keep(int64(len(packet)))
	if !v.sending {
		v.sending = true
		v.door.open.Go(v.sendAll)
	}
	return len(packet), nil
}

func (v *visit) sendAll() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for len(v.unsent) > 0 {
		unsent := v.unsent
		v.unsent = nil
		v.mu.Unlock()
		_ = v.send(unsent, false)
		v.keep(-int64(len(unsent)))
		v.mu.Lock()
	}
	v.sending = false
}

// send gives up a device which does not read.
func (v *visit) send(data []byte, slow bool) error {
	size := maxPacket
	if slow {
		size = 1
	}
	for part := range slices.Chunk(data, size) {
		v.SetWriteDeadline(time.Now().Add(doorTime))
		if _, err := v.Conn.Write(part); err != nil {
			return errors.Join(err, v.raw.Close())
		}
		if slow {
			v.pause(time.Second)
		}
	}
	return nil
}

// SetDeadline bounds only reading: mochi renews it with each packet from the device.
func (v *visit) SetDeadline(t time.Time) error { return v.SetReadDeadline(t) }

// clientCAs returns the CAs of an instance readable for crypto/x509, and the reasons for the
// others.
// Invented: odd-certificates.
func (s *Service) clientCAs(instanceID string) (pool *x509.CertPool, unread map[string]error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	pool, unread = x509.NewCertPool(), make(map[string]error)
	for _, entry := range s.book.of(instanceID) {
		if ca, err := x509.ParseCertificate(entry.ca.Raw); err == nil {
			pool.AddCert(ca)
		} else {
			unread[string(entry.ca.RawSubject)] = fmt.Errorf("the CA %s is registered, but this broker cannot read it: %w", entry.Sn, err)
		}
	}
	return pool, unread
}

// instanceOf finds the instance of a server name.
func (b *BrokerServer) instanceOf(serverName string) string {
	id := strings.TrimSuffix(strings.TrimSuffix(serverName, brokerDomain), "-internal-vpc")
	if b.brokers[id] == nil {
		return b.first
	}
	return id
}
