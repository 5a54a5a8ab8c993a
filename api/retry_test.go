package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"mqttca/api/credentials"
	"mqttca/api/wire"
	"mqttca/api/wire/wiretest"
)

// A bubble is a client and a handler in a synctest bubble, without a socket between them.
type bubble struct {
	*Client
	requests []*http.Request
	retries  []Retry
}

// newBubble serves the n-th request (from 1) with handle.
func newBubble(t *testing.T, retries int, handle func(n int, w http.ResponseWriter, r *http.Request)) *bubble {
	t.Helper()
	b := &bubble{}
	var mutex sync.Mutex
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mutex.Lock()
		b.requests = append(b.requests, r)
		n := len(b.requests)
		mutex.Unlock()
		handle(n, w, r)
	})}
	endpoint, err := ParseEndpoint("http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	b.Client = NewClient(Config{Endpoint: endpoint, Credentials: testCredentials, UserAgent: "mqttca/test", Retries: retries,
		Retrying: func(r Retry) { b.retries = append(b.retries, r) }, Dial: wiretest.Dial(server)})
	t.Cleanup(func() { b.Close(); server.Close() })
	return b
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"Code":%q,"Message":"No.","RequestId":"r"}`, code)
}

const done = `{"RequestId":"r","RegisterCode":"c","Sn":"s","Data":{"CaCertificateVOS":[]}}`

// What is sent again and what is not, for a read and for a submission.
func TestRetries(t *testing.T) {
	refusal := func(status int, code string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) { refuse(w, status, code) }
	}
	tests := []struct {
		name         string
		first        func(http.ResponseWriter, *http.Request)
		read, submit bool // is it sent again?
	}{
		{"Throttling.User", refusal(400, "Throttling.User"), true, true},
		{"SystemOverFlow", refusal(403, "SystemOverFlow"), true, true},
		{"GetCaNumError", refusal(401, "GetCaNumError"), true, true},
		{"ServiceUnavailable", refusal(503, "ServiceUnavailable"), true, true},
		{"InternalError", refusal(417, "InternalError"), true, false},
		{"SignatureNonceUsed", refusal(400, "SignatureNonceUsed"), true, false},
		{"an unknown code with 503", refusal(503, "NeverSeen"), true, false},
		{"an unknown code with 500", refusal(500, "NeverSeen"), false, false},
		{"a known refusal that comes as 500", refusal(500, "MqttInstanceNotFound"), false, false},
		{"a known refusal that comes as 503", refusal(503, "ParameterFieldCheckFailed"), false, false},
		{"NoPermission", refusal(403, "NoPermission"), false, false},
		{"502 with HTML", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502); io.WriteString(w, "<html>") }, true, false},
		{"200 with HTML", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") }, false, false},
		{"redirect", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) }, false, false},
		{"connection closed", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, true, false},
		{"truncated", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, "{")
		}, true, false},
		{"no answer", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, true, false},
		{"slow answer", func(w http.ResponseWriter, r *http.Request) {
			for range 100 {
				io.WriteString(w, " ")
				w.(http.Flusher).Flush()
				select {
				case <-r.Context().Done():
					return
				case <-time.After(time.Second):
				}
			}
		}, true, false},
		{"oversized", func(w http.ResponseWriter, _ *http.Request) {
			io.Copy(w, io.LimitReader(zeros{}, maxAnswerBytes+1))
		}, false, false},
	}
	for _, tt := range tests {
		for _, call := range []struct {
			name  string
			again bool
			do    func(*Client) error
		}{
			{"read", tt.read, func(c *Client) error { _, err := collect(c.ListCaCertificate(context.Background(), "i")); return err }},
			{"submission", tt.submit, func(c *Client) error {
				_, err := c.RegisterCaCertificate(context.Background(), Registration{})
				return err
			}},
		} {
			t.Run(tt.name+"/"+call.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					b := newBubble(t, 5, func(n int, w http.ResponseWriter, r *http.Request) {
						if n == 1 {
							tt.first(w, r)
							return
						}
						io.WriteString(w, done)
					})
					err := call.do(b.Client)
					if (err == nil) != call.again || len(b.retries) > 1 || (len(b.retries) == 1) != call.again {
						t.Errorf("%d requests, %d retries, %v; want it sent again: %v", len(b.requests), len(b.retries), err, call.again)
					}
				})
			})
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// Every attempt has a nonce of its own, pauses grow, and there is an end.
func TestRetriesEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 5, func(_ int, w http.ResponseWriter, _ *http.Request) { refuse(w, 400, "Throttling") })
		_, err := b.GetRegisterCode(context.Background(), "i")
		if kind, _ := KindOf(err); kind != Unavailable || len(b.requests) != 6 {
			t.Errorf("%d requests, %v; want a first and 5 more", len(b.requests), err)
		}
		nonces := map[string]bool{}
		for _, r := range b.requests {
			nonces[r.Header.Get("x-acs-signature-nonce")] = true
		}
		if len(nonces) != 6 {
			t.Errorf("%d nonces in 6 requests", len(nonces))
		}
		limit := 500 * time.Millisecond
		for i, r := range b.retries {
			if r.Pause < 0 || r.Pause > limit || r.Operation != "GetRegisterCode" || r.Err == nil {
				t.Errorf("retry %d: %+v, want a pause of at most %v", i, r, limit)
			}
			limit *= 2
		}
	})
}

// A pause that the service asks for, with a refusal or a gateway's page, is kept whole.
func TestRetryAfterIsKept(t *testing.T) {
	for name, answer := range map[string]func(w http.ResponseWriter){
		"a refusal, in milliseconds": func(w http.ResponseWriter) {
			w.Header().Set("x-acs-retry-after", "90000")
			refuse(w, 400, "Throttling.Api")
		},
		"a gateway's page, in seconds": func(w http.ResponseWriter) {
			w.Header().Set("Retry-After", "90")
			w.WriteHeader(503)
			io.WriteString(w, "<html>")
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBubble(t, 1, func(n int, w http.ResponseWriter, _ *http.Request) {
				if n > 1 {
					io.WriteString(w, done)
					return
				}
				answer(w)
			})
			start := time.Now()
			_, err := b.GetRegisterCode(context.Background(), "i")
			if took := time.Since(start); err != nil || took != 90*time.Second || b.retries[0].Pause != took {
				t.Errorf("%s: took %v, %v", name, took, err)
			}
		})
	}
}

// A pause that is longer than the time left ends the call at once.
func TestRetryAfterThatIsTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, Unlimited, func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("x-acs-retry-after", "3600000")
			refuse(w, 400, "Throttling")
		})
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		start := time.Now()
		_, err := b.GetRegisterCode(ctx, "i")
		const want = "the server asks for a pause of 1h0m0s, longer than the time left; " +
			"GetRegisterCode for instance i was refused by 127.0.0.1:1: No (code Throttling, HTTP 400, request id r)"
		if err == nil || err.Error() != want || time.Since(start) != 0 || len(b.requests) != 1 || MayPass(err) {
			t.Errorf("after %v and %d requests:\n got %v\nwant %s", time.Since(start), len(b.requests), err, want)
		}
	})
}

// The time counts, not the number of tries: a service that is away for a minute and a half
// costs a read nothing but the time.
func TestRetriesGoOnWhileThereIsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		b := newBubble(t, Unlimited, func(_ int, w http.ResponseWriter, _ *http.Request) {
			if time.Since(start) > 90*time.Second {
				io.WriteString(w, done)
				return
			}
			w.Header().Set("x-acs-retry-after", "200")
			refuse(w, 400, "Throttling.User")
		})
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		if _, err := collect(b.ListCaCertificate(ctx, "i")); err != nil || len(b.requests) > 60 {
			t.Errorf("after %v and %d requests: %v", time.Since(start), len(b.requests), err)
		}
	})
}

// A submission leaves a quarter of the time, and at least 10 s, for the look at the list.
func TestSubmissionLeavesTimeToLook(t *testing.T) {
	for all, latest := range map[time.Duration]time.Duration{2 * time.Minute: 90 * time.Second, 30 * time.Second: 20 * time.Second, 4 * time.Second: 2 * time.Second} {
		for how, handle := range map[string]func(http.ResponseWriter, *http.Request){
			"throttled": func(w http.ResponseWriter, _ *http.Request) { refuse(w, 400, "Throttling") },
			"hanging":   func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		} {
			synctest.Test(t, func(t *testing.T) {
				b := newBubble(t, Unlimited, func(_ int, w http.ResponseWriter, r *http.Request) { handle(w, r) })
				ctx, cancel := context.WithTimeout(context.Background(), all)
				defer cancel()
				start := time.Now()
				_, err := b.RegisterCaCertificate(ctx, Registration{})
				if err == nil || time.Since(start) > latest || ctx.Err() != nil {
					t.Errorf("%s: it ended %v after its start, %v; want %v at most", how, time.Since(start), err, latest)
				}
			})
		}
	}
}

// A 4xx that is no answer of the service never reached it: nothing is sent again, and nothing
// was done. A redirect is not followed, and nothing is sent again either.
func TestRefusedOnTheWay(t *testing.T) {
	for _, status := range []int{300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 407, 408, 410, 411, 413, 414, 417, 418, 421, 426, 431, 444, 451, 494, 499} {
		for name, call := range calls() {
			synctest.Test(t, func(t *testing.T) {
				b := newBubble(t, Unlimited, func(_ int, w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "text/html")
					w.WriteHeader(status)
					if status != http.StatusNotModified {
						io.WriteString(w, "<html>")
					}
				})
				ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
				defer cancel()
				err := call(ctx, b.Client)
				want := fmt.Sprintf("%s for instance i was refused by a proxy or gateway on the way to 127.0.0.1:1 (HTTP %d): the answer is", name, status)
				if status < 400 {
					want = fmt.Sprintf("%s for instance i got no usable answer from 127.0.0.1:1: the answer (HTTP %d) is a redirect", name, status)
				}
				if len(b.requests) != 1 || MaybeDone(err) != (status < 400) || err == nil || !strings.HasPrefix(err.Error(), want) {
					t.Errorf("%d requests, may be done: %v, %v; want %s…", len(b.requests), MaybeDone(err), err, want)
				}
			})
		}
	}
}

// calls are all operations of the client.
func calls() map[string]func(context.Context, *Client) error {
	return map[string]func(context.Context, *Client) error{
		"GetRegisterCode": func(ctx context.Context, c *Client) error { _, err := c.GetRegisterCode(ctx, "i"); return err },
		"ListCaCertificate": func(ctx context.Context, c *Client) error {
			_, err := collect(c.ListCaCertificate(ctx, "i"))
			return err
		},
		"ListDeviceCertificateByCaSn": func(ctx context.Context, c *Client) error {
			_, err := collect(c.ListDeviceCertificateByCaSn(ctx, "i", "s"))
			return err
		},
		"RegisterCaCertificate": func(ctx context.Context, c *Client) error {
			_, err := c.RegisterCaCertificate(ctx, Registration{InstanceID: "i"})
			return err
		},
		"ActiveCaCertificate": func(ctx context.Context, c *Client) error { _, err := c.ActiveCaCertificate(ctx, "i", "s"); return err },
		"InactivateCaCertificate": func(ctx context.Context, c *Client) error {
			_, err := c.InactivateCaCertificate(ctx, "i", "s")
			return err
		},
		"DeleteCaCertificate": func(ctx context.Context, c *Client) error { _, err := c.DeleteCaCertificate(ctx, "i", "s"); return err },
	}
}

// A submission that was never sent may be sent again.
func TestSubmissionThatWasNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, Unlimited, func(_ int, w http.ResponseWriter, _ *http.Request) { io.WriteString(w, done) })
		dial, dials := b.config.Dial, 0
		b.http.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			if dials++; dials <= 3 {
				return nil, &net.OpError{Op: "dial", Err: []error{syscall.ECONNREFUSED, &net.DNSError{IsTemporary: true}, syscall.ECONNRESET}[dials-1]}
			}
			return dial(ctx, network, address)
		}
		if _, err := b.RegisterCaCertificate(context.Background(), Registration{}); err != nil || len(b.requests) != 1 {
			t.Errorf("%d requests, %v", len(b.requests), err)
		}
	})
}

// The end of the context ends a pause at once, and the last error is not lost.
func TestPauseEndsWithTheContext(t *testing.T) {
	for _, tt := range []struct {
		name  string
		end   func(context.Context) (context.Context, context.CancelFunc)
		after time.Duration
		cause error
		want  string
	}{
		{"interrupted", func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(3*time.Second, cancel)
			return ctx, cancel
		}, 3 * time.Second, context.Canceled, "interrupted before the next attempt; GetRegisterCode for instance i was refused by 127.0.0.1:1: No (code Throttling, HTTP 400, request id r)"},
		{"out of time", func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 3*time.Second)
		}, 0, context.DeadlineExceeded, "the server asks for a pause of 20s, longer than the time left; GetRegisterCode for instance i was refused by 127.0.0.1:1: No (code Throttling, HTTP 400, request id r)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBubble(t, 5, func(_ int, w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("x-acs-retry-after", "20000")
					refuse(w, 400, "Throttling")
				})
				ctx, cancel := tt.end(context.Background())
				defer cancel()
				start := time.Now()
				_, err := b.GetRegisterCode(ctx, "i")
				if !errors.Is(err, tt.cause) || err.Error() != tt.want || time.Since(start) != tt.after {
					t.Errorf("after %v:\n got %v\nwant %s", time.Since(start), err, tt.want)
				}
			})
		})
	}
}

// The refusal is not lost if the limiter has no time for the next attempt.
func TestLimiterKeepsTheLastError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 5, func(_ int, w http.ResponseWriter, _ *http.Request) { refuse(w, 400, "Throttling") })
		b.config.Limiter = NewLimiter(1)
		ctx, cancel := context.WithTimeout(t.Context(), 800*time.Millisecond)
		defer cancel()
		_, err := b.GetRegisterCode(ctx, "i")
		const want = "the time ran out before the next attempt; GetRegisterCode for instance i was refused by 127.0.0.1:1: No (code Throttling, HTTP 400, request id r)"
		if err.Error() != want || !errors.Is(err, context.DeadlineExceeded) || len(b.requests) != 1 {
			t.Errorf("%d requests\n got %v\nwant %s", len(b.requests), err, want)
		}
	})
}

// A clock that differs too much is adopted from the answer's Date, once a call.
func TestClockIsAdopted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ahead := 3 * time.Hour
		b := newBubble(t, 0, func(_ int, w http.ResponseWriter, r *http.Request) {
			now := time.Now().Add(ahead)
			w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
			date, err := time.Parse(time.RFC3339, r.Header.Get("x-acs-date"))
			if err != nil || now.Sub(date).Abs() > 15*time.Minute {
				refuse(w, 400, "InvalidTimeStamp.Expired")
				return
			}
			io.WriteString(w, done)
		})
		for _, want := range []int{2, 3} { // the second call knows
			if _, err := b.GetRegisterCode(context.Background(), "i"); err != nil || len(b.requests) != want {
				t.Errorf("%d requests, %v; want %d", len(b.requests), err, want)
			}
		}
		if off := (b.ClockOffset() - ahead).Abs(); off > time.Second {
			t.Errorf("the clock offset is %v, want %v", b.ClockOffset(), ahead)
		}
		// A service that goes on refusing is not asked for ever.
		ahead = 0
		b = newBubble(t, 5, func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", time.Now().UTC().Format(http.TimeFormat))
			refuse(w, 400, "InvalidTimeStamp.Expired")
		})
		if _, err := b.GetRegisterCode(context.Background(), "i"); err == nil || len(b.requests) != 1 {
			t.Errorf("%d requests, %v: the clocks agree, so there is nothing to adopt", len(b.requests), err)
		}
	})
}

// Each of the requests in flight that the old clock had signed is signed again.
func TestClockIsAdoptedByEveryRequestInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const calls = 5
		b := newBubble(t, 0, func(n int, w http.ResponseWriter, _ *http.Request) {
			time.Sleep(time.Second) // all are signed before the first answer
			w.Header().Set("Date", time.Now().Add(20*time.Minute).UTC().Format(http.TimeFormat))
			if n <= calls {
				refuse(w, 400, "InvalidTimeStamp.Expired")
				return
			}
			io.WriteString(w, done)
		})
		var group sync.WaitGroup
		for range calls {
			group.Go(func() {
				if _, err := b.GetRegisterCode(context.Background(), "i"); err != nil {
					t.Error(err)
				}
			})
		}
		if group.Wait(); len(b.requests) != 2*calls {
			t.Errorf("%d requests, want %d", len(b.requests), 2*calls)
		}
	})
}

// The service's clock decides nothing but what a timestamp was refused for: any other
// refusal is final, and its clock is not adopted.
func TestClockIsNotAdopted(t *testing.T) {
	for _, code := range []string{"NoPermission", "SnNotUnique", "InvalidTimeStamp.Format", "Expired", "NeverSeen"} {
		synctest.Test(t, func(t *testing.T) {
			b := newBubble(t, 5, func(_ int, w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Date", time.Now().Add(3*time.Hour).UTC().Format(http.TimeFormat))
				refuse(w, 400, code)
			})
			_, read := b.GetRegisterCode(context.Background(), "i")
			_, submission := b.RegisterCaCertificate(context.Background(), Registration{})
			if read == nil || submission == nil || len(b.requests) != 2 || b.ClockOffset() != 0 {
				t.Errorf("%s: %d requests for a read and a submission, clock offset %v; want 2 and none", code, len(b.requests), b.ClockOffset())
			}
		})
	}
}

// A service that goes on refusing timestamps, with a clock that jumps, is asked twice a call.
func TestClockIsAdoptedOnceACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, 5, func(n int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", time.Now().Add(time.Duration(n)*time.Hour).UTC().Format(http.TimeFormat))
			refuse(w, 400, "InvalidTimeStamp.Expired")
		})
		if _, err := b.GetRegisterCode(context.Background(), "i"); err == nil || len(b.requests) != 2 {
			t.Errorf("%d requests, %v; want 2", len(b.requests), err)
		}
	})
}

// TLS failures, and hosts that are not there, are not tried again.
func TestWhatWillNotPass(t *testing.T) {
	for _, err := range []error{
		&NoAnswerError{Err: errors.New("tls: handshake failure")},
		&NoAnswerError{Err: context.Canceled},
		&NoAnswerError{HTTPStatus: 200},
		&NoAnswerError{Err: errors.New("http: server closed idle connection")}, // of a fresh one
		&NoAnswerError{Err: errors.New("gzip: invalid header"), HTTPStatus: 200, reused: true},
		&NoAnswerError{Err: &wire.ProxyError{StatusError: wire.StatusError{Status: 407}}},
		&NoAnswerError{Err: &wire.ProxyError{StatusError: wire.StatusError{Status: 500}}},
		&credentials.Error{},
	} {
		if listCaCertificate.judge(err).MayPass {
			t.Errorf("%#v is tried again", err)
		}
	}
}

func TestMaybeDone(t *testing.T) {
	tests := []struct {
		err  error
		want bool
	}{
		{nil, false},
		{&NoAnswerError{}, false},
		{&NoAnswerError{Sent: true}, true},
		{&wire.StoppedError{Last: &NoAnswerError{Sent: true}}, true},
		{&Error{Code: "InternalError", HTTPStatus: 417}, true},
		{&Error{Code: "SignatureNonceUsed", HTTPStatus: 400}, true},
		{&Error{Code: "NeverSeen", HTTPStatus: 500}, true},
		{&Error{Code: "NeverSeen", HTTPStatus: 400}, false},
		{&Error{Code: "ParameterFieldCheckFailed", HTTPStatus: 500}, false},
		{&Error{Code: "Throttling", HTTPStatus: 503}, false},
		{&credentials.Error{}, false},
	}
	for _, tt := range tests {
		if got := MaybeDone(tt.err); got != tt.want {
			t.Errorf("MaybeDone(%v) = %v, want %v", tt.err, got, tt.want)
		}
	}
}

// The n-th pause lies anywhere between nothing and 500 ms, doubled each time, up to 16 s.
func TestPausesGrowWithFullJitter(t *testing.T) {
	const retries, runs = 8, 100
	longest, shortest := [retries]time.Duration{}, [retries]time.Duration{}
	synctest.Test(t, func(t *testing.T) {
		for run := range runs {
			b := newBubble(t, retries, func(_ int, w http.ResponseWriter, _ *http.Request) { refuse(w, 400, "Throttling") })
			b.GetRegisterCode(context.Background(), "i")
			if len(b.retries) != retries {
				t.Fatalf("%d retries, want %d", len(b.retries), retries)
			}
			for n, retry := range b.retries {
				longest[n] = max(longest[n], retry.Pause)
				if run == 0 || retry.Pause < shortest[n] {
					shortest[n] = retry.Pause
				}
			}
		}
	})
	for n := range retries {
		// Of 100 pauses none lies in the last quarter, or in the first, once in 10^12 runs.
		most := min(500*time.Millisecond<<n, 16*time.Second) + time.Millisecond
		if longest[n] > most || longest[n] < most*3/4 || shortest[n] > most/4 {
			t.Errorf("pause %d was %v to %v long, want anything up to %v", n+1, shortest[n], longest[n], most)
		}
	}
}

// What breaks a connection, and gateways that could not reach the service, may pass.
func TestWhatMayPass(t *testing.T) {
	for _, err := range []error{
		&NoAnswerError{Err: syscall.EPIPE},
		&NoAnswerError{Err: syscall.ECONNRESET},
		&NoAnswerError{Err: io.EOF},
		&NoAnswerError{Err: fmt.Errorf("wrapped: %w", io.ErrUnexpectedEOF)},
		&NoAnswerError{Err: context.DeadlineExceeded},
		&NoAnswerError{Err: errors.New("http: server closed idle connection"), reused: true},
		&NoAnswerError{Err: &wire.ProxyError{StatusError: wire.StatusError{Status: 502}}},
		&NoAnswerError{Err: fmt.Errorf("wrapped: %w", &wire.ProxyError{StatusError: wire.StatusError{Status: 503}})},
		&NoAnswerError{Err: &wire.ProxyError{StatusError: wire.StatusError{Status: 504}}},
		&NoAnswerError{HTTPStatus: 502},
		&NoAnswerError{HTTPStatus: 503},
		&NoAnswerError{HTTPStatus: 504},
		&Error{Code: "NeverSeen", HTTPStatus: 504},
	} {
		if !listCaCertificate.judge(err).MayPass {
			t.Errorf("%#v is not tried again", err)
		}
		for name, op := range map[string]operation{"an activation": activeCaCertificate, "an inactivation": inactivateCaCertificate, "a deletion": deleteCaCertificate, "a code": getRegisterCode} {
			if !op.judge(err).MayPass {
				t.Errorf("%#v: %s is not tried again", err, name)
			}
		}
		if lost, ok := err.(*NoAnswerError); ok {
			lost.Sent = true
		}
		if registerCaCertificate.judge(err).MayPass {
			t.Errorf("%#v: a submission that may be done is tried again", err)
		}
	}
}
