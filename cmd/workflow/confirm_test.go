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

// Pauses of 0.5, 1, 2, 4, 8, 8 ... seconds: looks at 0, 0.5, 1.5, 3.5, 7.5, 15.5 s.
func TestConfirmWaitsWithGrowingPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startService(t, emulator.Options{ListDelay: 15 * time.Second}, nil)
		order := newOrder(t)
		start := time.Now()
		if _, err := s.instance.Register(context.Background(), order); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 15500*time.Millisecond {
			t.Errorf("took %v, want 15.5s", took)
		}
		if looks := strings.Count(s.operations(), "ListCaCertificate"); looks != 7 {
			t.Errorf("%d listings, want one before and 6 after the submission", looks)
		}
	})
}

func TestConfirmEndsWithTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startService(t, emulator.Options{ListDelay: time.Hour}, nil)
		order := newOrder(t)
		start := time.Now()
		_, err := s.instance.Register(context.Background(), order)
		var accepted *AcceptedError
		if !errors.As(err, &accepted) {
			t.Fatal(err)
		}
		wantError[*NotListedError](t, err, fmt.Sprintf("instance %s accepted CA %q (request id %s), but it is not confirmed: it was not in the list",
			instanceID, order.Authority.Subject(), accepted.RequestID))
		if took := time.Since(start); took != order.Wait || accepted.RequestID == "" {
			t.Errorf("took %v, want %v; request id %q", took, order.Wait, accepted.RequestID)
		}
	})
}

func TestConfirmIsStopped(t *testing.T) {
	tests := []struct {
		name  string
		stop  func(context.Context) (context.Context, context.CancelFunc)
		cause error
		words string
	}{
		{"interrupted", func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(20*time.Second, cancel)
			return ctx, cancel
		}, context.Canceled, "the wait was interrupted"},
		{"out of time", func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 20*time.Second)
		}, context.DeadlineExceeded, "the time ran out (at the last look it was not in the list)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := startService(t, emulator.Options{ListDelay: time.Hour}, nil)
				order := newOrder(t)
				ctx, cancel := tt.stop(context.Background())
				defer cancel()
				start := time.Now()
				_, err := s.instance.Register(ctx, order)
				var accepted *AcceptedError
				if !errors.Is(err, tt.cause) || !errors.As(err, &accepted) || !strings.HasSuffix(err.Error(), ": "+tt.words) {
					t.Errorf("error %v", err)
				}
				if took := time.Since(start); took != 20*time.Second {
					t.Errorf("took %v, want 20s: a wait must end at once", took)
				}
				_, err = s.instance.Confirm(ctx, order.Authority.CA, time.Minute)
				if !errors.Is(err, tt.cause) || errors.As(err, &accepted) {
					t.Errorf("confirm on a context that is done: %v", err)
				}
			})
		})
	}
}

// A listing that fails for now does not end the wait; one that is refused for good does.
func TestConfirmWhenListingFails(t *testing.T) {
	failing := func(body string, status int) intercept {
		listings := 0
		return func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
			if operation(r) != "ListCaCertificate" {
				return false
			}
			if listings++; listings == 1 || listings > 3 {
				return false
			}
			return answer(w, status, body)
		}
	}
	tests := []struct {
		name   string
		before intercept
		want   string
	}{
		{"throttled", failing(`{"Code":"Throttling.User","RequestId":"r"}`, 400), ""},
		{"not JSON", failing(`<html>`, 502), ""},
		{"garbled", failing(`{"RequestId"`, 200), ""},
		{"redirected", failing(``, 302), ""},
		{"refused on the way", failing(`<html>`, 403),
			"but it is not confirmed: ListCaCertificate for instance post-cn-test01 was refused by a proxy or gateway on the way to 127.0.0.1:1 (HTTP 403): the answer is not JSON but text/html"},
		{"refused", failing(`{"Code":"NoPermission","Message":"No.","RequestId":"r"}`, 403),
			"but it is not confirmed: ListCaCertificate for instance post-cn-test01 was refused by 127.0.0.1:1: No (code NoPermission, HTTP 403, request id r)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := startService(t, emulator.Options{}, tt.before)
				order := newOrder(t)
				_, err := s.instance.Register(context.Background(), order)
				if (err == nil) != (tt.want == "") || err != nil && !strings.HasSuffix(err.Error(), tt.want) {
					t.Errorf("error %v, want …%s", err, tt.want)
				}
				s.registered(t, order.Authority.CA)
			})
		})
	}
}

func TestConfirm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startService(t, emulator.Options{}, nil)
		order := newOrder(t)
		ca := order.Authority.CA
		_, err := s.instance.Confirm(context.Background(), ca, 0)
		wantError[*NotListedError](t, err, fmt.Sprintf("CA %q is not in the list of instance %s", ca.Subject(), instanceID))
		if got := s.operations(); got != "ListCaCertificate" {
			t.Errorf("without a wait: %s", got)
		}
		sn := s.mustRegister(t, order).Listed.Sn
		if result, err := s.instance.Confirm(context.Background(), ca, 0); err != nil || result.Outcome != Confirmed || result.Listed.Sn != sn {
			t.Errorf("registered: %+v, %v", result, err)
		}
		if _, err := s.instance.Client.InactivateCaCertificate(context.Background(), instanceID, sn); err != nil {
			t.Fatal(err)
		}
		_, err = s.instance.Confirm(context.Background(), ca, 3*time.Second)
		wantError[*InactiveError](t, err, fmt.Sprintf("CA %q is registered with instance %s (serial number %s), but it is inactive", ca.Subject(), instanceID, sn))
	})
}

