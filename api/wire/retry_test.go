package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// What may pass, and for how long, by the error of an attempt.
func TestJudge(t *testing.T) {
	dial := func(err error) error {
		return &url.Error{Op: "Get", URL: "https://h", Err: &net.OpError{Op: "dial", Err: err}}
	}
	passing := Verdict{MayPass: true}
	for name, tt := range map[string]struct {
		err  error
		want Verdict
	}{
		"reset":                   {dial(os.NewSyscallError("read", syscall.ECONNRESET)), passing},
		"aborted":                 {dial(os.NewSyscallError("read", syscall.ECONNABORTED)), passing},
		"broken pipe":             {dial(syscall.EPIPE), passing},
		"closed":                  {dial(io.EOF), passing},
		"truncated":               {fmt.Errorf("wrapped: %w", io.ErrUnexpectedEOF), passing},
		"late":                    {dial(context.DeadlineExceeded), passing},
		"late by a deadline":      {dial(os.ErrDeadlineExceeded), passing},
		"SERVFAIL":                {dial(&net.DNSError{Err: "server misbehaving", IsTemporary: true}), passing},
		"resolver timeout":        {dial(&net.DNSError{IsTimeout: true}), passing},
		"NXDOMAIN":                {dial(&net.DNSError{IsNotFound: true}), Verdict{}},
		"NXDOMAIN, perhaps":       {dial(&net.DNSError{IsNotFound: true, IsTemporary: true, IsTimeout: true}), Verdict{}},
		"lookup":                  {dial(&net.DNSError{Err: "no such nameserver"}), Verdict{}},
		"refused":                 {dial(os.NewSyscallError("connect", syscall.ECONNREFUSED)), Verdict{MayPass: true, Limit: 5 * time.Second}},
		"no route":                {dial(syscall.EHOSTUNREACH), Verdict{MayPass: true, Limit: 5 * time.Second}},
		"interrupted":             {dial(context.Canceled), Verdict{}},
		"certificate":             {dial(&tls.CertificateVerificationError{Err: errors.New("x509: expired")}), Verdict{}},
		"anything else":           {errors.New("malformed HTTP response"), Verdict{}},
		"gateway":                 {&StatusError{502, time.Second}, Verdict{MayPass: true, Asked: time.Second}},
		"throttled":               {&StatusError{429, 0}, passing},
		"forbidden":               {&StatusError{403, 0}, Verdict{}},
		"error of the server":     {&StatusError{500, 0}, Verdict{}},
		"proxy without a way":     {dial(&ProxyError{StatusError{503, time.Second}}), Verdict{MayPass: true, Asked: time.Second}},
		"proxy wants credentials": {dial(&ProxyError{StatusError{407, 0}}), Verdict{}},
	} {
		if got := Judge(tt.err); got != tt.want {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}

// failing makes attempts that fail for a while, each after a time of its own.
func failing(err error, until, each time.Duration) (attempt func(context.Context) error, tries *int) {
	start, tries := time.Now(), new(int)
	return func(context.Context) error {
		*tries++
		time.Sleep(each)
		if time.Since(start) < until {
			return err
		}
		return nil
	}, tries
}

// A connection that is refused is tried for 5 s, also behind another failure; a lost one as
// long as there is time.
func TestTimeOfRetries(t *testing.T) {
	for _, tt := range []struct {
		err   error
		until time.Duration
		ok    bool
	}{
		{io.EOF, time.Minute, true},
		{io.EOF, 3 * time.Minute, false},
		{syscall.ECONNREFUSED, time.Second, true},
		{syscall.ECONNREFUSED, 6 * time.Second, false},
		{errors.New("malformed"), time.Second, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			attempt, _ := failing(tt.err, tt.until, time.Millisecond)
			start := time.Now()
			err := Retry(ctx, Pacing{Judge: Judge}, attempt)
			if (err == nil) != tt.ok || err != nil && !errors.Is(err, tt.err) || ctx.Err() != nil {
				t.Errorf("%v for %v: %v after %v", tt.err, tt.until, err, time.Since(start))
			}
			if errors.Is(tt.err, syscall.ECONNREFUSED) && time.Since(start) > 5*time.Second+time.Millisecond {
				t.Errorf("refused for %v", time.Since(start))
			}
		})
	}
}

// The pause that a server asks for is the least, the own growing one counts beside it.
func TestPauseIsAtLeastTheOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempt, tries := failing(&StatusError{503, 200 * time.Millisecond}, 90*time.Second, 0)
		err := Retry(t.Context(), Pacing{Judge: Judge, Notify: func(_ error, pause time.Duration) {
			if pause < 200*time.Millisecond {
				t.Errorf("a pause of %v", pause)
			}
		}}, attempt)
		if err != nil || *tries > 60 {
			t.Errorf("%d tries, %v", *tries, err)
		}
	})
}

