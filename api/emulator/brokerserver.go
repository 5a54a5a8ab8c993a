package emulator

import (
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
)

// A BrokerServer listens for the devices of all instances of a Service: TLS, then MQTT 3.1.1. A
// client names its instance by SNI; without SNI, or with another name, it gets the first.
// Invented: broker.
type BrokerServer struct {
	Address string // the IP address and port of the listener
	RootPEM []byte // the root of its throwaway certificate

	service  *Service
	listener net.Listener
	config   *tls.Config
	first    string                  // the first instance
	brokers  map[string]*mqtt.Server // by instance
	open     sync.WaitGroup
	closing  chan struct{}
	close    func() error
	kept     atomic.Int64 // estimated bytes held by all sessions

	mu          sync.Mutex             // guards all below
	connections map[*connection]bool   // nil: the broker is closed
	clients     map[string]*connection // the admitted ones, by instance and client id
}

// Limits of the broker.
const (
	maxClients = 1000
	maxPacket  = 64 << 10
	patience   = 10 * time.Second // for the handshake and CONNECT, and for a device to read a packet
	lingerTime = time.Second      // for a device to read the reason of a refusal
)

// brokerDomain follows the instance in the vendor's broker names.
const brokerDomain = ".mqtt.aliyuncs.com"

// ListenBroker starts the broker of a service. It accepts the same addresses as Listen.
func ListenBroker(addr string, s *Service) (*BrokerServer, error) {
	listener, rootPEM, config, err := listenLoopback(addr, true, "*"+brokerDomain)
	if err != nil {
		return nil, err
	}
	config.NextProtos, config.SessionTicketsDisabled, config.Time = nil, true, s.now // each connection is judged again
	b := &BrokerServer{
		Address: listener.Addr().String(), RootPEM: rootPEM, service: s, listener: listener, config: config,
		closing: make(chan struct{}), brokers: make(map[string]*mqtt.Server), connections: make(map[*connection]bool), clients: make(map[string]*connection),
	}
	b.close = sync.OnceValue(b.stop)
	for id := range s.instances {
		b.brokers[id] = b.newBroker()
	}
	b.first, _, _ = strings.Cut(slices.Concat(s.options.Instances, s.options.Foreign)[0], "@")
	b.open.Go(b.accept)
	return b, nil
}

// newBroker makes the broker of one instance. It never calls Serve, which would publish its state.
func (b *BrokerServer) newBroker() *mqtt.Server {
	limits := mqtt.NewDefaultServerCapabilities()
	limits.MaximumPacketSize = maxPacket - 3 // mochi counts one of the four header bytes
	limits.MaximumClientWritesPending, limits.MaximumInflight = 1024, 1<<16-1
	limits.RetainAvailable = 0 // as at the vendor's broker
	broker := mqtt.New(&mqtt.Options{Capabilities: limits, Logger: slog.New(slog.DiscardHandler)})
	_ = broker.AddHook(&brokerHook{broker: broker}, nil) // fails only if its Init does
	return broker
}

func (b *BrokerServer) accept() {
	for {
		raw, err := b.listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil: // no file descriptor is free
			time.Sleep(10 * time.Millisecond)
		default:
			b.receive(&connection{raw: raw.(*net.TCPConn), server: b, done: make(chan struct{})})
		}
	}
}

// receive serves a connection, unless too many are waiting.
func (b *BrokerServer) receive(c *connection) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.connections == nil || len(b.connections) == 2*maxClients {
		c.raw.Close()
		return
	}
	b.connections[c] = true
	b.open.Go(c.serve)
}

// enter admits a device if there is room. A second connection of a client id ends the first (MQTT
// 3.1.1, section 3.1.4).
func (b *BrokerServer) enter(c *connection) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for before := b.clients[c.client]; before != nil; before = b.clients[c.client] {
		before.raw.Close()
		b.mu.Unlock()
		<-before.done
		b.mu.Lock()
	}
	if len(b.clients) == maxClients {
		return false
	}
	b.clients[c.client] = c
	return true
}

func (b *BrokerServer) leave(c *connection) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.connections, c)
	if b.clients[c.client] == c {
		delete(b.clients, c.client)
	}
	c.mu.Lock()
	c.left = time.Now()
	c.mu.Unlock()
	c.raw.Close()
	close(c.done)
}

// Close stops the broker, closes all connections and waits for their goroutines. It may be called
// more than once.
func (b *BrokerServer) Close() error { return b.close() }

func (b *BrokerServer) stop() error {
	b.mu.Lock()
	close(b.closing)
	for c := range b.connections {
		c.raw.Close()
	}
	b.connections = nil
	b.mu.Unlock()
	err := b.listener.Close()
	b.open.Wait()
	return err
}
