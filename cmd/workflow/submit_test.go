package workflow

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mqttca/api"
	"mqttca/api/emulator"
)

func operation(r *http.Request) string { return r.Header.Get("x-acs-action") }

func answer(w http.ResponseWriter, status int, body string) bool {
	w.WriteHeader(status)
	io.WriteString(w, body)
	return true
}

func newSigner(t *testing.T) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// A discard takes an answer that never reaches the client.
type discard struct{ http.ResponseWriter }

func (discard) Header() http.Header         { return http.Header{} }
func (discard) WriteHeader(int)             {}
func (discard) Write(p []byte) (int, error) { return len(p), nil }

// lose breaks the connection of a submission, after the emulator has done it or before.
func lose(after bool) intercept {
	return func(w http.ResponseWriter, r *http.Request, emulated http.Handler) bool {
		if operation(r) != "RegisterCaCertificate" {
			return false
		}
		if after {
			emulated.ServeHTTP(discard{}, r)
		}
		panic(http.ErrAbortHandler)
	}
}

func (s *service) submission(t *testing.T, order Order) Submission {
	t.Helper()
	code, err := s.instance.Client.GetRegisterCode(context.Background(), instanceID)
	if err != nil {
		t.Fatal(err)
	}
	verification, err := Issue(order.Authority, code.Code, order.Validity)
	if err != nil {
		t.Fatal(err)
	}
	return Submission{CA: order.Authority.CA, Verification: verification, Name: order.Name, Wait: order.Wait}
}

func TestSubmit(t *testing.T) {
	s := startService(t, emulator.Options{}, nil)
	order := newOrder(t)
	submission := s.submission(t, order)
	result, err := s.instance.Submit(context.Background(), submission)
	if err != nil || outcomeOf(result, err) != Registered || result.Verification != submission.Verification {
		t.Errorf("first: %+v, %v", result, err)
	}
	before := len(s.Requests())
	result, err = s.instance.Submit(context.Background(), submission)
	if err != nil || outcomeOf(result, err) != AlreadyRegistered || len(s.Requests()) != before+1 {
		t.Errorf("second: %+v, %v after %s", result, err, s.operations())
	}
	s.registered(t, order.Authority.CA)
}

// It has no key, so a stale code is the caller's to replace.
func TestSubmitWithAUsedCode(t *testing.T) {
	synctest.Test(t, submitWithAUsedCode)
}

func submitWithAUsedCode(t *testing.T) {
	s := startService(t, emulator.Options{}, nil)
	submission := s.submission(t, newOrder(t))
	other := newOrder(t)
	s.mustRegister(t, other)
	submission.Name = "ours"
	_, err := s.instance.Submit(context.Background(), submission)
	if kind, _ := api.KindOf(err); kind != api.StaleCode {
		t.Errorf("error %v", err)
	}
	s.registered(t, other.Authority.CA)
}

func TestSubmitStopsAtTheList(t *testing.T) {
	s := startService(t, emulator.Options{Deny: []string{"ListCaCertificate"}}, nil)
	_, err := s.instance.Submit(context.Background(), s.submission(t, newOrder(t)))
	if kind, _ := api.KindOf(err); kind != api.Unpermitted || strings.Contains(s.operations(), "RegisterCaCertificate") {
		t.Errorf("%v after %s", err, s.operations())
	}
}

func TestAnswerLostAfterTheWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startService(t, emulator.Options{}, lose(true))
		order := newOrder(t)
		result, err := s.instance.Register(context.Background(), order)
		if err != nil || outcomeOf(result, err) != Registered || result.RequestID != "" {
			t.Errorf("%+v, %v", result, err)
		}
		s.registered(t, order.Authority.CA)
	})
}

// Lost before the work: the list is watched for the settling time, and then the next try
// has a fresh certificate.
func TestAnswerLostBeforeTheWork(t *testing.T) {
	tests := []struct {
		name       string
		lost       int // submissions that are lost
		wait       time.Duration
		want       Outcome
		atLeast    time.Duration
		signatures int
	}{
		{"once", 1, time.Minute, Registered, settlingTime, 2},
		{"each time", 9, time.Minute, outcomeUnknown, 3 * settlingTime, 3},
		{"with a shorter wait", 1, 3 * time.Second, Registered, 3 * time.Second, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				left := tt.lost
				s := startService(t, emulator.Options{}, func(w http.ResponseWriter, r *http.Request, emulated http.Handler) bool {
					if operation(r) == "RegisterCaCertificate" {
						left--
					}
					return left >= 0 && lose(false)(w, r, emulated)
				})
				order := newOrder(t)
				order.Wait = tt.wait
				start := time.Now()
				result, err := s.instance.Register(context.Background(), order)
				took := time.Since(start)
				if outcomeOf(result, err) != tt.want || strings.Count(strings.Join(s.seen.events, " "), "/sign") != tt.signatures {
					t.Errorf("%s after %q: %v", outcomeOf(result, err), s.seen.events, err)
				}
				if tries := time.Duration(tt.signatures); took <= tt.atLeast || took > tt.atLeast+tries*longestJitter {
					t.Errorf("took %v, want %v and a little", took, tt.atLeast)
				}
				if tt.want == Registered {
					s.registered(t, order.Authority.CA)
					return
				}
				s.registered(t)
				wantError[*UnknownError](t, err, fmt.Sprintf("cannot tell whether CA %q was registered with instance %s: "+
					"RegisterCaCertificate for instance post-cn-test01 got no usable answer from 127.0.0.1:1: the connection was closed without an answer, and then it was not in the list",
					order.Authority.Subject(), instanceID))
			})
		})
	}
}

