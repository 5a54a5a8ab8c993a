package workflow

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

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
	if err != nil || result.Outcome != Registered || result.Verification != submission.Verification {
		t.Errorf("first: %+v, %v", result, err)
	}
	before := len(s.Requests())
	result, err = s.instance.Submit(context.Background(), submission)
	if err != nil || result.Outcome != AlreadyRegistered || len(s.Requests()) != before+1 {
		t.Errorf("second: %+v, %v after %s", result, err, s.operations())
	}
	s.registered(t, order.Authority.CA)
}

// It has no key, so a stale code is the caller's to replace.
func TestSubmitWithAUsedCode(t *testing.T) {
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
	if kind, _ := api.KindOf(err); kind != api.Denied || strings.Contains(s.operations(), "RegisterCaCertificate") {
		t.Errorf("%v after %s", err, s.operations())
	}
}

func TestAnswerLostAfterTheWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startService(t, emulator.Options{}, lose(true))
		order := newOrder(t)
		result, err := s.instance.Register(context.Background(), order)
		if err != nil || result.Outcome != Registered || result.RequestID != "" {
			t.Errorf("%+v, %v", result, err)
		}
		s.registered(t, order.Authority.CA)
	})
}

func TestAnswerLostBeforeTheWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startService(t, emulator.Options{}, lose(false))
		order := newOrder(t)
		_, err := s.instance.Register(context.Background(), order)
		wantError[*UnknownError](t, err, fmt.Sprintf("it is not known whether CA %q was registered with instance %s: "+
			"RegisterCaCertificate for instance post-cn-test01 got no usable answer from 127.0.0.1:1: EOF, and then it was not in the list", order.Authority.Subject(), instanceID))
		s.registered(t)
	})
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
		if result, err := s.instance.Register(context.Background(), order); err != nil || result.Outcome != Registered {
			t.Errorf("%+v, %v", result, err)
		}
		s.registered(t, order.Authority.CA)
	})
}
