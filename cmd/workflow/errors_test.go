package workflow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mqttca/api"
	"mqttca/api/emulator"
)

// The times that the documentation names.
func TestTimes(t *testing.T) {
	got := []any{settlingTime, longestJitter, maxTries, firstPause, lastPause}
	want := []any{10 * time.Second, 2 * time.Second, 3, 500 * time.Millisecond, 8 * time.Second}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("settling time, jitter, tries, pauses: %v, want %v", got, want)
	}
}

// Every error of a run gives all that it is made of: exit codes and outcomes hang on it.
func TestErrorsUnwrap(t *testing.T) {
	ca := newOrder(t).Authority.CA
	submit, look := &api.NoAnswerError{Reason: "lost"}, &NotListedError{CA: Reference{CA: ca}, Instance: "i"}
	tests := []struct {
		name  string
		err   error
		holds []error
		text  string // SUBJECT stands for the CA's
	}{
		{"unknown", &UnknownError{CA: Reference{CA: ca}, Done: "registered with", Instance: "i", Submit: submit, Look: look}, []error{submit, look},
			`cannot tell whether CA "SUBJECT" was registered with instance i:  got no usable answer from : lost, and then it was not in the list`},
		{"unknown, without a look", &UnknownError{CA: Reference{CA: ca}, Done: "registered with", Instance: "i", Submit: submit}, []error{submit},
			`cannot tell whether CA "SUBJECT" was registered with instance i:  got no usable answer from : lost`},
		{"unknown, then out of time before the next submission", &UnknownError{CA: Reference{CA: ca}, Done: "registered with", Instance: "i", Submit: submit, Look: &StoppedError{CA: Reference{CA: ca}, Instance: "i", Cause: context.DeadlineExceeded}}, []error{submit, context.DeadlineExceeded},
			`cannot tell whether CA "SUBJECT" was registered with instance i:  got no usable answer from : lost, and then the time ran out`},
		{"unknown, then interrupted before the next submission", &UnknownError{CA: Reference{CA: ca}, Done: "registered with", Instance: "i", Submit: submit, Look: &StoppedError{CA: Reference{CA: ca}, Instance: "i", Cause: context.Canceled}}, []error{submit, context.Canceled},
			`cannot tell whether CA "SUBJECT" was registered with instance i:  got no usable answer from : lost, and then the wait was interrupted`},
		{"stopped", &StoppedError{CA: Reference{CA: ca}, Instance: "i", Cause: context.DeadlineExceeded, Last: look}, []error{context.DeadlineExceeded, look},
			`waiting for CA "SUBJECT" on instance i: the time ran out (at the last look it was not in the list)`},
		{"interrupted", &StoppedError{CA: Reference{CA: ca}, Instance: "i", Cause: context.Canceled, Last: look}, []error{context.Canceled, look},
			`waiting for CA "SUBJECT" on instance i: the wait was interrupted`},
		{"out of time before a submission", &StoppedError{CA: Reference{CA: ca}, Instance: "i", Cause: context.DeadlineExceeded}, []error{context.DeadlineExceeded},
			`the time ran out before CA "SUBJECT" was submitted to instance i`},
		{"interrupted before a submission", &StoppedError{CA: Reference{CA: ca}, Instance: "i", Cause: context.Canceled}, []error{context.Canceled},
			`registering CA "SUBJECT" with instance i was interrupted before anything was submitted`},
		{"accepted", &AcceptedError{CA: Reference{CA: ca}, Instance: "i", RequestID: "r", Err: look}, []error{look},
			`instance i accepted CA "SUBJECT" (request id r), but it is not confirmed: it was not in the list`},
		{"codes used up", &CodesUsedUpError{Instance: "i", Tries: 3, Err: submit}, []error{submit},
			"3 registration codes of instance i became invalid one after the other:  got no usable answer from : lost"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, inner := range tt.holds {
				if !errors.Is(tt.err, inner) {
					t.Errorf("it does not hold %T", inner)
				}
			}
			if want := strings.ReplaceAll(tt.text, "SUBJECT", ca.Subject()); tt.err.Error() != want {
				t.Errorf("\n got %s\nwant %s", tt.err, want)
			}
		})
	}
}

// After 8 seconds the pauses grow no more: looks at 15.5 and 23.5 seconds.
func TestPausesStopGrowing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startService(t, emulator.Options{ListDelay: 16 * time.Second}, nil)
		start := time.Now()
		if _, err := s.instance.Register(context.Background(), newOrder(t)); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 23500*time.Millisecond {
			t.Errorf("took %v, want 23.5s", took)
		}
	})
}

