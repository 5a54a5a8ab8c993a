package emulator_test

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"mqttca/api/emulator"
	"mqttca/api/wire/wiretest"
)

// inBubble runs a test in a synctest bubble, with an emulator that it reaches without a socket. The clock is the bubble's.
func inBubble(t *testing.T, change func(*emulator.Options), test func(*testing.T, *client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		options := emulator.Options{Instances: []string{instanceID}, Credentials: []emulator.Credential{plainKey}, Journal: true}
		change(&options)
		service, err := emulator.New(options)
		if err != nil {
			t.Fatal(err)
		}
		// Limits that a fault has to outlast.
		server := &http.Server{Handler: service, ReadTimeout: 20 * time.Second, WriteTimeout: 20 * time.Second}
		transport := &http.Transport{DialContext: wiretest.Dial(server)}
		defer server.Close()
		defer transport.CloseIdleConnections()
		test(t, &client{
			t: t, url: "http://127.0.0.1:1", http: &http.Client{Transport: transport}, key: plainKey, now: time.Now, service: service,
		})
	})
}

func TestLatency(t *testing.T) {
	fixed := emulator.Fault{Kind: emulator.FaultLatency, Delay: 40 * time.Second, Call: 1}
	third := emulator.Fault{Kind: emulator.FaultLatency, Delay: 2 * time.Second, Call: 2}
	jitter := emulator.Fault{Kind: emulator.FaultLatency, Jitter: time.Hour, Operation: "GetRegisterCode"}
	late := emulator.Fault{Kind: emulator.FaultRefuse, Code: "Late", Delay: time.Second, Call: 2}
	inBubble(t, faulty(fixed, jitter, late, third), func(t *testing.T, c *client) {
		took := func(r request, wantCode string) time.Duration {
			t.Helper()
			before := time.Now()
			got := c.send(r)
			if got.code() != wantCode {
				t.Errorf("code %q, want %q", got.code(), wantCode)
			}
			if date, err := http.ParseTime(got.Header.Get("Date")); err != nil || !date.Equal(time.Now().Truncate(time.Second)) {
				t.Errorf("answered at %v with the Date %v", time.Now(), date)
			}
			return time.Since(before)
		}
		list, code := listRequest(instanceID, "1", "1"), codeRequest(instanceID)
		if got := took(list, ""); got != 40*time.Second {
			t.Errorf("a fixed delay took %v", got)
		}
		if got := took(list, "Late"); got != 3*time.Second {
			t.Errorf("a late refusal, and later still, took %v", got)
		}
		if got := took(list, ""); got != 0 {
			t.Errorf("no fault took %v", got)
		}
		first, second := took(code, ""), took(code, "")
		if first == second || max(first, second) > time.Hour || min(first, second) == 0 {
			t.Errorf("with jitter: %v, %v", first, second)
		}
		want := []string{"latency", "refuse", "", "latency", "latency"}
		for i, r := range c.service.Requests() {
			if r.Fault != want[i] {
				t.Errorf("request %d: fault %q, want %q", i, r.Fault, want[i])
			}
		}
	})
}

// TestLatencyGivenUp: a client that leaves while its request waits has nothing done.
func TestLatencyGivenUp(t *testing.T) {
	inBubble(t, faulty(emulator.Fault{Kind: emulator.FaultLatency, Delay: time.Hour}), func(t *testing.T, c *client) {
		giveUp(t, c, codeRequest(instanceID), time.Minute)
		want := []emulator.Request{{Operation: "GetRegisterCode", Method: "GET", Fault: "latency"}}
		if diff := cmp.Diff(want, c.service.Requests()); diff != "" {
			t.Errorf("journal (-want +got):\n%s", diff)
		}
	})
}

// giveUp sends a request that must not have been answered when its time is over.
func giveUp(t *testing.T, c *client, want request, patience time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	before := time.Now()
	_, err := c.http.Do(c.signed(want).WithContext(ctx))
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(before) != patience {
		t.Errorf("after %v: %v", time.Since(before), err)
	}
	synctest.Wait()
}

func TestHang(t *testing.T) {
	for _, after := range []bool{false, true} {
		hang := emulator.Fault{Kind: emulator.FaultHang, Operation: "RegisterCaCertificate", AfterWork: after}
		options := func(o *emulator.Options) { faulty(hang)(o); o.Now = func() time.Time { return epoch } }
		inBubble(t, options, func(t *testing.T, c *client) {
			c.now = func() time.Time { return epoch }
			ca := newAuthority(t, nil, nil)
			submission := registerRequest(instanceID, "ca", ca.pem, ca.verification(t, c.registerCode(instanceID), nil))
			giveUp(t, c, submission, 24*time.Hour)
			if got := len(c.service.Registrations()) == 1; got != after {
				t.Errorf("after the work %v: in the book %v", after, got)
			}
		})
	}
}

// TestHangEndsWithTheServer needs no bubble: nothing waits for the clock.
func TestHangEndsWithTheServer(t *testing.T) {
	c := start(t, faulty(emulator.Fault{Kind: emulator.FaultHang}))
	failed := make(chan error)
	go func() { failed <- c.try(codeRequest(instanceID)).Err }()
	for len(c.service.Requests()) == 0 {
		runtime.Gosched()
	}
	if err := c.server.Close(); err != nil {
		t.Error(err)
	}
	if err := <-failed; err == nil {
		t.Error("an answer came")
	}
}

func TestSlow(t *testing.T) {
	inBubble(t, faulty(emulator.Fault{Kind: emulator.FaultSlow}), func(t *testing.T, c *client) {
		before := time.Now()
		got := c.send(codeRequest(instanceID))
		if took := time.Since(before); took != time.Duration(len(got.Raw))*time.Second {
			t.Errorf("%d bytes took %v", len(got.Raw), took)
		}
	})
}

// TestSlowGivenUp: a client that leaves in the middle leaves no goroutine behind, or the bubble would not end.
func TestSlowGivenUp(t *testing.T) {
	inBubble(t, faulty(emulator.Fault{Kind: emulator.FaultSlow}), func(t *testing.T, c *client) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		response, err := c.http.Do(c.signed(codeRequest(instanceID)).WithContext(ctx))
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		buffer := make([]byte, 100)
		read, err := 0, error(nil)
		for err == nil {
			var n int
			n, err = response.Body.Read(buffer)
			read += n
		}
		if read != 4 && read != 5 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%d bytes, %v", read, err)
		}
	})
}

// TestResetInABubble has no TCP to reset.
func TestResetInABubble(t *testing.T) {
	inBubble(t, faulty(emulator.Fault{Kind: emulator.FaultReset}), func(t *testing.T, c *client) {
		if got := c.try(codeRequest(instanceID)); got.Err == nil {
			t.Error("an answer came")
		}
	})
}

func TestClockSkew(t *testing.T) {
	for _, skew := range []time.Duration{20 * time.Minute, -20 * time.Minute} {
		inBubble(t, func(o *emulator.Options) { o.ClockSkew = skew }, func(t *testing.T, c *client) {
			got := c.send(codeRequest(instanceID))
			date, err := http.ParseTime(got.Header.Get("Date"))
			if err != nil || time.Until(date) != skew || got.code() != "InvalidTimeStamp.Expired" {
				t.Errorf("skew %v: %s, date %v ahead, %v", skew, got.code(), time.Until(date), err)
			}
			c.now = func() time.Time { return time.Now().Add(skew) }
			if got := c.send(codeRequest(instanceID)); got.code() != "" {
				t.Errorf("skew %v, corrected: %s", skew, got.code())
			}
		})
	}
}
