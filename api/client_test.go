package api

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"mqttca/api/credentials"
)

var testCredentials = credentials.Credentials{AccessKeyID: "id", AccessKeySecret: "the-secret", SecurityToken: "the-token"}

// newTestClient is a client of a server on loopback.
func newTestClient(t *testing.T, server *httptest.Server, observe func(Exchange)) *Client {
	t.Helper()
	endpoint, err := ParseEndpoint(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	config := Config{Endpoint: endpoint, Credentials: testCredentials, UserAgent: "mqttca/test", Observe: observe}
	if server.TLS != nil {
		config.Roots = x509.NewCertPool()
		config.Roots.AddCert(server.Certificate())
	}
	client := NewClient(config)
	t.Cleanup(client.Close)
	return client
}

// answering serves one recorded answer to every request.
func answering(t *testing.T, status int, file string) *httptest.Server {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("..", "testdata", "answers", file))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json;charset=utf-8")
		w.WriteHeader(status)
		w.Write(body)
	}))
	t.Cleanup(server.Close)
	return server
}

const (
	recordedCA           = "-----BEGIN CERTIFICATE-----\nMIIDuzCCAqdGVzdC5jbi1xaW5n\n-----END CERTIFICATE-----"
	recordedVerification = "-----BEGIN CERTIFICATE-----\nMIID/DCCAu+Y5sRMpp9tnd+4s000\n-----END CERTIFICATE-----"
)

func recorded(change func(*CaCertificate)) CaCertificate {
	c := CaCertificate{
		Sn:                  "007269004887000001",
		CaName:              "mqtt_ca",
		RegistrationCode:    "13274673-8f90-4630-bea1-9cccb25756ad2089000001",
		CaContent:           recordedCA,
		VerificationContent: recordedVerification,
		ValidBegin:          time.Date(2022, 6, 2, 2, 35, 3, 0, time.UTC),
		ValidEnd:            time.Date(2032, 5, 30, 2, 35, 3, 0, time.UTC),
		Active:              true,
	}
	change(&c)
	return c
}

