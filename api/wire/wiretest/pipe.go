// Package wiretest has what tests of several packages share to serve HTTP without a network.
package wiretest

import (
	"context"
	"io"
	"net"
	"net/http"
)

// Dial returns a dial to a server without a socket: waiting on a socket would stop the clock of a
// synctest bubble.
func Dial(server *http.Server) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) {
		client, accepted := net.Pipe()
		listener := make(oneConn, 1)
		listener <- accepted
		close(listener)
		if err := server.Serve(listener); err != io.EOF { // the server serves the connection by then
			return nil, err
		}
		return client, nil
	}
}

// A oneConn is a listener that accepts one connection.
type oneConn chan net.Conn

func (l oneConn) Accept() (net.Conn, error) {
	if conn, ok := <-l; ok {
		return conn, nil
	}
	return nil, io.EOF
}

func (oneConn) Close() error   { return nil }
func (oneConn) Addr() net.Addr { return &net.TCPAddr{} }
