package emulator

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// maxHeaderBytes is room for the request line of RegisterCaCertificate, two percent-encoded PEM certificates of RSA 4096 (some 6 kB),
// many times over.
const maxHeaderBytes = 128 << 10

// Limits on a client that is stuck. Idle connections are kept for longer than a client pauses between two looks at a list.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = 20 * time.Second
	writeTimeout  = 20 * time.Second
	idleTimeout   = 2 * time.Minute
)

// Server serves a Service on a loopback address.
type Server struct {
	// URL is where the server is reached, with the port that was really taken: scheme, IP address and port.
	URL string
	// RootPEM is the root of the throwaway TLS certificate, as PEM; nil without TLS.
	RootPEM []byte

	http        *http.Server
	served      chan struct{}
	open        sync.WaitGroup
	connections atomic.Int64
	closeOnce   sync.Once
	closeErr    error
}

// Listen starts a server for s. The address must be a literal loopback IP address or "localhost", with a port (0: any that is free);
// others are refused before anything listens. With TLS the server presents a certificate that it makes for itself, see RootPEM.
func Listen(addr string, withTLS bool, s *Service) (*Server, error) {
	tcpAddr, err := resolveLoopback(addr)
	if err != nil {
		return nil, err
	}
	server := &Server{served: make(chan struct{})}
	server.http = newHTTPServer(s, server.track)
	scheme := "http"
	if withTLS {
		scheme = "https"
		if server.RootPEM, server.http.TLSConfig, err = throwawayTLS(tcpAddr.IP, time.Now()); err != nil {
			return nil, fmt.Errorf("emulator: make a TLS certificate: %w", err)
		}
	}
	listener, err := net.ListenTCP("tcp", tcpAddr)
	if err != nil {
		return nil, fmt.Errorf("emulator: %w", err)
	}
	server.URL = scheme + "://" + listener.Addr().String()
	go server.serve(listener, withTLS)
	return server, nil
}

// resolveLoopback asks no name server: no other name than localhost is looked up, and what that stands for is checked like the rest.
func resolveLoopback(addr string) (*net.TCPAddr, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("emulator: listen address %q: %w", addr, err)
	}
	if host != "localhost" && net.ParseIP(host) == nil {
		return nil, fmt.Errorf("emulator: listen address %q: neither an IP address nor localhost", addr)
	}
	tcpAddr, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("emulator: listen address %q: %w", addr, err)
	}
	if !tcpAddr.IP.IsLoopback() {
		return nil, fmt.Errorf("emulator: listen address %q: not a loopback address", addr)
	}
	return tcpAddr, nil
}

func newHTTPServer(s *Service, track func(net.Conn, http.ConnState)) *http.Server {
	// Invented: that HTTP/2 isn't spoken. Over TLS a client would choose it by itself, and one server should be the same on both.
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Server{
		Handler:           s,
		Protocols:         protocols,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ConnState:         track,
		// What goes wrong on a connection (a handshake given up, say) is the client's to report: stderr isn't ours.
		ErrorLog: log.New(io.Discard, "", 0),
	}
}

func (s *Server) serve(listener net.Listener, withTLS bool) {
	defer close(s.served)
	if withTLS {
		// The certificate is in TLSConfig already. Serving always ends with ErrServerClosed or with the listener's own failure.
		_ = s.http.ServeTLS(listener, "", "")
		return
	}
	_ = s.http.Serve(listener)
}

func (s *Server) track(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.connections.Add(1)
		s.open.Add(1)
	case http.StateClosed, http.StateHijacked:
		// Only a fault hijacks, and it closes at once.
		s.open.Done()
	}
}

// Connections returns how many TCP connections have been accepted so far.
func (s *Server) Connections() int { return int(s.connections.Load()) }

// Close stops the server, closes all connections and returns when their goroutines are done. It may be called more than once.
func (s *Server) Close() error {
	s.closeOnce.Do(func() {
		s.closeErr = s.http.Close()
		<-s.served
		// A connection that was being accepted during the first call is closed by the second. That the listener is closed already
		// is all that the second can complain of.
		_ = s.http.Close()
		s.open.Wait()
	})
	return s.closeErr
}
