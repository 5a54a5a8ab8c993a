package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
)

// A proxyError is the answer of a proxy that did not open the way to the service. Its own
// words are left out: they may repeat the password that it was given.
type proxyError struct{ status int }

func (e *proxyError) Error() string {
	return fmt.Sprintf("the proxy that the environment names answered HTTP %d", e.status)
}

// refusedByProxy looks at the answer to CONNECT.
func refusedByProxy(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode != http.StatusOK {
		return &proxyError{resp.StatusCode}
	}
	return nil
}
