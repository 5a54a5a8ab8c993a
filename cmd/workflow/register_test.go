package workflow

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mqttca/api"
	"mqttca/api/emulator"
	"mqttca/pki"
)

func TestRegisterNewCA(t *testing.T) {
	s := startService(t, emulator.Options{}, nil)
	order := newOrder(t)
	result, err := s.instance.Register(context.Background(), order)
	if err != nil {
		t.Fatal(err)
	}
	ca := order.Authority.CA
	if result.Outcome != Registered || !result.Listed.Active || result.RequestID == "" {
		t.Errorf("result %+v", result)
	}
	if code := s.Registrations()[0].Code; result.Verification.Subject.CommonName != code || result.Listed.RegistrationCode != code {
		t.Errorf("the code is %s, the certificate says %s, the list %s", code, result.Verification.Subject.CommonName, result.Listed.RegistrationCode)
	}
	if got := time.Until(result.Verification.NotAfter); got > order.Validity {
		t.Errorf("the verification certificate is valid for another %v, want at most %v", got, order.Validity)
	}
	s.registered(t, ca)
	want := "list /list code /code sign /sign submit /submit confirm /confirm"
	if got := strings.Join(s.seen.events, " "); got != want {
		t.Errorf("steps %s, want %s", got, want)
	}
}

// The cost that the design promises: four requests on one connection for a new CA,
// one for a CA that is there.
func TestRequestsOfARegistration(t *testing.T) {
	s := startService(t, emulator.Options{}, nil)
	order := newOrder(t)
	if _, err := s.instance.Register(context.Background(), order); err != nil {
		t.Fatal(err)
	}
	if got, want := s.operations(), "ListCaCertificate GetRegisterCode RegisterCaCertificate ListCaCertificate"; got != want || s.connections.Load() != 1 {
		t.Errorf("first run: %s on %d connections, want %s on 1", got, s.connections.Load(), want)
	}
	result, err := s.instance.Register(context.Background(), order)
	if err != nil || result.Outcome != AlreadyRegistered || result.Verification != nil || result.RequestID != "" {
		t.Errorf("second run: %+v, %v", result, err)
	}
	if got := len(s.Requests()); got != 5 || s.connections.Load() != 1 {
		t.Errorf("after the second run: %d requests on %d connections, want 5 on 1", got, s.connections.Load())
	}
	s.registered(t, order.Authority.CA)
}

func TestRegisterInactiveCA(t *testing.T) {
	s := startService(t, emulator.Options{}, nil)
	order := newOrder(t)
	sn := s.mustRegister(t, order).Listed.Sn
	if _, err := s.instance.Client.InactivateCaCertificate(context.Background(), instanceID, sn); err != nil {
		t.Fatal(err)
	}
	before := len(s.Requests())
	_, err := s.instance.Register(context.Background(), order)
	wantError[*InactiveError](t, err, fmt.Sprintf("CA %q is registered with instance %s (serial number %s), but it is inactive", order.Authority.Subject(), instanceID, sn))
	if got := len(s.Requests()) - before; got != 1 {
		t.Errorf("%d requests, want the listing alone", got)
	}

	order.Activate = true
	result, err := s.instance.Register(context.Background(), order)
	if err != nil || result.Outcome != Reactivated || !result.Listed.Active || result.RequestID == "" {
		t.Errorf("with Activate: %+v, %v", result, err)
	}
	s.registered(t, order.Authority.CA)
	if !strings.HasSuffix(s.operations(), " ListCaCertificate ActiveCaCertificate ListCaCertificate") {
		t.Errorf("operations %s", s.operations())
	}
}

func TestRegisterWhereSerialNumberIsTaken(t *testing.T) {
	s := startService(t, emulator.Options{}, nil)
	first := newOrder(t)
	other := s.mustRegister(t, first)
	second := twin(t, first)
	_, err := s.instance.Register(context.Background(), second)
	wantError[*SerialConflictError](t, err, fmt.Sprintf(
		"CA %q has the serial number %s of another CA certificate on instance %s, %q (subject %q, serial number %s, SHA-256 %s)",
		"CN=twin", second.Authority.SerialNumber(), instanceID, "test CA", first.Authority.Subject(), other.Listed.Sn, first.Authority.SHA256()))
	s.registered(t, first.Authority.CA)
	if got := len(s.Requests()); got != 5 {
		t.Errorf("%d requests, want 4 of the first CA and one listing", got)
	}
}

func TestRegisterWhereNameIsTaken(t *testing.T) {
	s := startService(t, emulator.Options{}, nil)
	first, second := newOrder(t), newOrder(t)
	other := s.mustRegister(t, first)
	if _, err := s.instance.Register(context.Background(), second); err != nil {
		t.Fatal(err)
	}
	want := []string{fmt.Sprintf("instance %s has another CA certificate named %q already (serial number %s)", instanceID, "test CA", other.Listed.Sn)}
	if !slices.Equal(s.seen.warnings, want) {
		t.Errorf("warnings %q, want %q", s.seen.warnings, want)
	}
	s.registered(t, first.Authority.CA, second.Authority.CA)
}