func TestRecordedAnswers(t *testing.T) {
	ctx := context.Background()
	tests := []struct {
		file string
		call func(*Client) (any, error)
		want any
	}{
		{"GetRegisterCode.json",
			func(c *Client) (any, error) { return c.GetRegisterCode(ctx, "i") },
			RegisterCode{"13274673-8f90-4630-bea1-9cccb25756ad2089000001", "020F6A43-19E6-4B6E-B846-44EB31DF0001"}},
		{"RegisterCaCertificate.json",
			func(c *Client) (any, error) { return c.RegisterCaCertificate(ctx, Registration{}) },
			Acknowledgement{"007269004887000001", "020F6A43-19E6-4B6E-B846-44EB31DF0002"}},
		{"ListCaCertificate.numbers.json",
			func(c *Client) (any, error) { return collect(c.ListCaCertificate(ctx, "i")) },
			[]CaCertificate{recorded(func(*CaCertificate) {})}},
		{"ListCaCertificate.strings.json",
			func(c *Client) (any, error) { return collect(c.ListCaCertificate(ctx, "i")) },
			[]CaCertificate{recorded(func(c *CaCertificate) {
				c.Sn, c.Active = "00f26900ba87000001", false
				c.CaContent += "\n"
				c.VerificationContent += "\n"
			})}},
		{"ListCaCertificate.empty.json",
			func(c *Client) (any, error) { return collect(c.ListCaCertificate(ctx, "i")) },
			[]CaCertificate(nil)},
		{"ListInstances.json",
			func(c *Client) (any, error) { return c.ListInstances(ctx) },
			[]Instance{
				{"mqtt-cn-a", "plant", "cn-shenzhen", "professional", "in service", time.Date(2025, 2, 12, 7, 36, 8, 0, time.UTC), time.Date(2025, 3, 12, 16, 0, 0, 0, time.UTC)},
				{"post-cn-b", "", "cn-hangzhou", "unknown", "unknown", time.Time{}, time.Time{}},
			}},
		{"ListGroupId.json",
			func(c *Client) (any, error) { return c.ListGroupId(ctx, "i") },
			[]string{"GID_test1", "GID_test2"}},
		{"ListDeviceCertificateByCaSn.json",
			func(c *Client) (any, error) {
				return collect(c.ListDeviceCertificateByCaSn(ctx, "i", "007269004887000001"))
			},
			[]DeviceCertificate{
				{"007269004887000001", "00a1", "sensor 1", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
					time.Date(2022, 6, 2, 2, 35, 3, 0, time.UTC), time.Date(2032, 5, 30, 2, 35, 3, 0, time.UTC), true, false},
				{"007269004887000001", "00a2", "sensor 2", "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n",
					time.Date(2022, 6, 2, 2, 35, 3, 0, time.UTC), time.Date(2032, 5, 30, 2, 35, 3, 0, time.UTC), false, false},
			}},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			got, err := tt.call(newTestClient(t, answering(t, 200, tt.file), nil))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestRecordedRefusals(t *testing.T) {
	tests := []struct {
		file   string
		status int
		want   Error
		text   string
	}{
		{"refusal.product.json", 401,
			Error{Call: Call{"GetRegisterCode", "i", "HOST"}, HTTPStatus: 401, Code: "RegisterCodeUsed", Message: "Register code has been used.", RequestID: "020F6A43-19E6-4B6E-B846-44EB31DF0007"},
			"GetRegisterCode for instance i was refused by HOST: Register code has been used (code RegisterCodeUsed, HTTP 401, request id 020F6A43-19E6-4B6E-B846-44EB31DF0007)"},
		{"refusal.gateway.json", 404,
			Error{Call: Call{"GetRegisterCode", "i", "HOST"}, HTTPStatus: 404, Code: "InvalidAccessKeyId.NotFound", Message: "Specified access key is not found.", RequestID: "020F6A43-19E6-4B6E-B846-44EB31DF0008"},
			"GetRegisterCode for instance i was refused by HOST: Specified access key is not found (code InvalidAccessKeyId.NotFound, HTTP 404, request id 020F6A43-19E6-4B6E-B846-44EB31DF0008)"},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			_, err := newTestClient(t, answering(t, tt.status, tt.file), nil).GetRegisterCode(context.Background(), "i")
			var refusal *Error
			if !errors.As(err, &refusal) {
				t.Fatalf("got %v, want an *Error", err)
			}
			tt.want.Host = refusal.Host
			if diff := cmp.Diff(tt.want, *refusal, cmpopts.IgnoreUnexported(Error{})); diff != "" || !strings.HasPrefix(refusal.Host, "127.0.0.1:") {
				t.Errorf("host %s, -want +got\n%s", refusal.Host, diff)
			}
			if want := strings.ReplaceAll(tt.text, "HOST", refusal.Host); err.Error() != want {
				t.Errorf("\n got %s\nwant %s", err, want)
			}
		})
	}
}

