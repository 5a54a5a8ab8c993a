package emulator

import (
	"context"
	"net"
	"sync"
)

// Pipe is a listener without a socket: a server accepts what a client in the same process dials. Tests in a synctest bubble need it,
// where waiting on a real socket would keep the clock from moving on.
type Pipe struct {
	dialled   chan net.Conn
	closed    chan struct{}
	closeOnce sync.Once
}

// NewPipe returns a listener for http.Server.Serve, and for a client's Dial.
func NewPipe() *Pipe { return &Pipe{dialled: make(chan net.Conn), closed: make(chan struct{})} }

// Dial waits until the server accepts. Network and address are not looked at.
func (p *Pipe) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.dialled <- server:
		return client, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept waits for the next dial.
func (p *Pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.dialled:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close ends Accept and Dial. It may be called more than once.
func (p *Pipe) Close() error {
	p.closeOnce.Do(func() { close(p.closed) })
	return nil
}

// Addr is a loopback address that nothing listens on.
func (p *Pipe) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }
