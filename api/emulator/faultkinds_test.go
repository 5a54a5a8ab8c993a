package emulator_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mqttca/api/emulator"
)

func faulty(faults ...emulator.Fault) func(*emulator.Options) {
	return func(o *emulator.Options) { o.Faults = faults }
}

// outcome is the result of a request on the wire.
type outcome struct {
	Status int
	Header http.Header
	Body   []byte
	Err    error
}

// try sends a request and returns any outcome; it follows no redirect.
func (c *client) try(want request) outcome {
	c.t.Helper()
	hc := *c.http
	hc.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := hc.Do(c.signed(want))
	if err != nil {
		return outcome{Err: err}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return outcome{response.StatusCode, response.Header, body, err}
}

// lastRequest is the latest entry of the journal.
func (c *client) lastRequest() emulator.Request {
	requests := c.service.Requests()
	return requests[len(requests)-1]
}

// TestFaultsBeforeAndAfterTheWork meets the submission with every fault that can come at either time, and looks into the book.
func TestFaultsBeforeAndAfterTheWork(t *testing.T) {
	html := func(o outcome) bool {
		return o.Status == 502 && bytes.Contains(o.Body, []byte("<h1>502 Bad Gateway</h1>")) && o.Header.Get("Content-Type") == "text/html"
	}
	refused := func(status int, code string) func(outcome) bool {
		return func(o outcome) bool {
			var body struct{ Code, RequestId string }
			return json.Unmarshal(o.Body, &body) == nil && o.Status == status && body.Code == code &&
				body.RequestId == o.Header.Get("x-acs-request-id")
		}
	}
	reset := func(o outcome) bool { return errors.Is(o.Err, syscall.ECONNRESET) }
	tests := []struct {
		fault  emulator.Fault
		status int
		code   string
		want   func(outcome) bool
	}{
		{emulator.Fault{Kind: emulator.FaultThrottle, RetryAfter: 1500 * time.Millisecond}, 400, "Throttling.User", func(o outcome) bool {
			return refused(400, "Throttling.User")(o) && o.Header.Get("x-acs-retry-after") == "1500"
		}},
		{emulator.Fault{Kind: emulator.FaultUnavailable}, 503, "ServiceUnavailable", func(o outcome) bool {
			return refused(503, "ServiceUnavailable")(o) && o.Header.Get("x-acs-retry-after") == ""
		}},
		{emulator.Fault{Kind: emulator.FaultInternal}, 417, "InternalError", refused(417, "InternalError")},
		{emulator.Fault{Kind: emulator.FaultRefuse, Code: "CaNumExceed"}, 401, "CaNumExceed", refused(401, "CaNumExceed")},
		{emulator.Fault{Kind: emulator.FaultRefuse, Code: "New.Code"}, 400, "New.Code", refused(400, "New.Code")},
		{emulator.Fault{Kind: emulator.FaultReset}, 0, "", reset},
		{emulator.Fault{Kind: emulator.FaultHTML}, 502, "", html},
		{emulator.Fault{Kind: emulator.FaultGarbage}, 200, "", func(o outcome) bool {
			return o.Status == 200 && len(o.Body) == 256 && !json.Valid(o.Body)
		}},
		{emulator.Fault{Kind: emulator.FaultOversize, Size: 1 << 20}, 200, "", func(o outcome) bool {
			return o.Status == 200 && len(o.Body) == 1<<20+len(`{"RequestId":"`)
		}},
		{emulator.Fault{Kind: emulator.FaultRedirect}, 307, "", func(o outcome) bool {
			return o.Status == 307 && strings.HasPrefix(o.Header.Get("Location"), "/elsewhere?CaContent=")
		}},
	}
	for _, test := range tests {
		for _, after := range []bool{false, true} {
			fault := test.fault
			fault.Operation, fault.Call, fault.AfterWork = "RegisterCaCertificate", 1, after
			name, registered := string(fault.Kind), 0
			if after {
				name, registered = name+"-after", 1
			}
			t.Run(name+" "+fault.Code, func(t *testing.T) {
				c := start(t, faulty(fault))
				ca := newAuthority(t, nil, nil)
				submission := registerRequest(instanceID, "ca", ca.pem, ca.verification(t, c.registerCode(instanceID), nil))
				if got := c.try(submission); !test.want(got) {
					t.Errorf("outcome %d, %v, %.300s, %v", got.Status, got.Header, got.Body, got.Err)
				}
				want := emulator.Request{
					Operation: "RegisterCaCertificate", Method: "POST", Code: test.code, HTTPStatus: test.status, Fault: name,
				}
				if diff := cmp.Diff(want, c.lastRequest()); diff != "" {
					t.Errorf("journal (-want +got):\n%s", diff)
				}
				if book := c.service.Registrations(); len(book) != registered {
					t.Errorf("%d in the book, want %d", len(book), registered)
				}
				wantCode := map[bool]string{false: "", true: "RegisterCodeUsed"}[after]
				if got := c.send(submission); got.code() != wantCode || c.lastRequest().Fault != "" {
					t.Errorf("the second submission: code %q, want %q; %+v", got.code(), wantCode, c.lastRequest())
				}
			})
		}
	}
}

func TestTruncate(t *testing.T) {
	c := start(t, faulty(emulator.Fault{Kind: emulator.FaultTruncate, Call: 2}))
	whole := c.try(codeRequest(instanceID))
	half := c.try(codeRequest(instanceID))
	if !errors.Is(half.Err, io.ErrUnexpectedEOF) || len(half.Body) != len(whole.Body)/2 || half.Status != 200 {
		t.Errorf("%d, %d of %d bytes, %v", half.Status, len(half.Body), len(whole.Body), half.Err)
	}
	want := []emulator.Request{
		{Operation: "GetRegisterCode", Method: "GET", HTTPStatus: 200},
		{Operation: "GetRegisterCode", Method: "GET", HTTPStatus: 200, Fault: "truncate"},
	}
	if diff := cmp.Diff(want, c.service.Requests()); diff != "" {
		t.Errorf("journal (-want +got):\n%s", diff)
	}
}

func TestOversizeByDefault(t *testing.T) {
	c := start(t, faulty(emulator.Fault{Kind: emulator.FaultOversize}))
	if got := c.try(codeRequest(instanceID)); len(got.Body) != 16<<20+len(`{"RequestId":"`) || got.Err != nil {
		t.Errorf("%d bytes, %v", len(got.Body), got.Err)
	}
}

// TestRedirectFollowed shows a client that follows in the journal.
func TestRedirectFollowed(t *testing.T) {
	c := start(t, faulty(emulator.Fault{Kind: emulator.FaultRedirect, Call: 1}))
	if got := c.send(codeRequest(instanceID)); got.code() != "InvalidAction.NotFound" {
		t.Errorf("code %q", got.code())
	}
	if requests := c.service.Requests(); len(requests) != 2 {
		t.Errorf("%d requests", len(requests))
	}
}

// TestResetOverTLS: the reset is one of TCP there, too.
func TestResetOverTLS(t *testing.T) {
	c := startTLS(t, faulty(emulator.Fault{Kind: emulator.FaultReset}))
	if got := c.try(codeRequest(instanceID)); !errors.Is(got.Err, syscall.ECONNRESET) {
		t.Errorf("error %v", got.Err)
	}
	if err := c.server.Close(); err != nil {
		t.Error(err)
	}
}

// TestEveryFaultKind holds each row of the table to a fault that a client notices, by the answer or by the time.
func TestEveryFaultKind(t *testing.T) {
	kinds := emulator.FaultKinds()
	if len(kinds) < 13 || !slices.IsSorted(kinds) {
		t.Errorf("kinds %v", kinds)
	}
	for _, kind := range kinds {
		fault := emulator.Fault{Kind: kind, Call: 2}
		switch kind {
		case emulator.FaultRefuse:
			fault.Code = "Refused"
		case emulator.FaultLatency:
			fault.Delay = time.Second
		}
		inBubble(t, faulty(fault), func(t *testing.T, c *client) {
			c.http.Timeout = time.Hour
			look := func() (outcome, time.Duration) {
				// On a connection of its own: on a used one, net/http would send a GET again after a reset.
				c.http.CloseIdleConnections()
				before := time.Now()
				got := c.try(codeRequest(instanceID))
				return got, time.Since(before)
			}
			usual, _ := look()
			got, took := look()
			if got.Err == nil && got.Status == usual.Status && len(got.Body) == len(usual.Body) && took == 0 {
				t.Errorf("%s changes nothing", kind)
			}
			if last := c.lastRequest(); last.Fault != string(kind) {
				t.Errorf("%s stands in the journal as %q", kind, last.Fault)
			}
		})
	}
}