// TestRequests compares what goes out with the vendor's table: methods, parameters,
// and everything in the query string.
func TestRequests(t *testing.T) {
	ctx := context.Background()
	device := DeviceID{"i", "00aB", "0c"}
	tests := []struct {
		want string
		call func(*Client) error
	}{
		{"GET GetRegisterCode MqttInstanceId=i", func(c *Client) error { _, err := c.GetRegisterCode(ctx, "i"); return err }},
		{"POST RegisterCaCertificate CaContent=CA%0A&CaName=a%20b&MqttInstanceId=i&VerificationContent=V", func(c *Client) error {
			_, err := c.RegisterCaCertificate(ctx, Registration{"i", "a b", "CA\n", "V"})
			return err
		}},
		{"GET ListCaCertificate MqttInstanceId=i&PageNo=1&PageSize=100", func(c *Client) error { _, err := collect(c.ListCaCertificate(ctx, "i")); return err }},
		{"GET ListDeviceCertificateByCaSn CaSn=00aB&MqttInstanceId=i&PageNo=1&PageSize=100", func(c *Client) error {
			_, err := collect(c.ListDeviceCertificateByCaSn(ctx, "i", "00aB"))
			return err
		}},
		{"GET ListDeviceCertificate MqttInstanceId=i&PageNo=1&PageSize=100", func(c *Client) error { _, err := collect(c.ListDeviceCertificate(ctx, "i")); return err }},
		{"GET GetDeviceCertificate CaSn=00aB&DeviceSn=0c&MqttInstanceId=i", func(c *Client) error { _, err := c.GetDeviceCertificate(ctx, device); return err }},
		{"POST ActiveDeviceCertificate CaSn=00aB&DeviceSn=0c&MqttInstanceId=i", func(c *Client) error { _, err := c.ActiveDeviceCertificate(ctx, device); return err }},
		{"POST InactivateDeviceCertificate CaSn=00aB&DeviceSn=0c&MqttInstanceId=i", func(c *Client) error { _, err := c.InactivateDeviceCertificate(ctx, device); return err }},
		{"POST DeleteDeviceCertificate CaSn=00aB&DeviceSn=0c&MqttInstanceId=i", func(c *Client) error { _, err := c.DeleteDeviceCertificate(ctx, device); return err }},
		{"POST ListGroupId InstanceId=i", func(c *Client) error { _, err := c.ListGroupId(ctx, "i"); return err }},
		{"POST ListInstances ", func(c *Client) error { _, err := c.ListInstances(ctx); return err }},
		{"POST ActiveCaCertificate MqttInstanceId=i&Sn=00aB", func(c *Client) error { _, err := c.ActiveCaCertificate(ctx, "i", "00aB"); return err }},
		{"POST InactivateCaCertificate MqttInstanceId=i&Sn=00aB", func(c *Client) error { _, err := c.InactivateCaCertificate(ctx, "i", "00aB"); return err }},
		{"POST DeleteCaCertificate MqttInstanceId=i&Sn=00aB", func(c *Client) error { _, err := c.DeleteCaCertificate(ctx, "i", "00aB"); return err }},
	}
	for _, tt := range tests {
		var got *http.Request
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got = r
			if body, _ := io.ReadAll(r.Body); len(body) > 0 {
				t.Errorf("%s: body %q, want none", tt.want, body)
			}
			data := `{"CaCertificateVOS":[],"DeviceSn":"0c"}`
			if r.Header.Get("x-acs-action") == "ListGroupId" {
				data = "[]"
			}
			io.WriteString(w, `{"RequestId":"r","RegisterCode":"c","Sn":"s","Data":`+data+`,"Instances":[]}`)
		}))
		if err := tt.call(newTestClient(t, server, nil)); err != nil {
			t.Errorf("%s: %v", tt.want, err)
		}
		server.Close()
		if line := got.Method + " " + got.Header.Get("x-acs-action") + " " + got.URL.RawQuery; line != tt.want || got.URL.Path != "/" {
			t.Errorf("got %s at %s, want %s at /", line, got.URL.Path, tt.want)
		}
		if got.Header.Get("x-acs-version") != "2020-04-20" || got.Header.Get("User-Agent") != "mqttca/test" || got.Header.Get("x-acs-security-token") != "the-token" {
			t.Errorf("%s: headers %v", tt.want, got.Header)
		}
	}
}

func TestEveryRequestHasItsOwnNonce(t *testing.T) {
	seen := map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen[r.Header.Get("x-acs-signature-nonce")] = true
		io.WriteString(w, `{"RegisterCode":"c"}`)
	}))
	defer server.Close()
	client := newTestClient(t, server, nil)
	for range 5 {
		if _, err := client.GetRegisterCode(context.Background(), "i"); err != nil {
			t.Fatal(err)
		}
	}
	if len(seen) != 5 {
		t.Errorf("%d nonces in 5 requests", len(seen))
	}
	for nonce := range seen {
		if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(nonce) {
			t.Errorf("nonce %q is not 128 bits in hex", nonce)
		}
	}
}

