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
	"mqttca/pki"
)

// Each try has a certificate of its own: another code, key and serial number.
func TestEveryTryHasAFreshCertificate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		codes, keys, serials := map[string]bool{}, map[string]bool{}, map[string]bool{}
		s := startService(t, emulator.Options{RotateCodes: true}, func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
			if operation(r) != "RegisterCaCertificate" {
				return false
			}
			certificate, err := pki.ParseCertificate(r.URL.Query().Get("VerificationContent"))
			if err != nil {
				t.Error(err)
				return false
			}
			codes[certificate.Subject.CommonName] = true
			keys[string(certificate.RawSubjectPublicKeyInfo)] = true
			serials[certificate.SerialNumber.String()] = true
			return answer(w, 400, `{"Code":"RegisterCodeError","Message":"no","RequestId":"r"}`)
		})
		_, err := s.instance.Register(context.Background(), newOrder(t))
		wantError[*CodesUsedUpError](t, err, "3 registration codes of instance post-cn-test01 became invalid one after the other: "+
			"RegisterCaCertificate for instance post-cn-test01 was refused by 127.0.0.1:1: no (code RegisterCodeError, HTTP 400, request id r)")
		if len(codes) != 3 || len(keys) != 3 || len(serials) != 3 {
			t.Errorf("3 tries with %d codes, %d keys, %d serial numbers", len(codes), len(keys), len(serials))
		}
	})
}

// If another run has used up the codes for the same CA, it is registered.
func TestCodesUsedUpForTheSameCA(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		order, submissions := newOrder(t), 0
		var s *service
		s = startService(t, emulator.Options{RotateCodes: true}, func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
			if operation(r) != "RegisterCaCertificate" {
				return false
			}
			if submissions++; submissions == 3 {
				s.mustRegister(t, order) // submission 4
			}
			return submissions <= 3 && answer(w, 400, `{"Code":"RegisterCodeError","Message":"no","RequestId":"r"}`)
		})
		if result, err := s.instance.Register(context.Background(), order); err != nil || result.Outcome != AlreadyRegistered || result.Listed == nil {
			t.Errorf("%+v, %v", result, err)
		}
		s.registered(t, order.Authority.CA)
	})
}

// Once the outcome of one submission is unknown it stays so, whatever keeps the next from
// being made.
func TestDoubtStays(t *testing.T) {
	tests := []struct{ name, operation, code string }{
		{"no further code", "GetRegisterCode", "NoPermission"},
		{"next one refused", "RegisterCaCertificate", "CaNumExceed"},
		{"next code stale", "RegisterCaCertificate", "RegisterCodeError"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				lost := false
				s := startService(t, emulator.Options{RotateCodes: true}, func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
					switch {
					case lost && operation(r) == tt.operation:
						return answer(w, 400, `{"Code":"`+tt.code+`","Message":"no","RequestId":"r"}`)
					case operation(r) == "RegisterCaCertificate":
						lost = true
						panic(http.ErrAbortHandler)
					}
					return false
				})
				result, err := s.instance.Register(context.Background(), newOrder(t))
				var unknown *UnknownError
				if !errors.As(err, &unknown) || outcomeOf(result, err) != outcomeUnknown || result.Verification == nil && tt.operation != "GetRegisterCode" {
					t.Fatalf("%+v, %v", result, err)
				}
				if !strings.Contains(err.Error(), "the connection was closed without an answer, and then ") || !strings.Contains(err.Error(), "(code "+tt.code) {
					t.Errorf("error %v", err)
				}
			})
		})
	}
}

// The error of several tries names the first submission without an answer.
func TestFirstDoubtIsReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr, end := newTrial(t, emulator.Options{Faults: []emulator.Fault{
			{Kind: emulator.FaultReset, Operation: "RegisterCaCertificate", Call: 1},
			{Kind: emulator.FaultGarbage, Operation: "RegisterCaCertificate", Call: 2},
			{Kind: emulator.FaultRefuse, Operation: "RegisterCaCertificate", Call: 3, Code: "CaNumExceed"},
		}}, "")
		defer end()
		_, err := tr.register()
		var unknown *UnknownError
		var lost *api.NoAnswerError
		if !errors.As(err, &unknown) || !errors.As(unknown.Submit, &lost) || lost.HTTPStatus != 0 || !strings.Contains(unknown.Look.Error(), "CaNumExceed") {
			t.Errorf("%v", err)
		}
	})
}

// A CA that shows as inactive is registered for certain, also if an earlier submission got no
// answer.
func TestInactiveSettlesADoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s *service
		submissions := 0
		s = startService(t, emulator.Options{}, func(w http.ResponseWriter, r *http.Request, emulated http.Handler) bool {
			if operation(r) != "RegisterCaCertificate" {
				return false
			}
			if submissions++; submissions == 2 {
				emulated.ServeHTTP(discard{}, r)
				s.instance.Client.InactivateCaCertificate(context.Background(), instanceID, s.Registrations()[0].Sn)
			}
			panic(http.ErrAbortHandler)
		})
		result, err := s.instance.Register(context.Background(), newOrder(t))
		if submissions != 2 || !is[*InactiveError](err) || is[*UnknownError](err) || outcomeOf(result, err) != outcomeUnconfirmed {
			t.Errorf("%d submissions, %v", submissions, err)
		}
	})
}