// A CA may show as inactive at first.
func TestConfirmWaitsForActive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startService(t, emulator.Options{}, nil)
		order := newOrder(t)
		sn := s.mustRegister(t, order).Listed.Sn
		if _, err := s.instance.Client.InactivateCaCertificate(context.Background(), instanceID, sn); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(2*time.Second, func() { s.instance.Client.ActiveCaCertificate(context.Background(), instanceID, sn) })
		if result, err := s.instance.Confirm(context.Background(), order.Authority.CA, time.Minute); err != nil || !result.Listed.Active {
			t.Errorf("%+v, %v", result, err)
		}
	})
}

// A look that is cut short says less than the one before.
func TestInterruptDuringALook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		looks := 0
		s := startService(t, emulator.Options{}, func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
			if looks++; looks == 2 {
				cancel()
				<-r.Context().Done()
			}
			return false
		})
		ca := newOrder(t).Authority.CA
		_, err := s.instance.Confirm(ctx, ca, time.Minute)
		var absent *NotListedError
		wantError[*StoppedError](t, err, fmt.Sprintf("waiting for CA %q on instance %s: the wait was interrupted", ca.Subject(), instanceID))
		if !errors.As(err, &absent) || !errors.Is(err, context.Canceled) || looks != 2 {
			t.Errorf("after %d looks: %v", looks, err)
		}
	})
}

// A wait that is ended reports the last complete look: neither the first one nor one that
// was cut short.
func TestWaitReportsTheLastLook(t *testing.T) {
	tests := []struct {
		name   string
		absent int // the looks at first that do not find the CA; then it is listed as inactive
		cut    int // the look that gets no answer; 0: the time runs out between two looks
		want   string
	}{
		{"absent, then inactive", 1, 0, "it was listed as inactive"},
		{"absent, inactive, then cut short", 1, 3, "it was listed as inactive"},
		{"absent, then cut short", 1, 2, "it was not in the list"},
		{"inactive, then cut short", 0, 2, "it was listed as inactive"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				looks, watched := 0, false
				s := startService(t, emulator.Options{}, func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
					if !watched {
						return false
					}
					if looks++; looks == tt.cut {
						<-r.Context().Done()
					}
					return looks <= tt.absent && answer(w, 200, `{"RequestId":"r","Data":{"Total":0,"CaCertificateVOS":[]}}`)
				})
				order := newOrder(t)
				ca, sn := order.Authority.CA, s.mustRegister(t, order).Listed.Sn
				if _, err := s.instance.Client.InactivateCaCertificate(context.Background(), instanceID, sn); err != nil {
					t.Fatal(err)
				}
				watched = true
				ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
				defer cancel()
				_, err := s.instance.Confirm(ctx, ca, time.Minute)
				wantError[*StoppedError](t, err, fmt.Sprintf("waiting for CA %q on instance %s: the time ran out (at the last look %s)", ca.Subject(), instanceID, tt.want))
			})
		})
	}
}

// An activation that was accepted and does not show, and one whose answer was lost.
func TestReactivationThatDoesNotShow(t *testing.T) {
	tests := []struct {
		name   string
		before intercept
		ok     bool
	}{
		{"accepted, without effect", func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
			return operation(r) == "ActiveCaCertificate" && answer(w, 200, `{"RequestId":"activation","Sn":"1"}`)
		}, false},
		{"done, but the answer was lost", func(w http.ResponseWriter, r *http.Request, emulated http.Handler) bool {
			if operation(r) != "ActiveCaCertificate" {
				return false
			}
			emulated.ServeHTTP(discard{}, r)
			panic(http.ErrAbortHandler)
		}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := startService(t, emulator.Options{}, tt.before)
				order := newOrder(t)
				sn := s.mustRegister(t, order).Listed.Sn
				if _, err := s.instance.Client.InactivateCaCertificate(context.Background(), instanceID, sn); err != nil {
					t.Fatal(err)
				}
				order.Activate = true
				result, err := s.instance.Register(context.Background(), order)
				if tt.ok {
					if err != nil || result.Outcome != Reactivated || !result.Listed.Active {
						t.Errorf("%+v, %v", result, err)
					}
					return
				}
				wantError[*AcceptedError](t, err, fmt.Sprintf("instance %s accepted the activation of CA %q (request id activation), but it is not confirmed: it was still listed as inactive",
					instanceID, order.Authority.Subject()))
			})
		})
	}
}

func TestReactivationThatFails(t *testing.T) {
	s := startService(t, emulator.Options{Deny: []string{"ActiveCaCertificate"}}, nil)
	order := newOrder(t)
	sn := s.mustRegister(t, order).Listed.Sn
	if _, err := s.instance.Client.InactivateCaCertificate(context.Background(), instanceID, sn); err != nil {
		t.Fatal(err)
	}
	order.Activate = true
	_, err := s.instance.Register(context.Background(), order)
	if kind, _ := api.KindOf(err); kind != api.Unpermitted {
		t.Errorf("error %v", err)
	}
}