// HOST stands for the server's host and port in the wanted errors.
func TestUnusableAnswers(t *testing.T) {
	tests := []struct {
		name    string
		handler http.HandlerFunc
		want    string
	}{
		{"HTML", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(502)
			io.WriteString(w, "<html>bad gateway</html>")
		}, "GetRegisterCode for instance i got no usable answer from HOST: the answer (HTTP 502) is not JSON but text/html"},
		{"HTML with 200, as a proxy's login page", func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "<!DOCTYPE html><title>log in</title>")
		}, "GetRegisterCode for instance i got no usable answer from HOST: the answer (HTTP 200) is not JSON but text/html"},
		{"no type", func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = nil
		}, "GetRegisterCode for instance i got no usable answer from HOST: the answer (HTTP 200) is not JSON and has no valid Content-Type"},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.example/", http.StatusTemporaryRedirect)
		}, "GetRegisterCode for instance i got no usable answer from HOST: the answer (HTTP 307) is a redirect, which mqttca never follows"},
		{"error without a code", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(503)
			io.WriteString(w, `{"RequestId":"r"}`)
		}, "GetRegisterCode for instance i got no usable answer from HOST: the answer (HTTP 503) has no error code (request id r)"},
		{"without the code that was asked for", func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"RequestId":"r"}`)
		}, "GetRegisterCode for instance i got no usable answer from HOST: the answer has no RegisterCode (request id r)"},
		{"JSON of another shape", func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"RegisterCode":{"a":1}}`)
		}, "GetRegisterCode for instance i got no usable answer from HOST: the answer (HTTP 200) is JSON in an unexpected form"},
		{"too long", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			chunk := strings.Repeat(" ", 1<<20)
			for range maxAnswerBytes>>20 + 1 {
				io.WriteString(w, chunk)
			}
		}, "GetRegisterCode for instance i got no usable answer from HOST: the answer (HTTP 200) is over 8 MiB long"},
		{"truncated", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, `{"RequestId":`)
		}, "GetRegisterCode for instance i got no usable answer from HOST: the answer (HTTP 200) broke off: unexpected EOF"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(tt.handler)
			defer server.Close()
			_, err := newTestClient(t, server, nil).GetRegisterCode(context.Background(), "i")
			var lost *NoAnswerError
			if !errors.As(err, &lost) {
				t.Fatalf("got %v, want a *NoAnswerError", err)
			}
			want := strings.ReplaceAll(tt.want, "HOST", strings.TrimPrefix(server.URL, "http://"))
			if err.Error() != want {
				t.Errorf("\n got %s\nwant %s", err, want)
			}
		})
	}
}

// A list without Data, or a number that is none, is no answer.
func TestAnswersThatLackData(t *testing.T) {
	tests := []struct{ body, want string }{
		{`{"RequestId":"r"}`, "the answer has no Data (request id r)"},
		{`{"RequestId":"r","Data":7}`, "the answer (HTTP 200) is JSON in an unexpected form (request id r)"},
		{`[]`, "the answer (HTTP 200) is JSON in an unexpected form"},
		{`{"RequestId":"r","Code":"Foo.Bar","Message":"nope"}`, "nope (code Foo.Bar, HTTP 200, request id r)"},
		{`{"RequestId":"r","Code":403,"Message":"nope"}`, "nope (code 403, HTTP 200, request id r)"},
		{`{"RequestId":"r","Code":"SnNotUnique","Message":"nope","Data":{}}`, "nope (code SnNotUnique, HTTP 200, request id r)"},
	}
	for _, tt := range tests {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, tt.body) }))
		client := newTestClient(t, server, nil)
		_, err := collect(client.ListCaCertificate(context.Background(), "i"))
		if err == nil || !strings.HasSuffix(err.Error(), tt.want) {
			t.Errorf("ListCaCertificate with %s: %v, want …%s", tt.body, err, tt.want)
		}
		server.Close()
	}
}

func TestNoConnection(t *testing.T) {
	const host = "127.0.0.1:1" // not a port that was free a moment ago: somebody else may get it
	endpoint, _ := ParseEndpoint("http://" + host)
	client := NewClient(Config{Endpoint: endpoint, Credentials: testCredentials})
	_, err := client.GetRegisterCode(context.Background(), "i")
	if want := "GetRegisterCode for instance i got no usable answer from " + host + ": connection refused"; err == nil || err.Error() != want || MaybeDone(err) {
		t.Errorf("\n got %v\nwant %s", err, want)
	}
}

func TestUnverifiedTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // the handshake that fails is wanted
	server.StartTLS()
	defer server.Close()
	endpoint, _ := ParseEndpoint(server.URL)
	client := NewClient(Config{Endpoint: endpoint, Credentials: testCredentials, Roots: x509.NewCertPool()})
	_, err := client.GetRegisterCode(context.Background(), "i")
	if want := "GetRegisterCode for instance i got no usable answer from " + endpoint.Host() + ": its TLS certificate does not verify: x509: certificate signed by unknown authority"; err == nil || err.Error() != want {
		t.Errorf("\n got %v\nwant %s", err, want)
	}
}

