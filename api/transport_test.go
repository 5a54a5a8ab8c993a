package api

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mqttca/api/wire"
)

// A server that speaks nothing newer than TLS 1.1 is not talked to, one with TLS 1.2 is.
func TestOldTLSIsRefused(t *testing.T) {
	for version, want := range map[uint16]string{
		tls.VersionTLS11: ": remote error: tls: protocol version not supported",
		tls.VersionTLS12: "",
	} {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, done) }))
		server.Config.ErrorLog = log.New(io.Discard, "", 0) // the handshake that fails is wanted
		server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: version}
		server.StartTLS()
		_, err := newTestClient(t, server, nil).GetRegisterCode(context.Background(), "i")
		server.Close()
		if (err == nil) != (want == "") || err != nil && !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %v, want …%s", tls.VersionName(version), err, want)
		}
	}
}

// No answer is asked for compressed: its limit is one of bytes sent.
func TestNoCompression(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Accept-Encoding"); got != "" {
			t.Errorf("Accept-Encoding %q, want none", got)
		}
		if got := r.Header.Get("Accept"); got != "application/json" {
			t.Errorf("Accept %q, want application/json", got)
		}
		io.WriteString(w, done)
	}))
	defer server.Close()
	if _, err := newTestClient(t, server, nil).GetRegisterCode(context.Background(), "i"); err != nil {
		t.Error(err)
	}
}

// The header of an answer has a limit, too.
func TestOversizedHeader(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Long", strings.Repeat("x", 100<<10))
		io.WriteString(w, done)
	}))
	defer server.Close()
	_, err := newTestClient(t, server, nil).GetRegisterCode(context.Background(), "i")
	const want = "server response headers exceeded 65536 bytes; aborted"
	if err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("error %v, want …%s", err, want)
	}
}

// What no test can wait for is looked at in place: limits of time.
func TestTransport(t *testing.T) {
	transport := NewClient(Config{}).http.Transport.(*http.Transport)
	got := []any{transport.TLSHandshakeTimeout, transport.IdleConnTimeout, transport.MaxIdleConnsPerHost, transport.Protocols.HTTP2()}
	want := []any{10 * time.Second, 90 * time.Second, listAtOnce, false}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("handshake, idle, connections kept, HTTP/2: %v, want %v", got, want)
	}
}

func TestReason(t *testing.T) {
	wrap := func(err error) error { return &url.Error{Op: "Get", URL: "https://host/?Secret=x", Err: err} }
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"a usual cause", wrap(io.EOF), "the connection was closed without an answer"},
		{"anything else, without the URL", wrap(errors.New("malformed HTTP response")), "malformed HTTP response"},
		{"anything else", errors.New("unheard of"), "unheard of"},
	} {
		if got := reason(tt.err); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// A kept connection that the server closed in between costs a read nothing but a second
// request, under a nonce of its own.
func TestReadOnAConnectionThatWasClosed(t *testing.T) {
	const runs = 4
	var abort atomic.Bool
	var mutex sync.Mutex
	nonces := map[string]int{}
	count := func(nonce string) int {
		mutex.Lock()
		defer mutex.Unlock()
		nonces[nonce]++
		return nonces[nonce]
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if count(r.Header.Get("x-acs-signature-nonce")) > 1 {
			refuse(w, 400, "SignatureNonceUsed")
			return
		}
		if abort.Swap(false) { // as where the connection closes while the request is on its way
			panic(http.ErrAbortHandler)
		}
		io.WriteString(w, done)
	}))
	defer server.Close()
	client := newTestClient(t, server, nil)
	client.config.Retries = 2
	for run := range runs {
		if _, err := collect(client.ListCaCertificate(context.Background(), "i")); err != nil {
			t.Fatalf("read %d: %v", run, err)
		}
		server.CloseClientConnections()
	}
	abort.Store(true)
	before := len(nonces)
	if _, err := collect(client.ListCaCertificate(context.Background(), "i")); err != nil || len(nonces) != before+2 {
		t.Errorf("%d requests for a read that was cut off, %v; want 2", len(nonces)-before, err)
	}
	for nonce, times := range nonces {
		if times > 1 {
			t.Errorf("the nonce %s came %d times", nonce, times)
		}
	}
}

// A deadConn fails to write its second request with an error that no package has a name for.
type deadConn struct {
	net.Conn
	written int
}

func (c *deadConn) Write(p []byte) (int, error) {
	if c.written++; c.written > 1 {
		return 1, errors.New("an error without a name")
	}
	return c.Conn.Write(p)
}

// A connection that died while it was idle is no reason to give a read up: it goes over
// another. A submission of which a part was sent is not repeated.
func TestIdleConnectionThatDied(t *testing.T) {
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests++
		io.WriteString(w, done)
	}))
	defer server.Close()
	client := newTestClient(t, server, nil)
	client.config.Retries = 1
	client.http.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		return &deadConn{Conn: conn}, err
	}
	for want := range 2 {
		if _, err := client.GetRegisterCode(context.Background(), "i"); err != nil || requests != want+1 {
			t.Errorf("%d requests, %v; want %d", requests, err, want+1)
		}
	}
	_, err := client.RegisterCaCertificate(context.Background(), Registration{})
	if err == nil || requests != 2 {
		t.Errorf("%d requests, %v: the submission was repeated", requests, err)
	}
}