// The first submission took effect, but the list is late: the second is refused as a
// repetition, and nobody is told that the CA is registered elsewhere.
func TestAnswerLostAndListLate(t *testing.T) {
	for delay, want := range map[time.Duration]Outcome{15 * time.Second: Registered, time.Hour: outcomeUnknown} {
		synctest.Test(t, func(t *testing.T) {
			first := true
			s := startService(t, emulator.Options{ListDelay: delay}, func(w http.ResponseWriter, r *http.Request, emulated http.Handler) bool {
				if operation(r) != "RegisterCaCertificate" || !first {
					return false
				}
				first = false
				return lose(true)(w, r, emulated)
			})
			order := newOrder(t)
			result, err := s.instance.Register(context.Background(), order)
			if outcomeOf(result, err) != want || !strings.Contains(s.operations(), "RegisterCaCertificate=SnNotUnique") {
				t.Errorf("listed after %v: %s, %v after %s", delay, outcomeOf(result, err), err, s.operations())
			}
			s.registered(t, order.Authority.CA)
		})
	}
}

// A CA that shows as inactive after a lost answer is there, and known to be.
func TestAnswerLostAndListedInactive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s *service
		s = startService(t, emulator.Options{}, func(w http.ResponseWriter, r *http.Request, emulated http.Handler) bool {
			if operation(r) != "RegisterCaCertificate" {
				return false
			}
			emulated.ServeHTTP(discard{}, r)
			s.instance.Client.InactivateCaCertificate(context.Background(), instanceID, s.Registrations()[0].Sn)
			panic(http.ErrAbortHandler)
		})
		result, err := s.instance.Register(context.Background(), newOrder(t))
		var inactive *InactiveError
		var unknown *UnknownError
		if !errors.As(err, &inactive) || errors.As(err, &unknown) || result.Listed == nil || outcomeOf(result, err) != outcomeUnconfirmed {
			t.Errorf("%+v, %v", result, err)
		}
	})
}

// What a look at the list meets with after an accepted submission is no refusal of it.
func TestAcceptedIsNotSubmittedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		accepted := false
		s := startService(t, emulator.Options{}, func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
			if operation(r) == "RegisterCaCertificate" {
				accepted = true
			}
			return accepted && operation(r) == "ListCaCertificate" && answer(w, 400, `{"Code":"RegisterCodeUsed","RequestId":"r"}`)
		})
		order := newOrder(t)
		_, err := s.instance.Register(context.Background(), order)
		var unconfirmed *AcceptedError
		if !errors.As(err, &unconfirmed) || strings.Count(s.operations(), "RegisterCaCertificate") != 1 {
			t.Errorf("%v after %s", err, s.operations())
		}
		s.registered(t, order.Authority.CA)
	})
}

// SnNotUnique of a CA that is nowhere to be seen is looked up before it is passed on.
func TestSerialNumberTakenElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startService(t, emulator.Options{}, func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
			return operation(r) == "RegisterCaCertificate" && answer(w, 401, `{"Code":"SnNotUnique","Message":"Sn is not unique in global.","RequestId":"r"}`)
		})
		start := time.Now()
		_, err := s.instance.Register(context.Background(), newOrder(t))
		wantError[*api.Error](t, err, "RegisterCaCertificate for instance post-cn-test01 was refused by 127.0.0.1:1: Sn is not unique in global (code SnNotUnique, HTTP 401, request id r)")
		if took := time.Since(start); took != settlingTime || strings.Count(s.operations(), "GetRegisterCode") != 1 {
			t.Errorf("after %v: %s", took, s.operations())
		}
	})
}