func TestInterruptAndTimeout(t *testing.T) {
	release := make(chan struct{})
	entered := make(chan struct{}, 2)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { entered <- struct{}{}; <-release }))
	defer server.Close()
	defer close(release)
	client := newTestClient(t, server, nil)

	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-entered; cancel() }()
	_, err := client.GetRegisterCode(ctx, "i")
	if !errors.Is(err, context.Canceled) || !strings.HasSuffix(err.Error(), ": interrupted") {
		t.Errorf("cancelled: %v", err)
	}
	ctx, cancel = context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err = client.GetRegisterCode(ctx, "i")
	if !errors.Is(err, context.DeadlineExceeded) || !strings.HasSuffix(err.Error(), ": no answer in time") {
		t.Errorf("out of time: %v", err)
	}
}

// What the service echoes of a request must not come through, nor the query of a
// request in an error of the network.
func TestErrorsHoldNoSecret(t *testing.T) {
	echo := func(code string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(400)
			io.WriteString(w, `{"Code":"`+code+`","RequestId":"r","Message":"server string to sign is: the-token the-secret"}`)
		}
	}
	for _, code := range []string{"SignatureDoesNotMatch", "SomethingElse"} {
		server := httptest.NewServer(echo(code))
		_, err := newTestClient(t, server, nil).GetRegisterCode(context.Background(), "i")
		server.Close()
		if strings.Contains(err.Error(), "the-token") || strings.Contains(err.Error(), "the-secret") {
			t.Errorf("%s: %v", code, err)
		}
	}
}

func TestObserve(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Mqttca-Emulator", "1")
		if r.Header.Get("x-acs-action") == "RegisterCaCertificate" {
			w.WriteHeader(401)
			io.WriteString(w, `{"Code":"RegisterCodeUsed","RequestId":"second"}`)
			return
		}
		io.WriteString(w, `{"RequestId":"first","RegisterCode":"c"}`)
	}))
	defer server.Close()
	var got []Exchange
	client := newTestClient(t, server, func(e Exchange) {
		if e.Duration <= 0 {
			t.Errorf("%s took %v", e.Operation, e.Duration)
		}
		if (e.Err != nil) != (e.Code != "") {
			t.Errorf("%s: Err %v with Code %q", e.Operation, e.Err, e.Code)
		}
		if e.ClockOffset.Abs() > 5*time.Second {
			t.Errorf("%s: the clocks of one machine differ by %v", e.Operation, e.ClockOffset)
		}
		e.Duration, e.Err, e.Start, e.ClockOffset = 0, nil, time.Time{}, 0
		got = append(got, e)
	})
	client.GetRegisterCode(context.Background(), "i")
	client.RegisterCaCertificate(context.Background(), Registration{"i", "name", "CERT", "CERT"})
	want := []Exchange{
		{Operation: "GetRegisterCode", Params: url.Values{"MqttInstanceId": {"i"}}, AccessKeyID: "****", HTTPStatus: 200, RequestID: "first", Dated: true, Emulated: true},
		{Operation: "RegisterCaCertificate", Params: url.Values{"MqttInstanceId": {"i"}, "CaName": {"name"}}, AccessKeyID: "****", HTTPStatus: 401,
			Code: "RegisterCodeUsed", RequestID: "second", Dated: true, Reused: true, Emulated: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestClockOffset(t *testing.T) {
	sent := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		date  string
		want  time.Duration
		dated bool
	}{
		{"Mon, 01 Jun 2026 12:00:02 GMT", 1500 * time.Millisecond, true}, // 12:00:02.5 against 12:00:01
		{"Mon, 01 Jun 2026 11:30:00 GMT", -(30*time.Minute + 500*time.Millisecond), true},
		{"", 0, false},
		{"yesterday", 0, false},
	}
	for _, tt := range tests {
		resp := &http.Response{Header: http.Header{"Date": {tt.date}}}
		if got, dated := clockOffset(resp, sent, sent.Add(2*time.Second)); got != tt.want || dated != tt.dated {
			t.Errorf("Date %q: %v, dated %v; want %v, %v", tt.date, got, dated, tt.want, tt.dated)
		}
	}
}