// A gateway that could not reach the service is asked again, a proxy that refuses is not.
func TestProxyThatOpensNoWay(t *testing.T) {
	for status, again := range map[int]bool{502: true, 503: true, 504: true, 407: false, 403: false, 500: false} {
		requests := 0
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			requests++
			w.WriteHeader(status)
		}))
		at, err := url.Parse(proxy.URL)
		if err != nil {
			t.Fatal(err)
		}
		client := NewClient(Config{Endpoint: endpointOf(t, "mqtt.example"), Credentials: testCredentials, Retries: 1})
		client.http.Transport.(*http.Transport).Proxy = http.ProxyURL(at)
		_, err = collect(client.ListCaCertificate(context.Background(), "i"))
		if err == nil || (requests == 2) != again {
			t.Errorf("a proxy that answers %d is asked %d times, %v", status, requests, err)
		}
		proxy.Close()
	}
}

// A submission counts as accepted only where the answer has the Sn; without it, it may
// be done.
func TestAcknowledgementWithoutSn(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"RequestId":"r"}`) }))
	defer server.Close()
	_, err := newTestClient(t, server, nil).RegisterCaCertificate(context.Background(), Registration{})
	if err == nil || !strings.HasSuffix(err.Error(), ": the answer has no Sn (request id r)") || !MaybeDone(err) {
		t.Errorf("%v, may be done: %v", err, MaybeDone(err))
	}
}

// Each answer lacks its field by name.
func TestAnswersWithoutTheirField(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"RequestId":"r","Data":null}`)
	}))
	defer server.Close()
	client := newTestClient(t, server, nil)
	_, device := client.GetDeviceCertificate(t.Context(), DeviceID{})
	_, instances := client.ListInstances(t.Context())
	_, caller := client.GetCallerIdentity(t.Context())
	for want, err := range map[string]error{"Data with a DeviceSn": device, "Instances": instances, "AccountId": caller} {
		if err == nil || !strings.HasSuffix(err.Error(), ": the answer has no "+want+" (request id r)") {
			t.Errorf("%v, want one on %s", err, want)
		}
	}
}

// Only Status 1 is active and only 0 inactive: a CA of a state that nobody has heard of is
// neither reported as usable nor taken for one that may be deleted.
func TestStatus(t *testing.T) {
	const active, inactive, unclear = "active", "inactive", "unclear"
	for entry, want := range map[string]string{
		`{"Status": 1}`: active, `{"Status": "1"}`: active, `{"Status": 0}`: inactive, `{"Status": "0"}`: inactive,
		`{"Status": 2}`: unclear, `{"Status": -1}`: unclear, `{"Status": ""}`: unclear, `{"Status": null}`: unclear,
		`{"Status": "ACTIVE"}`: unclear, `{"Status": true}`: unclear, `{"Status": {"1": 0}}`: unclear, `{"Status": 0.5}`: unclear, `{}`: unclear,
		`{"Status": 1, "Active": "no", "StateUnknown": [7]}`: active, `{"Status": 0, "Active": true}`: inactive,
	} {
		var vo caCertificateVO
		if err := json.Unmarshal([]byte(entry), &vo); err != nil {
			t.Fatal(err)
		}
		c := vo.certificate()
		if c.Active != (want == active) || c.StateUnknown != (want == unclear) {
			t.Errorf("%s: active %v, unclear %v, want %s", entry, c.Active, c.StateUnknown, want)
		}
	}
}

// The header that the stand-in marks its answers with, and nothing else, makes one emulated.
func TestEmulatedIsSeen(t *testing.T) {
	for value, want := range map[string]bool{"": false, "1": true} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if value != "" {
				w.Header().Set("X-Mqttca-Emulator", value)
			}
			io.WriteString(w, done)
		}))
		var seen []Exchange
		client := newTestClient(t, server, func(e Exchange) { seen = append(seen, e) })
		client.GetRegisterCode(context.Background(), "i")
		server.Close()
		if len(seen) != 1 || seen[0].Emulated != want {
			t.Errorf("with %q: %+v, want emulated %v", value, seen, want)
		}
	}
}

// No request goes past a proxy that cannot be used.
func TestNothingIsSentPastAProxy(t *testing.T) {
	t.Setenv("NO_PROXY", "")
	t.Setenv("HTTPS_PROXY", "http://user:100%pure@proxy.example:1")
	client := NewClient(Config{Endpoint: endpointOf(t, "mqtt.example"), Credentials: testCredentials, Retries: 3,
		Dial: func(context.Context, string, string) (net.Conn, error) {
			t.Error("a connection is opened")
			return nil, errors.New("no network")
		}})
	_, err := client.GetRegisterCode(context.Background(), "i")
	var misset *wire.EnvironmentError
	if !errors.As(err, &misset) || err.Error() != "HTTPS_PROXY is not the URL of a proxy" || MaybeDone(err) {
		t.Error(err)
	}
}

func endpointOf(t *testing.T, text string) Endpoint {
	t.Helper()
	endpoint, err := ParseEndpoint(text)
	if err != nil {
		t.Fatal(err)
	}
	return endpoint
}

// What comes is not even HTTP, and net/http repeats it in its error.
func TestErrorOfTheTransportHoldsNoSecret(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		if conn, err := listener.Accept(); err == nil {
			conn.Read(make([]byte, 1))
			io.WriteString(conn, "the-token the-secret\r\n\r\n")
			conn.Close()
		}
	}()
	endpoint, err := ParseEndpoint("http://" + listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewClient(Config{Endpoint: endpoint, Credentials: testCredentials}).GetRegisterCode(context.Background(), "i")
	const want = `malformed HTTP status code "[redacted]"`
	if err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("error %v, want …%s", err, want)
	}
}
