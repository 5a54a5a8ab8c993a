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

// A connection is a device's connection, and the connection from which MQTT reads and to which it
// writes.
type connection struct {
	*tls.Conn
	raw      *net.TCPConn
	server   *BrokerServer
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

func (c *connection) serve() {
	defer c.server.leave(c)
	if c.applyFaults(BrokerHandshake) {
		return
	}
	config := c.server.config.Clone()
	config.GetConfigForClient = c.greet
	c.Conn = tls.Server(c.raw, config)
	c.SetDeadline(time.Now().Add(patience))
	if err := c.shakeHands(); err != nil {
		c.refused("TLS", err)
		c.sayGoodbye()
	} else if c.applyFault(c.met) {
		return
	} else if err := c.server.brokers[c.instance].EstablishConnection("mqttca", c); err != nil && c.client == "" {
		c.refused("CONNECT", err)
	}
}

// shakeHands registers a new device certificate at the end, after crypto/tls has verified that the
// device has the key.
func (c *connection) shakeHands() error {
	if err := c.Handshake(); err != nil {
		return err
	}
	if sent := c.ConnectionState().PeerCertificates; len(sent) > 0 {
		return c.server.service.Connect(c.instance, sent[0])
	}
	return nil
}

// greet requests a certificate of the instance's CAs.
func (c *connection) greet(hello *tls.ClientHelloInfo) (*tls.Config, error) {
	c.instance = c.server.instanceOf(hello.ServerName)
	config := c.server.config.Clone()
	if !c.server.service.options.BrokerOneWay {
		config.ClientAuth, config.VerifyConnection = tls.RequireAndVerifyClientCert, c.verify
		config.ClientCAs, c.unread = c.server.service.clientCAs(c.instance)
	}
	return config, nil
}

// verify cuts a device off without an alert if it or its CA is inactive. crypto/tls has already
// verified the chain and sent any alert; for an error of verify it sends bad_certificate.
func (c *connection) verify(state tls.ConnectionState) error {
	err := c.server.service.judge(c.instance, state.PeerCertificates[0], false)
	if err != nil && err != error(CAUnknown) && err != error(NotVerified) {
		c.raw.CloseWrite()
	}
	return err
}

// sayGoodbye lets the device read the last answer: if bytes from the device are unread, Close would
// reset the connection.
func (c *connection) sayGoodbye() {
	c.raw.CloseWrite()
	c.raw.SetReadDeadline(time.Now().Add(lingerTime))
	_, _ = io.Copy(io.Discard, io.LimitReader(c.raw, 1<<20))
}

// refused reports the reason in at most 500 characters. Its error makes mochi end the connection.
func (c *connection) refused(step string, err error) error {
	if unverified, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		err = cmp.Or(c.unread[string(unverified.UnverifiedCertificates[0].RawIssuer)], err)
	}
	who := cmp.Or(c.instance, "no instance")
	if c.session != nil {
		who = c.client
	}
	c.server.service.options.Refused(fmt.Sprintf("emulator: broker, %s, %s: %.500v", who, step, err))
	return packets.ErrRejectPacket
}

// Write queues packets, and waits for the device only with CONNACK. While mochi writes, it holds a
// lock for which every publisher to the device waits.
func (c *connection) Write(packet []byte) (int, error) {
	if packet[0]>>4 == packets.Connack {
		return len(packet), c.send(packet, c.slow)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.left.IsZero() {
		return 0, net.ErrClosed
	}
	c.unsent = append(c.unsent, packet...)
	c.keep(int64(len(packet)))
	if !c.sending {
		c.sending = true
		c.server.open.Go(c.sendAll)
	}
	return len(packet), nil
}

func (c *connection) sendAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.unsent) > 0 {
		unsent := c.unsent
		c.unsent = nil
		c.mu.Unlock()
		_ = c.send(unsent, false)
		c.keep(-int64(len(unsent)))
		c.mu.Lock()
	}
	c.sending = false
}

// send gives up a device which does not read.
func (c *connection) send(data []byte, slow bool) error {
	size := maxPacket
	if slow {
		size = 1
	}
	for part := range slices.Chunk(data, size) {
		c.SetWriteDeadline(time.Now().Add(patience))
		if _, err := c.Conn.Write(part); err != nil {
			return errors.Join(err, c.raw.Close())
		}
		if slow {
			c.pause(time.Second)
		}
	}
	return nil
}

// SetDeadline bounds only reading: mochi renews it with each packet from the device.
func (c *connection) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

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
