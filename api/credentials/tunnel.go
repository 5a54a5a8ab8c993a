package credentials

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/url"

	"mqttca/api/wire"
)

// maxTunnelBytes is how much of an answer comes through: TLS handshake, headers and body.
const maxTunnelBytes = 256 << 10

// A tunnel is the way of one request of credentials-go. The library takes neither a context nor
// a transport, follows redirects with all that it sent, and reads without a limit, but it takes
// a proxy. This one lets one connection through, to one host, with a limited answer, and breaks
// it off with the context.
type tunnel struct {
	listener net.Listener
	proxy    *url.URL // of the environment, nil if the host is called directly
	host     string
}

// throughTunnel calls with the address of a tunnel to the host. If the call fails because the
// tunnel could not reach the host, the error is that of the tunnel, which says why.
func throughTunnel(ctx context.Context, host string, call func(proxy string) error) error {
	proxy, err := wire.NewTransport().Proxy(&http.Request{URL: &url.URL{Scheme: "https", Host: host}})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	open, shut := context.WithCancel(ctx)
	defer context.AfterFunc(open, func() { listener.Close() })()
	t := tunnel{listener, proxy, host}
	served := make(chan error, 1)
	go func() { served <- t.serve(open) }()
	err = call(t.address())
	late := ctx.Err()
	shut()
	if unopened := <-served; err != nil {
		return cmp.Or(late, unopened, err)
	}
	return nil
}

// address is the URL of the tunnel. If the environment names a proxy, the library talks to that
// proxy through the tunnel, so the URL has its scheme and its password.
func (t tunnel) address() string {
	if t.proxy == nil {
		return "http://" + t.listener.Addr().String()
	}
	address := *t.proxy
	address.Host = t.listener.Addr().String()
	if address.Scheme == "https" {
		address.Scheme = "http" // TLS begins at the tunnel
	}
	return address.String()
}

// serve fails if there is no way to the host, or if the answer is too long. A second connection, as a redirect to another
// host makes, is refused.
func (t tunnel) serve(ctx context.Context) error {
	conn, err := t.listener.Accept()
	t.listener.Close()
	if err != nil {
		return nil // the call made none
	}
	defer conn.Close()
	onward, err := t.dial(ctx)
	if err != nil {
		return err
	}
	defer onward.Close()
	defer context.AfterFunc(ctx, func() { conn.Close(); onward.Close() })()
	if t.proxy == nil {
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err != nil { // CONNECT
			return nil
		}
		io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
	}
	go func() {
		io.Copy(onward, conn)
		onward.Close()
	}()
	if _, err := io.CopyN(conn, onward, maxTunnelBytes); err == nil {
		return noneUsable()
	}
	return nil
}

// dial connects to the host, or to the proxy of the environment, with the errors of net/http.
func (t tunnel) dial(ctx context.Context) (conn net.Conn, err error) {
	to := cmp.Or(t.proxy, &url.URL{Host: t.host})
	port := map[string]string{"": "443", "http": "80", "https": "443"}[to.Scheme] // else of SOCKS
	address := net.JoinHostPort(to.Hostname(), cmp.Or(to.Port(), port, "1080"))
	if to.Scheme == "https" {
		conn, err = (&tls.Dialer{}).DialContext(ctx, "tcp", address)
	} else {
		conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", address)
	}
	if err != nil && t.proxy != nil {
		err = &net.OpError{Op: "proxyconnect", Net: "tcp", Err: err}
	}
	return conn, err
}
