package workflow

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mqttca/api/emulator"
)

// A dry run changes nothing and consumes nothing, whatever it finds.
func TestDryRun(t *testing.T) {
	s := startService(t, emulator.Options{}, nil)
	known, absent := newOrder(t), newOrder(t)
	sn := s.mustRegister(t, known).Listed.Sn
	ctx := context.Background()
	run := func(order Order) (Outcome, error) {
		order.DryRun = true
		before := len(s.Requests())
		result, err := s.instance.Register(ctx, order)
		if got := s.Requests()[before:]; len(got) != 1 || got[0].Operation != "ListCaCertificate" || result.Verification != nil {
			t.Errorf("a dry run sent %v", got)
		}
		return outcomeOf(result, err), err
	}
	if got, err := run(absent); got != WouldRegister || err != nil {
		t.Errorf("not there: %s, %v", got, err)
	}
	if got, err := run(known); got != AlreadyRegistered || err != nil {
		t.Errorf("there: %s, %v", got, err)
	}
	if _, err := s.instance.Client.InactivateCaCertificate(ctx, instanceID, sn); err != nil {
		t.Fatal(err)
	}
	if _, err := run(known); err == nil || !strings.HasSuffix(err.Error(), "but it is inactive") {
		t.Errorf("inactive: %v", err)
	}
	known.Activate = true
	if got, err := run(known); got != WouldReactivate || err != nil {
		t.Errorf("inactive with Activate: %s, %v", got, err)
	}
	if steps := strings.Join(s.seen.events, " "); steps != "list /list list /list list /list list /list" {
		t.Errorf("steps %s", steps)
	}
}

func TestDryRunOfASubmission(t *testing.T) {
	s := startService(t, emulator.Options{}, nil)
	submission := s.submission(t, newOrder(t))
	submission.DryRun = true
	result, err := s.instance.Submit(context.Background(), submission)
	if err != nil || outcomeOf(result, err) != WouldRegister || result.Verification != nil {
		t.Errorf("%+v, %v", result, err)
	}
	s.registered(t)
}

// A result tells how far a run came that ended in an error.
func TestResultOfARunThatFails(t *testing.T) {
	refuse := func(body string) intercept {
		return func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
			return operation(r) == "RegisterCaCertificate" && answer(w, 400, body)
		}
	}
	tests := []struct {
		name      string
		options   emulator.Options
		before    intercept
		limit     time.Duration // cancelled then, where it is not 0
		want      Outcome
		submitted bool
		answered  bool // the submission has a request id
	}{
		{"refused before", emulator.Options{Deny: []string{"GetRegisterCode"}}, nil, 0, outcomeRefused, false, false},
		{"refused", emulator.Options{}, refuse(`{"Code":"CaNumExceed","RequestId":"r"}`), 0, outcomeRefused, true, false},
		{"same code again", emulator.Options{}, handsOut("one", refuse(`{"Code":"RegisterCodeError","RequestId":"r"}`)), 0, outcomeRefused, true, false},
		{"serial number taken", emulator.Options{}, refuse(`{"Code":"SnNotUnique","RequestId":"r"}`), 0, outcomeRefused, true, false},
		{"no answer", emulator.Options{}, lose(false), 0, outcomeUnknown, true, false},
		{"not listed", emulator.Options{ListDelay: time.Hour}, nil, 0, outcomeUnconfirmed, true, true},
		{"interrupted", emulator.Options{ListDelay: time.Hour}, nil, 5 * time.Second, outcomeInterrupted, true, true},
		{"odd code", emulator.Options{}, handsOut("a\nb", nil), 0, outcomeFailed, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := startService(t, tt.options, tt.before)
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				if tt.limit > 0 {
					time.AfterFunc(tt.limit, cancel)
				}
				result, err := s.instance.Register(ctx, newOrder(t))
				if err == nil || outcomeOf(result, err) != tt.want || (result.Verification != nil) != tt.submitted || (result.RequestID != "") != tt.answered {
					t.Errorf("outcome %s, submitted %v, request id %q; want %s, %v, %v (error %v)",
						outcomeOf(result, err), result.Verification != nil, result.RequestID, tt.want, tt.submitted, tt.answered, err)
				}
			})
		})
	}
}

// Evidence comes before each change: if it cannot be kept, nothing is sent, and a run that
// found nothing to do keeps none.
func TestRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startService(t, emulator.Options{ListDelay: time.Hour}, nil)
		order := newOrder(t)
		full := errors.New("the disk is full")
		s.instance.Record = func(Result) error { return full }
		if result, err := s.instance.Register(context.Background(), order); !errors.Is(err, full) || result.Verification != nil || len(s.Registrations()) != 0 {
			t.Errorf("%+v, %v, %d registrations", result, err, len(s.Registrations()))
		}
		var kept []Result
		s.instance.Record = func(r Result) error { kept = append(kept, r); return nil }
		result, err := s.instance.Register(context.Background(), order)
		if !is[*AcceptedError](err) || result.Listed != nil || result.Sn == "" || result.Sn != s.Registrations()[0].Sn {
			t.Errorf("%+v, %v", result, err)
		}
		if len(kept) != 1 || kept[0].Outcome != Submitting || kept[0].Verification != result.Verification {
			t.Errorf("kept %+v", kept)
		}
		time.Sleep(time.Hour)
		if _, err := s.instance.Register(context.Background(), order); err != nil || len(kept) != 1 {
			t.Errorf("%v, kept %+v", err, kept)
		}
	})
}