// Somebody else registers between our code and our submission: once, and each time.
func TestRegisterWhileCodesAreUsedUp(t *testing.T) {
	tests := []struct {
		name   string
		others int
		want   string // the emulator's answers to our submissions
	}{
		{"once", 1, "RegisterCodeUsed done"},
		{"each time", 9, "RegisterCodeUsed RegisterCodeUsed RegisterCodeUsed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := startService(t, emulator.Options{}, nil)
				order, left := newOrder(t), tt.others
				s.seen.onStart = map[Step]func(){Sign: func() {
					if left--; left >= 0 {
						s.mustRegister(t, newOrder(t))
					}
				}}
				_, err := s.instance.Register(context.Background(), order)
				ours := []string{}
				for _, r := range s.Requests() {
					if r.Operation == "RegisterCaCertificate" && r.Code != "" {
						ours = append(ours, r.Code)
					}
				}
				var usedUp *CodesUsedUpError
				if err == nil {
					ours = append(ours, "done")
				} else if !errors.As(err, &usedUp) || usedUp.Tries != maxTries {
					t.Errorf("error %v", err)
				}
				if got := strings.Join(ours, " "); got != tt.want {
					t.Errorf("submissions %s, want %s", got, tt.want)
				}
			})
		})
	}
}

// handsOut has one registration code for all who ask.
func handsOut(code string, before intercept) intercept {
	return func(w http.ResponseWriter, r *http.Request, emulated http.Handler) bool {
		if operation(r) == "GetRegisterCode" {
			return answer(w, 200, fmt.Sprintf(`{"RegisterCode":%q,"RequestId":"r"}`, code))
		}
		return before != nil && before(w, r, emulated)
	}
}

func TestRegisterWhereTheSameCodeComesAgain(t *testing.T) {
	submissions := 0
	s := startService(t, emulator.Options{}, handsOut("the-one-code", func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
		if operation(r) != "RegisterCaCertificate" {
			return false
		}
		submissions++
		return answer(w, 400, `{"Code":"RegisterCodeError","Message":"no","RequestId":"r"}`)
	}))
	_, err := s.instance.Register(context.Background(), newOrder(t))
	wantError[*SameCodeError](t, err, `instance post-cn-test01 refused the registration code "the-one-code" and issued it again`)
	if submissions != 1 {
		t.Errorf("%d submissions, want 1", submissions)
	}
}

// Whatever refuses, nothing is sent after it.
func TestRegisterStopsAtARefusal(t *testing.T) {
	for _, denied := range []string{"ListCaCertificate", "GetRegisterCode", "RegisterCaCertificate"} {
		s := startService(t, emulator.Options{Deny: []string{denied}}, nil)
		_, err := s.instance.Register(context.Background(), newOrder(t))
		if kind, _ := api.KindOf(err); kind != api.Unpermitted {
			t.Errorf("%s denied: %v", denied, err)
		}
		if !strings.HasSuffix(s.operations(), denied+"=NoPermission") {
			t.Errorf("%s denied: %s", denied, s.operations())
		}
		s.registered(t)
	}
}

// A code that cannot be a common name is not signed, and it is the service's fault.
func TestRegisterRefusesAnOddCode(t *testing.T) {
	s := startService(t, emulator.Options{}, handsOut("line\nbreak", nil))
	_, err := s.instance.Register(context.Background(), newOrder(t))
	var odd *OddCodeError
	if !errors.As(err, &odd) || odd.RequestID == "" || strings.Contains(strings.Join(s.seen.events, " "), "sign") {
		t.Errorf("steps %q, error %v", s.seen.events, err)
	}
	s.registered(t)
}

// An interrupt does not wait for a key.
func TestInterruptDuringAKey(t *testing.T) {
	order := newOrder(t)
	for range cap(making) {
		making <- struct{}{} // no key is made
	}
	defer func() {
		for range cap(making) {
			<-making
		}
	}()
	ctx, cancel := context.WithCancel(context.Background())
	s := startService(t, emulator.Options{}, nil)
	s.seen.onStart = map[Step]func(){Sign: cancel}
	_, err := s.instance.Register(ctx, order)
	wantError[*StoppedError](t, err, fmt.Sprintf("registering CA %q with instance %s was interrupted before anything was submitted", order.Authority.Subject(), instanceID))
}

// The key pair is made at once, and not only when it is asked for.
func TestKeyIsMadeMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		order := newOrder(t)
		ca := *order.Authority.CA
		key := makeKey(&ca)
		synctest.Wait()      // nobody has asked for it yet
		ca.Certificate = nil // whoever made it now would not know of which kind
		first, err := key(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := key(context.Background()); again != first {
			t.Error("asked twice it gives two keys")
		}
		if other, _ := makeKey(order.Authority.CA)(context.Background()); other == first {
			t.Error("two certificates would share a key")
		}
	})
}

// twin is an order for another CA certificate with the same serial number.
func twin(t *testing.T, order Order) Order {
	t.Helper()
	certificate := *order.Authority.Certificate
	signer := newSigner(t)
	template := &x509.Certificate{
		SerialNumber:          certificate.SerialNumber,
		NotBefore:             certificate.NotBefore,
		NotAfter:              certificate.NotAfter,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	template.Subject.CommonName = "twin"
	der, err := x509.CreateCertificate(nil, template, template, signer.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	authority, err := pki.NewAuthority(made, signer, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	order.Authority = authority
	return order
}
