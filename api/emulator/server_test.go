package emulator_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"mqttca/api/emulator"
)

func newService(t *testing.T) *emulator.Service {
	t.Helper()
	service, err := emulator.New(emulator.Options{Instances: []string{instanceID}, Credentials: []emulator.Credential{plainKey}})
	if err != nil {
		t.Fatal(err)
	}
	return service
}

// needAddress skips a test of an address that this machine does not have, such as [::1] without IPv6.
func needAddress(t *testing.T, addr string) {
	t.Helper()
	bare, err := net.Listen("tcp", addr)
	if err != nil {
		t.Skip("SKIP: ", err)
	}
	bare.Close()
}

func TestListenOnLoopbackOnly(t *testing.T) {
	tests := []struct{ addr, want string }{
		{"127.0.0.1:0", ""},
		{"127.0.0.2:0", ""},
		{"[::1]:0", ""},
		{"localhost:0", ""},
		{"0.0.0.0:0", `emulator: listen address "0.0.0.0:0": not a loopback address`},
		{"[::]:0", `emulator: listen address "[::]:0": not a loopback address`},
		{"192.0.2.1:0", `emulator: listen address "192.0.2.1:0": not a loopback address`},
		{":0", `emulator: listen address ":0": neither an IP address nor localhost`},
		{"example.com:0", `emulator: listen address "example.com:0": neither an IP address nor localhost`},
		{"127.0.0.1", `emulator: listen address "127.0.0.1": address 127.0.0.1: missing port in address`},
		{"127.0.0.1:99999", `emulator: listen address "127.0.0.1:99999": address 99999: invalid port`},
	}
	for _, test := range tests {
		t.Run(test.addr, func(t *testing.T) {
			if test.want == "" {
				needAddress(t, test.addr)
			}
			server, err := emulator.Listen(test.addr, false, newService(t))
			if err == nil {
				defer server.Close()
			}
			if got := fmt.Sprint(err); got != test.want && (err != nil || test.want != "") {
				t.Errorf("error %q, want %q", got, test.want)
			}
			if err == nil {
				at, err := url.Parse(server.URL)
				if err != nil || at.Scheme != "http" || !net.ParseIP(at.Hostname()).IsLoopback() || at.Port() == "0" {
					t.Errorf("URL %q", server.URL)
				}
			}
		})
	}
}

func TestListenOnATakenPort(t *testing.T) {
	c := start(t, nil)
	server, err := emulator.Listen(strings.TrimPrefix(c.url, "http://"), false, newService(t))
	if err == nil {
		server.Close()
		t.Fatal("no error")
	}
	if !strings.HasPrefix(err.Error(), "emulator: listen tcp 127.0.0.1:") {
		t.Errorf("error %q", err)
	}
}

func TestWithoutTLSThereIsNoRoot(t *testing.T) {
	if c := start(t, nil); c.server.RootPEM != nil {
		t.Errorf("RootPEM %q", c.server.RootPEM)
	}
}

// TestConnectionsAreKept: the server ends no connection by itself.
func TestConnectionsAreKept(t *testing.T) {
	c := start(t, nil)
	var reused []bool
	trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { reused = append(reused, info.Reused) }}
	for range 3 {
		c.do(c.signed(codeRequest(instanceID)).WithContext(httptrace.WithClientTrace(t.Context(), trace)))
	}
	if want := []bool{false, true, true}; !slices.Equal(reused, want) {
		t.Errorf("connections are reused %v, want %v", reused, want)
	}
}

// TestLongRequestLine sends as much as two certificates of RSA 4096 with long names.
func TestLongRequestLine(t *testing.T) {
	c := start(t, nil)
	big := strings.Repeat("+/=\n", 4000)
	if got := c.send(registerRequest(instanceID, "ca", big, big)); got.code() != "CertificateContentError" {
		t.Errorf("code %q", got.code())
	}
}

func TestCloseEndsEverything(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, withTLS := range []bool{false, true} {
		server, err := emulator.Listen("127.0.0.1:0", withTLS, newService(t))
		if err != nil {
			t.Fatal(err)
		}
		// A client that sends half a request, or half a handshake, and then nothing.
		stuck, err := net.Dial("tcp", strings.SplitN(server.URL, "//", 2)[1])
		if err != nil {
			t.Fatal(err)
		}
		defer stuck.Close()
		if _, err := io.WriteString(stuck, "GET / HTTP/1.1\r\nHost: "); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := server.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		}
		if _, err := io.Copy(io.Discard, stuck); err != nil && !strings.Contains(err.Error(), "reset") {
			t.Errorf("the stuck connection ended with %v", err)
		}
		if _, err := http.Get(server.URL); err == nil {
			t.Error("still serving")
		}
	}
	deadline := time.Now().Add(10 * time.Second)
	for runtime.NumGoroutine() > before {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, before %d:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
		runtime.Gosched()
	}
}