// An interrupt during a submission ends the run, without a look at the list.
func TestInterruptDuringASubmission(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		s := startService(t, emulator.Options{}, func(_ http.ResponseWriter, r *http.Request, _ http.Handler) bool {
			if operation(r) == "RegisterCaCertificate" {
				cancel()
				<-r.Context().Done()
				panic(http.ErrAbortHandler)
			}
			return false
		})
		result, err := s.instance.Register(ctx, newOrder(t))
		const want = "list /list code /code sign /sign submit /submit!"
		if got := strings.Join(s.seen.events, " "); got != want || outcomeOf(result, err) != outcomeInterrupted || !is[*UnknownError](err) || result.Verification == nil {
			t.Errorf("steps %s, %v", got, err)
		}
	})
}

// A clock that the service corrected is that of the certificate, too.
func TestCertificateIsDatedByTheServicesClock(t *testing.T) {
	for _, skew := range []time.Duration{50 * time.Minute, -50 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			s := startService(t, emulator.Options{ClockSkew: skew}, nil)
			order := newOrder(t)
			result, err := s.instance.Register(context.Background(), order)
			if err != nil {
				t.Fatal(err)
			}
			want := time.Now().Add(skew).Add(order.Validity)
			if got := result.Verification.NotAfter; got.Sub(want).Abs() > 5*time.Second {
				t.Errorf("skew %v: valid until %v, want %v", skew, got, want)
			}
		})
	}
}

// The validity that was asked for is that of the certificate.
func TestValidity(t *testing.T) {
	order := newOrder(t)
	for _, validity := range []time.Duration{10 * time.Minute, 3 * time.Hour} {
		certificate, err := Issue(order.Authority, "a-code", validity)
		if err != nil {
			t.Fatal(err)
		}
		if got := time.Until(certificate.NotAfter); got > validity || got < validity-time.Minute {
			t.Errorf("valid for another %v, want %v", got, validity)
		}
	}
}

// An observer hears of the step that failed.
func TestObserverHearsOfFailures(t *testing.T) {
	for denied, want := range map[string]string{
		"ListCaCertificate":     "list /list!",
		"GetRegisterCode":       "list /list code /code!",
		"RegisterCaCertificate": "list /list code /code sign /sign submit /submit!",
	} {
		s := startService(t, emulator.Options{Deny: []string{denied}}, nil)
		s.instance.Register(context.Background(), newOrder(t))
		if got := strings.Join(s.seen.events, " "); got != want {
			t.Errorf("%s denied: steps %s, want %s", denied, got, want)
		}
	}
}

func TestSameSerialNumber(t *testing.T) {
	order := newOrder(t)
	ca, same, other := order.Authority.CA, twin(t, order).Authority.CA, newOrder(t).Authority.CA
	tests := []struct {
		name  string
		entry api.CaCertificate
		want  bool
	}{
		{"another certificate of the same serial number", api.CaCertificate{Sn: "1", CaContent: same.PEM()}, true},
		{"another certificate, whatever its Sn says", api.CaCertificate{Sn: ca.SerialNumber(), CaContent: other.PEM()}, false},
		{"by its Sn where it cannot be read", api.CaCertificate{Sn: "00" + strings.ToUpper(ca.SerialNumber()), CaContent: "masked"}, true},
		{"another Sn", api.CaCertificate{Sn: other.SerialNumber(), CaContent: "masked"}, false},
		{"no Sn", api.CaCertificate{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := hasSerialNumber(tt.entry, ca.Certificate.SerialNumber); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// An interrupt while an activation is under way ends it, without a look at the list.
func TestInterruptDuringAnActivation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		s := startService(t, emulator.Options{}, func(_ http.ResponseWriter, r *http.Request, _ http.Handler) bool {
			if operation(r) == "ActiveCaCertificate" {
				cancel()
				<-r.Context().Done()
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
		result, err := s.instance.Register(ctx, order)
		wantError[*UnknownError](t, err, fmt.Sprintf(`cannot tell whether CA "%s" was made active on instance %[2]s: `+
			"ActiveCaCertificate for instance %[2]s got no usable answer from 127.0.0.1:1: interrupted", order.Authority.Subject(), instanceID))
		if got := strings.Join(s.seen.events, " "); got != "list /list activate /activate!" || outcomeOf(result, err) != outcomeInterrupted {
			t.Errorf("steps %s, outcome %s", got, outcomeOf(result, err))
		}
	})
}

// What cannot be looked up is not submitted again: it might be there.
func TestNoSecondSubmissionWithoutALook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		submitted := false
		s := startService(t, emulator.Options{}, func(w http.ResponseWriter, r *http.Request, emulated http.Handler) bool {
			switch {
			case operation(r) == "RegisterCaCertificate":
				submitted = true
				emulated.ServeHTTP(discard{}, r)
				panic(http.ErrAbortHandler)
			case submitted && operation(r) == "ListCaCertificate":
				return answer(w, 403, `{"Code":"NoPermission","Message":"no","RequestId":"r"}`)
			}
			return false
		})
		order := newOrder(t)
		_, err := s.instance.Register(context.Background(), order)
		wantError[*UnknownError](t, err, fmt.Sprintf("cannot tell whether CA %q was registered with instance %s: "+
			"RegisterCaCertificate for instance post-cn-test01 got no usable answer from 127.0.0.1:1: the connection was closed without an answer, "+
			"and then ListCaCertificate for instance post-cn-test01 was refused by 127.0.0.1:1: no (code NoPermission, HTTP 403, request id r)",
			order.Authority.Subject(), instanceID))
		if strings.Count(strings.Join(s.seen.events, " "), "/submit") != 1 || strings.Count(s.operations(), "GetRegisterCode") != 1 {
			t.Errorf("steps %q, operations %s", s.seen.events, s.operations())
		}
		s.registered(t, order.Authority.CA)
	})
}
