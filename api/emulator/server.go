package emulator

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// A Server serves a Service on a loopback address.
type Server struct {
	URL     string // with the IP address and port of the listener
	RootPEM []byte // the root of the throwaway TLS certificate, as PEM; nil without TLS

	http   *http.Server
	served chan struct{}
}

// Listen starts a server for s. The address must be a loopback IP address or "localhost", with a
// port (0: any free one); Listen refuses other addresses before opening a socket. With TLS the
// server makes its own certificate, see RootPEM.
func Listen(addr string, withTLS bool, s *Service) (*Server, error) {
	listener, rootPEM, config, err := listenLoopback(addr, withTLS)
	if err != nil {
		return nil, err
	}
	server := &Server{URL: "http://" + listener.Addr().String(), RootPEM: rootPEM, http: newHTTPServer(s), served: make(chan struct{})}
	if withTLS {
		server.URL = "https://" + listener.Addr().String()
		listener = tls.NewListener(listener, config)
	}
	go func() {
		defer close(server.served)
		_ = server.http.Serve(listener) // always fails: with ErrServerClosed or the listener's error
	}()
	return server, nil
}

// listenLoopback also makes a TLS certificate for the address and more names, if withTLS is set.
func listenLoopback(addr string, withTLS bool, names ...string) (listener net.Listener, rootPEM []byte, config *tls.Config, err error) {
	tcpAddr, err := resolveLoopback(addr)
	if err != nil {
		return nil, nil, nil, err
	}
	if withTLS {
		if rootPEM, config, err = throwawayTLS(tcpAddr.IP, time.Now(), names...); err != nil {
			return nil, nil, nil, fmt.Errorf("emulator: make a TLS certificate: %w", err)
		}
	}
	if listener, err = net.Listen("tcp", tcpAddr.String()); err != nil {
		return nil, nil, nil, fmt.Errorf("emulator: %w", err)
	}
	return listener, rootPEM, config, nil
}

// resolveLoopback looks up only localhost, and also checks the resulting address.
func resolveLoopback(addr string) (tcpAddr *net.TCPAddr, err error) {
	host, _, err := net.SplitHostPort(addr)
	if err == nil && host != "localhost" && net.ParseIP(host) == nil {
		err = errors.New("neither an IP address nor localhost")
	}
	if err == nil {
		tcpAddr, err = net.ResolveTCPAddr("tcp", addr)
	}
	if err == nil && !tcpAddr.IP.IsLoopback() {
		err = errors.New("not a loopback address")
	}
	if err != nil {
		return nil, fmt.Errorf("emulator: listen address %q: %w", addr, err)
	}
	return tcpAddr, nil
}

func newHTTPServer(s *Service) *http.Server {
	// Over TLS a client would choose HTTP/2 on its own, and a server should behave the same with
	// and without TLS. Invented: http1.
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Server{
		Handler:           s,
		Protocols:         protocols,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       20 * time.Second,
		WriteTimeout:      20 * time.Second,
		IdleTimeout:       2 * time.Minute, // longer than a client's pause between two looks
		MaxHeaderBytes:    128 << 10,       // many times two percent-encoded certificates of RSA 4096 (6 kB)
		// The client reports connection errors, such as a failed handshake. stderr belongs to the
		// program.
		ErrorLog: log.New(io.Discard, "", 0),
	}
}

// Close stops the server and closes all connections. It may be called more than once.
func (s *Server) Close() error {
	err := s.http.Close()
	<-s.served
	_ = s.http.Close() // closes a connection accepted during the first call
	return err
}
