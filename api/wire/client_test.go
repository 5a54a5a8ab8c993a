package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"
)

// Which proxy is asked, which net/http finds out once a process, is looked at in place.
func TestProxyOfTheEnvironment(t *testing.T) {
	if reflect.ValueOf(NewTransport().Proxy).Pointer() != reflect.ValueOf(proxyFor).Pointer() {
		t.Error("the proxies of the environment are not honoured")
	}
}

// A proxy that opens no way is told by its status.
func TestProxyThatOpensNoWay(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	defer proxy.Close()
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	transport := NewTransport()
	transport.Proxy = http.ProxyURL(at)
	_, err = NewClient(transport, time.Minute).Get("https://mqtt.example/")
	var refused *ProxyError
	if !errors.As(err, &refused) || refused.Status != http.StatusProxyAuthRequired {
		t.Errorf("got %v", err)
	}
}

// No redirect is followed.
func TestNoRedirects(t *testing.T) {
	server := httptest.NewServer(http.RedirectHandler("/elsewhere", http.StatusFound))
	defer server.Close()
	resp, err := NewClient(NewTransport(), time.Minute).Get(server.URL)
	if err != nil || resp.StatusCode != http.StatusFound {
		t.Errorf("got %v, %v", resp, err)
	}
}

// An answer is read as it was sent, its headers up to a limit, and in time.
func TestLimitsOfAnAnswer(t *testing.T) {
	released := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "" {
			t.Error("a compressed answer is asked for")
		}
		switch r.URL.Path {
		case "/long":
			w.Header().Set("X-Long", strings.Repeat("x", 2*maxHeaderBytes))
		case "/late":
			<-released
		}
	}))
	defer server.Close()
	defer close(released)
	if _, err := NewClient(NewTransport(), time.Minute).Get(server.URL + "/"); err != nil {
		t.Error(err)
	}
	if _, err := NewClient(NewTransport(), time.Minute).Get(server.URL + "/long"); err == nil {
		t.Error("headers of any length are read")
	}
	if _, err := NewClient(NewTransport(), time.Millisecond).Get(server.URL + "/late"); !os.IsTimeout(err) {
		t.Errorf("an answer that never comes: %v", err)
	}
}

// TLS 1.1 and what is older is not spoken.
func TestOldTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	transport := NewTransport()
	transport.TLSClientConfig.RootCAs = server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	if _, err := NewClient(transport, time.Minute).Get(server.URL); err == nil || !strings.Contains(err.Error(), "protocol version") {
		t.Errorf("got %v", err)
	}
}

func TestReadUpTo(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		r    io.Reader
		want string
		err  error
	}{
		{strings.NewReader(""), "", nil},
		{strings.NewReader("1234"), "1234", nil},
		{strings.NewReader("12345"), "", ErrTooLong},
		{io.MultiReader(strings.NewReader("12"), iotest.ErrReader(broken)), "12", broken},
		{io.MultiReader(strings.NewReader("12345"), iotest.ErrReader(broken)), "", ErrTooLong},
	} {
		if got, err := ReadUpTo(tt.r, 4); string(got) != tt.want || err != tt.err {
			t.Errorf("got %q, %v; want %q, %v", got, err, tt.want, tt.err)
		}
	}
}