// An inactive CA is in the result as it is listed, whoever asked.
func TestInactiveIsInTheResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startService(t, emulator.Options{}, nil)
		order := newOrder(t)
		submission := s.submission(t, order)
		sn := s.mustRegister(t, order).Listed.Sn
		if _, err := s.instance.Client.InactivateCaCertificate(context.Background(), instanceID, sn); err != nil {
			t.Fatal(err)
		}
		for name, run := range map[string]func() (Result, error){
			"register": func() (Result, error) { return s.instance.Register(context.Background(), order) },
			"submit":   func() (Result, error) { return s.instance.Submit(context.Background(), submission) },
			"confirm":  func() (Result, error) { return s.instance.Confirm(context.Background(), order.Authority.CA, 0) },
		} {
			result, err := run()
			if result.Listed == nil || result.Listed.Sn != sn || outcomeOf(result, err) != outcomeUnconfirmed {
				t.Errorf("%s: %+v, %v", name, result, err)
			}
			wantError[*InactiveError](t, err, fmt.Sprintf("CA %q is registered with instance %s (serial number %s), but it is inactive", order.Authority.Subject(), instanceID, sn))
		}
		if strings.Count(s.operations(), "RegisterCaCertificate") != 1 {
			t.Errorf("operations %s", s.operations())
		}
	})
}

// An activation without an answer that the list does not show was not accepted by anybody.
func TestReactivationThatIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startService(t, emulator.Options{}, func(_ http.ResponseWriter, r *http.Request, _ http.Handler) bool {
			if operation(r) == "ActiveCaCertificate" {
				panic(http.ErrAbortHandler)
			}
			return false
		})
		order := newOrder(t)
		sn := s.mustRegister(t, order).Listed.Sn
		if _, err := s.instance.Client.InactivateCaCertificate(context.Background(), instanceID, sn); err != nil {
			t.Fatal(err)
		}
		order.Activate = true
		_, err := s.instance.Register(context.Background(), order)
		wantError[*UnknownError](t, err, fmt.Sprintf(`cannot tell whether CA "%s" was made active on instance post-cn-test01: `+
			"ActiveCaCertificate for instance post-cn-test01 got no usable answer from 127.0.0.1:1: the connection was closed without an answer, "+
			"and then it was still listed as inactive", order.Authority.Subject()))
	})
}

// A look that never got to its end says at least why.
func TestInterruptDuringTheFirstLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		s := startService(t, emulator.Options{}, func(_ http.ResponseWriter, r *http.Request, _ http.Handler) bool {
			cancel()
			<-r.Context().Done()
			return false
		})
		ca := newOrder(t).Authority.CA
		_, err := s.instance.Confirm(ctx, ca, time.Minute)
		wantError[*api.NoAnswerError](t, err, fmt.Sprintf("waiting for CA %q on instance %s: the wait was interrupted", ca.Subject(), instanceID))
	})
}

// A wait that is ended keeps what the last look saw.
func TestStoppedWhileInactive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startService(t, emulator.Options{}, nil)
		order := newOrder(t)
		sn := s.mustRegister(t, order).Listed.Sn
		if _, err := s.instance.Client.InactivateCaCertificate(context.Background(), instanceID, sn); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		result, err := s.instance.Confirm(ctx, order.Authority.CA, time.Minute)
		wantError[*InactiveError](t, err, fmt.Sprintf("waiting for CA %q on instance %s: the time ran out (at the last look it was listed as inactive)", order.Authority.Subject(), instanceID))
		if result.Listed == nil || result.Listed.Sn != sn || outcomeOf(result, err) != outcomeUnconfirmed {
			t.Errorf("%+v", result)
		}
	})
}

// An entry that cannot be read is named by what the service says of it.
func TestSerialConflictWithAnUnreadableEntry(t *testing.T) {
	ca := newOrder(t).Authority.CA
	err := &SerialConflictError{CA: ca, Instance: "i", Other: api.CaCertificate{CaName: "other", Sn: "00AB", CaContent: "masked"}}
	want := fmt.Sprintf(`CA %q has the serial number %s of another CA certificate on instance i, "other" (serial number 00AB)`, ca.Subject(), ca.SerialNumber())
	if err.Error() != want {
		t.Errorf("\n got %s\nwant %s", err, want)
	}
}
