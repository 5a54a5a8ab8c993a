package cmd

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/api/credentials"
	"mqttca/api/emulator"
	"mqttca/api/wire/wiretest"
	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// The gateway refuses requests without a User-Agent; support asks which tool it was.
func TestUserAgent(t *testing.T) {
	var agent string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { agent = r.UserAgent() }))
	defer server.Close()
	setSecrets(t, "")
	a := &app{console: console{out: io.Discard, err: terminal.NewScreen(io.Discard, terminal.Display{})}}
	a.run(context.Background(), []string{"list", "--endpoint", server.URL, "--instance", "i", "--retries", "0"})
	if !regexp.MustCompile(`^mqttca/\S+ \([a-z0-9]+; [a-z0-9]+\)$`).MatchString(agent) {
		t.Errorf("User-Agent %q", agent)
	}
}

// What is waited for on purpose counts beside the time limit, not within it.
func TestWaitIsBesideTheTimeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		options := emulatorOptions()
		options.ListDelay = 4 * time.Minute
		service, err := emulator.New(options)
		if err != nil {
			t.Fatal(err)
		}
		server := &http.Server{Handler: service}
		defer server.Close()
		endpoint, err := api.ParseEndpoint("http://127.0.0.1:1")
		if err != nil {
			t.Fatal(err)
		}
		authority, err := pki.NewThrowawayAuthority(time.Now())
		if err != nil {
			t.Fatal(err)
		}
		var stdout bytes.Buffer
		a := &app{console: console{out: &stdout, err: terminal.NewScreen(io.Discard, terminal.Display{})}}
		session := a.open(api.Config{Endpoint: endpoint, Dial: wiretest.Dial(server),
			Credentials: credentials.Credentials{AccessKeyID: emulatedKeyID, AccessKeySecret: emulatedKeySecret}})
		defer session.client.Close()
		cmd := &cobra.Command{}
		cmd.SetContext(context.Background())
		o := registerOptions{target: target{instance: emulatedInstance, wait: 5 * time.Minute}, validity: time.Hour}
		result, err := a.registerAuthority(cmd, session, authority, o)
		err = a.conclude(cmd, session, o.target, authority.CA, result, err)
		if err != nil || !strings.Contains(stdout.String(), "registered and active") {
			t.Errorf("%s%v", stdout.String(), err)
		}
	})
}

// The receipt has the run's start, and the clock of the last answer.
func TestReceiptOfASession(t *testing.T) {
	start := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	s := &session{started: start, exchanges: []api.Exchange{
		{AccessKeyID: "LTAI****9Kd2", Operation: "ListCaCertificate", HTTPStatus: 200, Dated: true, ClockOffset: time.Minute},
		{AccessKeyID: "LTAI****9Kd2", Operation: "GetRegisterCode"}, // no answer says nothing of clocks
	}}
	r := s.receipt(target{instance: "i"}, throwaway(t), workflow.Result{Outcome: outcomeFailed}, nil)
	if r.StartedAt != "2026-06-01T12:00:00Z" || string(r.EndedAt) == r.StartedAt || *r.ClockOffsetSeconds != 60 || r.AccessKeyID != "LTAI****9Kd2" || len(r.Requests) != 2 {
		t.Errorf("%+v", r)
	}
}

// --retries is how often a request is sent again.
func TestRetriesFlag(t *testing.T) {
	for value, want := range map[string]int32{"0": 1, "2": 3} {
		var requests atomic.Int32
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			requests.Add(1)
			w.Header().Set("x-acs-retry-after", "1")
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, `{"Code":"Throttling.User","RequestId":"r"}`)
		}))
		setSecrets(t, "")
		a := &app{console: console{out: io.Discard, err: terminal.NewScreen(io.Discard, terminal.Display{})}}
		code := a.run(context.Background(), []string{"list", "--endpoint", server.URL, "--instance", "i", "--retries", value})
		server.Close()
		if code != exitUnavailable || requests.Load() != want {
			t.Errorf("--retries %s: exit code %d after %d requests, want %d", value, code, requests.Load(), want)
		}
	}
}

func TestAnswered(t *testing.T) {
	tests := []struct {
		name     string
		exchange api.Exchange
		want     string
	}{
		{"nothing came", api.Exchange{Err: io.EOF}, "no answer"},
		{"done", api.Exchange{HTTPStatus: 200, RequestID: "r"}, "HTTP 200 done, request id r"},
		{"refused", api.Exchange{HTTPStatus: 400, Code: "C", RequestID: "r", Err: io.EOF}, "HTTP 400 C, request id r"},
		{"unreadable", api.Exchange{HTTPStatus: 502, Err: io.EOF}, "HTTP 502 unreadable, request id none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := answered(tt.exchange); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// An error object has the request id also where a code was odd, and < and & as they are.
func TestFailureOfAnOddCode(t *testing.T) {
	var stderr bytes.Buffer
	a := &app{console: console{err: terminal.NewScreen(&stderr, terminal.Display{}), json: true}}
	code := a.fail(nil, &workflow.OddCodeError{Instance: "a<b&c", RequestID: "r", Fault: io.EOF})
	const want = `{"type":"error","message":"instance a<b&c issued a registration code that does not fit into a certificate (request id r): EOF",` +
		`"hint":"contact the vendor's support with the request ids that --verbose prints","exit_code":6,"reason":"unusable","retry":"no","outcome":"failed","code":null,"request_id":"r","http_status":null}` + "\n"
	if code != exitUnavailable || stderr.String() != want {
		t.Errorf("exit code %d\n got %swant %s", code, stderr.String(), want)
	}
}

// A request names the region of the endpoint, and that of the command line if the endpoint
// is of none.
func TestRegionOfARequest(t *testing.T) {
	for text, want := range map[string]string{"https://onsmqtt.cn-beijing.aliyuncs.com": "cn-beijing", "https://example.com": "cn-shanghai"} {
		endpoint, err := api.ParseEndpoint(text)
		if err != nil {
			t.Fatal(err)
		}
		if r := newSigningRequest(&session{endpoint: endpoint}, "cn-shanghai", "i", "", api.RegisterCode{Code: "c"}, time.Now()); string(r.Region) != want {
			t.Errorf("%s: %q, want %q", text, r.Region, want)
		}
	}
}

// Mutual TLS is a setting of the vendor's instances: the emulator has none to switch.
func TestNextStep(t *testing.T) {
	vendor, err := api.RegionalEndpoint("cn-hangzhou", false)
	if err != nil {
		t.Fatal(err)
	}
	emulated, err := api.ParseEndpoint("http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	for want, tt := range map[string]struct {
		endpoint api.Endpoint
		target   target
	}{
		"": {vendor, target{dryRun: true}},
		"next: if mutual TLS of the instance is off, switch it on": {vendor, target{}},
		"next: run 'mqttca connect' to test":                       {emulated, target{}},
	} {
		var out strings.Builder
		a := &app{console: console{err: terminal.NewScreen(&out, terminal.Display{})}}
		a.noteNext(&session{endpoint: tt.endpoint}, tt.target)
		if (out.Len() == 0) != (want == "") || !strings.HasPrefix(out.String(), want) {
			t.Errorf("%q, want %q", out.String(), want)
		}
	}
}
