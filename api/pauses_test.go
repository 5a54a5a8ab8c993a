package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"mqttca/api/wire"
)

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
		&NoAnswerError{Err: &wire.ProxyError{Status: 502}},
		&NoAnswerError{Err: fmt.Errorf("wrapped: %w", &wire.ProxyError{Status: 503})},
		&NoAnswerError{Err: &wire.ProxyError{Status: 504}},
		&NoAnswerError{HTTPStatus: 502},
		&NoAnswerError{HTTPStatus: 503},
		&NoAnswerError{HTTPStatus: 504},
		&Error{Code: "NeverSeen", HTTPStatus: 504},
	} {
		if !mayPass(listCaCertificate, err) {
			t.Errorf("%#v is not tried again", err)
		}
		for name, op := range map[string]operation{"an activation": activeCaCertificate, "an inactivation": inactivateCaCertificate, "a deletion": deleteCaCertificate, "a code": getRegisterCode} {
			if !mayPass(op, err) {
				t.Errorf("%#v: %s is not tried again", err, name)
			}
		}
		if mayPass(registerCaCertificate, err) {
			t.Errorf("%#v: a submission is tried again", err)
		}
	}
}
