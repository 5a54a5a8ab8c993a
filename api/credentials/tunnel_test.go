package credentials

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
)

// askThrough asks a TLS server as credentials-go does: by a client that follows redirects and reads
// all there is. It gives the number of bytes that were read.
func askThrough(ctx context.Context, server *httptest.Server, address string) (read int64, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return 0, err
	}
	err = throughTunnel(ctx, u.Host, func(proxy string) error {
		at, err := url.Parse(proxy)
		if err != nil {
			return err
		}
		transport := server.Client().Transport.(*http.Transport).Clone()
		transport.Proxy = http.ProxyURL(at)
		resp, err := (&http.Client{Transport: transport}).Post(address, "text/plain", strings.NewReader("a token"))
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		read, err = io.Copy(io.Discard, resp.Body)
		return err
	})
	return read, err
}

func TestTunnel(t *testing.T) {
	var stolen int
	elsewhere := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stolen++ }))
	defer elsewhere.Close()
	asked := make(chan struct{}, 1)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		switch r.URL.Path {
		case "/":
			io.WriteString(w, "an answer")
		case "/redirect":
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		case "/endless":
			for data := make([]byte, 1<<16); ; {
				if _, err := w.Write(data); err != nil {
					return
				}
			}
		case "/silent":
			asked <- struct{}{}
			<-r.Context().Done()
		}
	}))
	defer server.Close()

	if read, err := askThrough(t.Context(), server, server.URL+"/"); err != nil || read != int64(len("an answer")) {
		t.Errorf("%d bytes, %v", read, err)
	}
	if _, err := askThrough(t.Context(), server, server.URL+"/redirect"); err == nil || stolen != 0 {
		t.Errorf("%v, and the redirect was followed %d times", err, stolen)
	}
	if read, err := askThrough(t.Context(), server, server.URL+"/endless"); err == nil || err.Error() != "returned no usable credentials" || read > maxTunnelBytes {
		t.Errorf("%d bytes, %v", read, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-asked
		cancel()
	}()
	if _, err := askThrough(ctx, server, server.URL+"/silent"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// The reason why the host was not reached is that of net/http, for whoever judges it.
func TestTunnelWithoutAWay(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	if _, err := askThrough(t.Context(), server, "https://127.0.0.1:1"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Error(err)
	}
}
