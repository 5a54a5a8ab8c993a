package wire

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
)

// A tunnel is the way through a proxy that CONNECT opens for a request.
type tunnel struct{ asked, answered atomic.Bool }

type tunnelKey struct{}

// Do sends a request. If it failed between CONNECT and the proxy's answer, the error is a
// [*net.OpError] of the operation proxyconnect, like that of net/http for a proxy that
// cannot be reached.
func Do(client *http.Client, req *http.Request) (*http.Response, error) {
	way := new(tunnel)
	resp, err := client.Do(req.WithContext(context.WithValue(req.Context(), tunnelKey{}, way)))
	if err != nil && way.asked.Load() && !way.answered.Load() {
		err = &net.OpError{Op: proxyConnect, Net: "tcp", Err: err}
	}
	return resp, err
}

const proxyConnect = "proxyconnect"

// askProxy notes that CONNECT is about to be sent. It adds no header.
func askProxy(ctx context.Context, _ *url.URL, _ string) (http.Header, error) {
	if way, ok := ctx.Value(tunnelKey{}).(*tunnel); ok {
		way.asked.Store(true)
	}
	return nil, nil
}

// answeredByProxy looks at the answer to CONNECT.
func answeredByProxy(ctx context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if way, ok := ctx.Value(tunnelKey{}).(*tunnel); ok {
		way.answered.Store(true)
	}
	if resp.StatusCode != http.StatusOK {
		return &ProxyError{StatusError{resp.StatusCode, RetryAfter(resp.Header)}}
	}
	return nil
}

// A ProxyError is the answer of a proxy that did not open the way to a server. Its own
// words are left out: they may repeat the password that it was given.
type ProxyError struct{ StatusError }

func (e *ProxyError) Error() string {
	return "the proxy that the environment names " + e.StatusError.Error()
}
