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

// maxTunnelBytes limits an answer passing through: TLS handshake, headers and body.
const maxTunnelBytes = 256 << 10

// A tunnel carries one request of credentials-go. The library accepts neither a context nor a
// transport, follows redirects with everything it sent, and reads without a limit, but it accepts a
// proxy. The tunnel is this proxy: it allows one connection, to one host, with a limited answer,
// and closes it with the context.
type tunnel struct {
	listener net.Listener
	proxy    *url.URL // the environment's proxy, or nil
	host     string
}

// throughTunnel calls with the address of a tunnel to the host. If the call fails because the
// tunnel could not reach the host, it returns the tunnel's error, which tells the reason.
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

// address returns the URL of the tunnel. If the environment names a proxy, the library talks to it
// through the tunnel, so the URL has the proxy's scheme and password.
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

// serve fails if the host is unreachable, or if the answer is too long. It refuses a second
// connection, as opened by a redirect to another host.
func (t tunnel) serve(ctx context.Context) error {
	conn, err := t.listener.Accept()
	t.listener.Close()
	if err != nil {
		return nil // the call made no request
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

// dial connects to the host, or to the environment's proxy, with the errors of net/http.
func (t tunnel) dial(ctx context.Context) (conn net.Conn, err error) {
	to := cmp.Or(t.proxy, &url.URL{Host: t.host})
	port := map[string]string{"": "443", "http": "80", "https": "443"}[to.Scheme] // else SOCKS
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