// A code that is refused as used, after a submission that a proxy repeated, is looked up
// before another is fetched.
func TestUsedCodeOfOurOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startService(t, emulator.Options{Faults: []emulator.Fault{
			{Kind: emulator.FaultRefuse, Operation: "RegisterCaCertificate", Call: 1, AfterWork: true, Code: "RegisterCodeUsed"},
		}}, nil)
		result, err := s.instance.Register(context.Background(), newOrder(t))
		if err != nil || result.Outcome != AlreadyRegistered || strings.Count(s.operations(), "GetRegisterCode") != 1 {
			t.Errorf("%s, %v after %s", result.Outcome, err, s.operations())
		}
	})
}

// An interrupt before the submission leaves no doubt.
func TestInterruptBeforeSubmission(t *testing.T) {
	s := startService(t, emulator.Options{}, nil)
	ctx, cancel := context.WithCancel(context.Background())
	s.seen.onStart = map[Step]func(){Sign: cancel}
	order := newOrder(t)
	result, err := s.instance.Register(ctx, order)
	wantError[*StoppedError](t, err, fmt.Sprintf("registering CA %q with instance %s was interrupted before anything was submitted", order.Authority.Subject(), instanceID))
	if result.Verification != nil || outcomeOf(result, err) != outcomeInterrupted || strings.Contains(s.operations(), "RegisterCaCertificate") {
		t.Errorf("%+v after %s", result, s.operations())
	}
}

// InternalError says nothing of how far the service came.
func TestInternalErrorIsLookedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startService(t, emulator.Options{}, func(w http.ResponseWriter, r *http.Request, emulated http.Handler) bool {
			if operation(r) != "RegisterCaCertificate" {
				return false
			}
			emulated.ServeHTTP(discard{}, r)
			return answer(w, 417, `{"Code":"InternalError","Message":"try again","RequestId":"r"}`)
		})
		order := newOrder(t)
		if result, err := s.instance.Register(context.Background(), order); err != nil || outcomeOf(result, err) != Registered {
			t.Errorf("%+v, %v", result, err)
		}
		s.registered(t, order.Authority.CA)
	})
}

// A refusal that an earlier submission would explain stands only where the list could be
// read and did not show the CA: cut short, or unreadable, nothing is known.
func TestRefusalThatCouldNotBeLookedUp(t *testing.T) {
	taken := emulator.Fault{Kind: emulator.FaultRefuse, Operation: "RegisterCaCertificate", Call: 1, AfterWork: true, Code: "SnNotUnique"}
	tests := []struct {
		name   string
		faults []emulator.Fault
		limit  time.Duration // cancelled then, where it is not 0
		delay  time.Duration // until the CA is listed
		want   Outcome
	}{
		{"the list cannot be read", []emulator.Fault{taken, {Kind: emulator.FaultRefuse, Operation: "ListCaCertificate", Call: 2, Code: "NoPermission"}}, 0, 0, outcomeUnknown},
		{"the list arrives garbled once", []emulator.Fault{taken, {Kind: emulator.FaultGarbage, Operation: "ListCaCertificate", Call: 2}}, 0, 0, AlreadyRegistered},
		{"interrupted while it is watched", []emulator.Fault{taken}, 2 * time.Second, time.Hour, outcomeInterrupted},
		{"it shows", []emulator.Fault{taken}, 0, 5 * time.Second, AlreadyRegistered},
		{"it does not show", []emulator.Fault{taken}, 0, time.Hour, outcomeRefused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tr, end := newTrial(t, emulator.Options{Faults: tt.faults, ListDelay: tt.delay}, "")
				defer end()
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				if tt.limit > 0 {
					time.AfterFunc(tt.limit, cancel)
				}
				result, err := tr.instance.Register(ctx, tr.order)
				if outcomeOf(result, err) != tt.want || (err == nil) != (tt.want == AlreadyRegistered) || result.Verification == nil {
					t.Errorf("%s, %v; want %s", outcomeOf(result, err), err, tt.want)
				}
			})
		})
	}
}

// An acceptance is known, also after a submission whose answer was lost.
func TestAcceptedAfterALostAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr, end := newTrial(t, emulator.Options{Faults: []emulator.Fault{
			{Kind: emulator.FaultReset, Operation: "RegisterCaCertificate", Call: 1},
			{Kind: emulator.FaultGarbage, Operation: "ListCaCertificate", Call: 3},
		}}, "")
		defer end()
		tr.order.Wait = 0
		result, err := tr.register()
		var accepted *AcceptedError
		var unknown *UnknownError
		if !errors.As(err, &accepted) || errors.As(err, &unknown) || outcomeOf(result, err) != outcomeUnconfirmed {
			t.Errorf("%s, %v", outcomeOf(result, err), err)
		}
	})
}