func TestNames(t *testing.T) {
	for text, want := range map[string][2]bool{ // a region, a name
		"cn-hangzhou": {true, true}, "a": {true, true}, "1": {true, true}, "a-1-b": {true, true},
		"": {false, false}, "-": {false, true}, "a-": {false, true}, "-a": {false, true}, "a--b": {false, true}, "A": {false, true}, "a_Z9": {false, true},
		"a b": {false, false}, "a.b": {false, false}, "\u212a": {false, false}, "é": {false, false}, "a*": {false, false}, "a\n": {false, false},
	} {
		if got := [2]bool{IsRegion(text), IsName(text, "-_")}; got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestValidPort(t *testing.T) {
	for port, want := range map[string]bool{"": true, "1": true, "65535": true, "0": false, "65536": false, "-1": false, "http": false} {
		if got := ValidPort(port); got != want {
			t.Errorf("%q: %v", port, got)
		}
	}
}

func TestIsLoopback(t *testing.T) {
	for host, want := range map[string]bool{"127.0.0.1": true, "127.8.8.8": true, "::1": true, "localhost": true, "localhost.example": false, "10.0.0.1": false, "": false} {
		if got := IsLoopback(host); got != want {
			t.Errorf("%q: %v", host, got)
		}
	}
}

func TestCause(t *testing.T) {
	wrap := func(err error) error { return &url.Error{Op: "Get", URL: "https://host/?Secret=x", Err: err} }
	op := func(name string, err error) error { return &net.OpError{Op: name, Net: "tcp", Err: err} }
	system := func(number syscall.Errno) error { return os.NewSyscallError("connect", number) }
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"interrupted", wrap(context.Canceled), "interrupted"},
		{"out of time", wrap(context.DeadlineExceeded), "no answer in time"},
		{"time limit of the dialer", wrap(op("dial", os.ErrDeadlineExceeded)), "no answer in time"},
		{"no such host", wrap(op("dial", &net.DNSError{Name: "h.example", IsNotFound: true})), "the host name h.example is not known"},
		{"no name server", wrap(op("dial", &net.DNSError{Name: "h.example", Err: "server misbehaving"})), "the host name h.example could not be looked up"},
		{"no such proxy", wrap(op("proxyconnect", op("dial", &net.DNSError{Name: "p.example", IsNotFound: true}))),
			"through the environment's proxy: the host name p.example is not known"},
		{"refused", wrap(op("dial", system(syscall.ECONNREFUSED))), "connection refused"},
		{"proxy refuses", wrap(op("proxyconnect", op("dial", system(syscall.ECONNREFUSED)))),
			"through the environment's proxy: connection refused"},
		{"proxy that opens no way", wrap(&ProxyError{StatusError{Status: 407}}), "the environment's proxy answered HTTP 407"},
		{"certificate", wrap(&tls.CertificateVerificationError{Err: errors.New("x509: expired")}), "its TLS certificate does not verify: x509: expired"},
		{"reset", wrap(op("read", system(syscall.ECONNRESET))), "the connection was reset"},
		{"closed", wrap(io.EOF), "the connection was closed without an answer"},
		{"anything else", wrap(errors.New("malformed HTTP response")), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, known := Cause(tt.err); got != tt.want || known != (tt.want != "") {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestEnding(t *testing.T) {
	for cause, want := range map[error]string{context.Canceled: "interrupted", context.DeadlineExceeded: "the time ran out"} {
		if got := Ending(fmt.Errorf("wrapped: %w", cause)); got != want {
			t.Errorf("%v: %s, want %s", cause, got, want)
		}
	}
}

// A server that has HTTP/2 is asked in HTTP/1.1, so that no request is repeated below the
// transport.
func TestHTTP1Only(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Proto) }))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	transport := NewTransport()
	transport.TLSClientConfig.RootCAs = server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	transport.ForceAttemptHTTP2 = true
	resp, err := NewClient(transport, time.Minute).Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err != nil || string(body) != "HTTP/1.1" || resp.TLS.NegotiatedProtocol == "h2" {
		t.Errorf("%s over %q, %v", body, resp.TLS.NegotiatedProtocol, err)
	}
}

// A name of loopback leads to loopback only, whatever a file of hosts says.
func TestStray(t *testing.T) {
	for _, tt := range []struct{ address, found, want string }{
		{"localhost:1", "127.0.0.1:1", ""},
		{"localhost:1", "[::1]:1", ""},
		{"localhost:1", "192.0.2.2:1", "the name localhost resolves to 192.0.2.2, which is not a loopback address"},
		{"example.com:1", "192.0.2.2:1", ""},
		{"example.com:1", "127.0.0.1:1", ""},
	} {
		err := checkStray(tt.address, tt.found)
		if (err == nil) != (tt.want == "") || err != nil && err.Error() != tt.want {
			t.Errorf("%s, %s: %v", tt.address, tt.found, err)
		}
		if words, known := Cause(&net.OpError{Op: "dial", Err: err}); err != nil && (!known || words != tt.want) {
			t.Errorf("%q, %t", words, known)
		}
	}
}