// A late context has a timer that fires a millisecond after its deadline.
type late struct{ context.Context }

func (l late) Deadline() (time.Time, bool) {
	fires, ok := l.Context.Deadline()
	return fires.Add(-time.Millisecond), ok
}

// An attempt that ends at the deadline, by the timer of its connection, is the last, whatever the timer of the context says by then.
func TestDeadlineOfTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		timedOut := &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}
		err := Retry(late{ctx}, Pacing{Judge: Judge, Notify: func(err error, pause time.Duration) { t.Errorf("%v after %v", pause, err) }}, func(ctx context.Context) error {
			deadline, _ := ctx.Deadline()
			time.Sleep(time.Until(deadline))
			return timedOut
		})
		if err != error(timedOut) || ctx.Err() == nil {
			t.Errorf("%v; the context: %v", err, ctx.Err())
		}
	})
}

func TestRetryEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempt, tries := failing(io.EOF, time.Hour, 0)
		if err := Retry(t.Context(), Pacing{Judge: Judge, Tries: 4}, attempt); err != io.EOF || *tries != 4 {
			t.Errorf("%d tries, %v", *tries, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		attempt, _ = failing(&StatusError{503, time.Minute}, time.Hour, 0)
		start := time.Now()
		err := Retry(ctx, Pacing{Judge: Judge}, attempt)
		if want := "interrupted before the next attempt; answered HTTP 503"; err == nil || err.Error() != want || !errors.Is(err, context.Canceled) || time.Since(start) != time.Second {
			t.Errorf("after %v: %v, want %s", time.Since(start), err, want)
		}
	})
}

func TestRetryAfter(t *testing.T) {
	const now = "Mon, 01 Jun 2026 12:00:00 GMT"
	for _, tt := range []struct {
		header http.Header
		want   time.Duration
	}{
		{http.Header{}, 0},
		{http.Header{"X-Acs-Retry-After": {"1500"}}, 1500 * time.Millisecond},
		{http.Header{"Retry-After": {"7"}}, 7 * time.Second},
		{http.Header{"Retry-After": {"7"}, "X-Acs-Retry-After": {"8000"}}, 8 * time.Second},
		{http.Header{"Retry-After": {"Mon, 01 Jun 2026 12:01:00 GMT"}, "Date": {now}}, time.Minute},
		{http.Header{"Retry-After": {"Mon, 01 Jun 2026 11:00:00 GMT"}, "Date": {now}}, 0},
		{http.Header{"Retry-After": {"-7"}, "X-Acs-Retry-After": {"-5"}}, 0},
		{http.Header{"Retry-After": {"soon"}, "X-Acs-Retry-After": {"1e3"}}, 0},
		{http.Header{"X-Acs-Retry-After": {"99999999999999999999"}}, 0},
	} {
		if got := RetryAfter(tt.header); got != tt.want {
			t.Errorf("%v: %v, want %v", tt.header, got, tt.want)
		}
	}
}
