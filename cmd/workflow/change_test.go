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

// deleteCA prepares and deletes, as the command does.
func deleteCA(i Instance, ctx context.Context, ca Reference, wait time.Duration) (Change, error) {
	d, err := i.PrepareDelete(ctx, ca, true)
	if err != nil {
		return Change{}, err
	}
	return i.Delete(ctx, d, wait)
}

type changer func(Instance, context.Context, Reference, time.Duration) (Change, error)

// An instance with one CA, active or not.
func startWithCA(t *testing.T, active bool, options emulator.Options, before intercept) (*service, Reference) {
	t.Helper()
	s := startService(t, options, before)
	order := newOrder(t)
	sn := s.mustRegister(t, order).Listed.Sn
	if !active {
		if _, err := s.instance.Client.InactivateCaCertificate(context.Background(), instanceID, sn); err != nil {
			t.Fatal(err)
		}
	}
	return s, Reference{CA: order.Authority.CA}
}

// Each change from each state: what the service is asked, and what the book has then.
func TestChanges(t *testing.T) {
	tests := []struct {
		name     string
		do       changer
		active   bool
		outcome  Outcome
		requests string
		book     string
	}{
		{"activate an inactive one", activateCA, false, Activated, "ListCaCertificate ActiveCaCertificate ListCaCertificate", "active"},
		{"activate an active one", activateCA, true, AlreadyActive, "ListCaCertificate", "active"},
		{"deactivate an active one", deactivateCA, true, Deactivated, "ListCaCertificate InactivateCaCertificate ListCaCertificate", "inactive"},
		{"deactivate an inactive one", deactivateCA, false, AlreadyInactive, "ListCaCertificate", "inactive"},
		{"delete an inactive one", deleteCA, false, Deleted, "ListCaCertificate ListDeviceCertificateByCaSn DeleteCaCertificate ListCaCertificate", ""},
	}
	for _, tt := range tests {
		for _, bySn := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, by Sn %v", tt.name, bySn), func(t *testing.T) {
				s, ca := startWithCA(t, tt.active, emulator.Options{DevicesPerCA: 2}, nil)
				before := len(s.Requests())
				reference := ca
				if bySn {
					reference = Reference{Sn: "serial=" + ca.CA.SerialNumber()}
				}
				change, err := tt.do(s.instance, context.Background(), reference, 0)
				if err != nil || change.Outcome != tt.outcome || change.CA.CaName != "test CA" {
					t.Errorf("%+v, %v", change, err)
				}
				if changed := len(s.Requests()) > before+1; changed != (change.RequestID != "") || change.Outcome == Deleted && change.Devices != 2 {
					t.Errorf("request id %q, %d devices", change.RequestID, change.Devices)
				}
				if tt.outcome != Deleted && change.CA.Active != (tt.book == "active") {
					t.Errorf("the CA is said to be active=%v", change.CA.Active)
				}
				if got := s.operationsSince(before); got != tt.requests {
					t.Errorf("requests %s, want %s", got, tt.requests)
				}
				if got := bookState(s); got != tt.book {
					t.Errorf("in the book it is %q, want %q", got, tt.book)
				}
			})
		}
	}
}

func bookState(s *service) string {
	all := s.Registrations()
	switch {
	case len(all) == 0:
		return ""
	case all[0].Active:
		return "active"
	}
	return "inactive"
}

// A CA that is not there cannot be changed, but it is as if deleted.
func TestChangesOfAnAbsentCA(t *testing.T) {
	s := startService(t, emulator.Options{}, nil)
	ca := Reference{Sn: "12:34"}
	for _, do := range []changer{activateCA, deactivateCA} {
		_, err := do(s.instance, context.Background(), ca, time.Minute)
		wantError[*NotListedError](t, err, `the CA with serial number "12:34" is not in the list of instance post-cn-test01`)
	}
	if change, err := deleteCA(s.instance, context.Background(), ca, time.Minute); err != nil || change.Outcome != AlreadyAbsent || change.RequestID != "" {
		t.Errorf("%+v, %v", change, err)
	}
	if got := s.operations(); got != "ListCaCertificate ListCaCertificate ListCaCertificate" {
		t.Errorf("requests %s", got)
	}
	if got := strings.Join(s.seen.events, " "); got != "list /list list /list list /list" { // the list was read well
		t.Errorf("steps %s", got)
	}
}

// What deleting could cost is found out before, and nothing is deleted.
func TestDeleteIsRefused(t *testing.T) {
	s, ca := startWithCA(t, true, emulator.Options{DevicesPerCA: 3}, nil)
	_, err := s.instance.PrepareDelete(context.Background(), ca, true)
	wantError[*ActiveError](t, err, fmt.Sprintf("cannot delete CA %q from instance %s: it is active", ca.CA.Subject(), instanceID))

	s, ca = startWithCA(t, false, emulator.Options{DevicesPerCA: 3}, nil)
	_, err = s.instance.PrepareDelete(context.Background(), ca, false)
	wantError[*DevicesError](t, err, fmt.Sprintf("cannot delete CA %q from instance %s: its device certificates (3) would be deleted, too", ca.CA.Subject(), instanceID))
	if got := s.operationsSince(5); got != "ListCaCertificate ListDeviceCertificateByCaSn" || bookState(s) != "inactive" {
		t.Errorf("requests %s, in the book it is %q", got, bookState(s))
	}

	s, ca = startWithCA(t, false, emulator.Options{DevicesPerCA: 1}, nil)
	if _, err = s.instance.PrepareDelete(context.Background(), ca, false); err == nil {
		t.Error("one device would be deleted unasked")
	}

	s, ca = startWithCA(t, false, emulator.Options{Deny: []string{"ListDeviceCertificateByCaSn"}}, nil)
	_, err = s.instance.PrepareDelete(context.Background(), ca, true)
	var refusal *api.Error
	if !errors.As(err, &refusal) || refusal.Code != "NoPermission" {
		t.Errorf("devices that cannot be counted: %v", err)
	}
}

// A CA of unknown state is neither inactive, which would let it be deleted, nor
// done with once it is to be made inactive.
func TestStateThatIsNotKnown(t *testing.T) {
	s := startService(t, emulator.Options{}, func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
		switch operation(r) {
		case "ListCaCertificate":
			return answer(w, 200, `{"RequestId":"r","Data":{"Total":1,"CaCertificateVOS":[{"Sn":"12","Status":""}]}}`)
		case "InactivateCaCertificate":
			return answer(w, 200, `{"RequestId":"r","Sn":"12"}`)
		}
		t.Errorf("%s was asked for", operation(r))
		return false
	})
	ca := Reference{Sn: "12"}
	_, err := s.instance.PrepareDelete(context.Background(), ca, true)
	wantError[*UnclearError](t, err, fmt.Sprintf("cannot delete %s from instance post-cn-test01: the service lists it as neither active nor inactive", ca))
	_, err = s.instance.Change(context.Background(), ca, Deactivation, 0)
	wantError[*AcceptedError](t, err, `instance post-cn-test01 accepted the deactivation of the CA with serial number "12" (request id r), but it is not confirmed: `+
		"it was still listed as neither active nor inactive")
}

// A change whose answer never came is settled by the list.
func TestChangesThatAreLost(t *testing.T) {
	changes := []struct {
		operation string
		do        changer
		active    bool // before
		unknown   string
		outcome   Outcome
		book      string
		accepted  string
	}{
		{"ActiveCaCertificate", activateCA, false, "made active on", Activated, "active", "the activation of CA %q (request id r), but it is not confirmed: it was still listed as inactive"},
		{"InactivateCaCertificate", deactivateCA, true, "made inactive on", Deactivated, "inactive", "the deactivation of CA %q (request id r), but it is not confirmed: it was still listed as active"},
		{"DeleteCaCertificate", deleteCA, false, "deleted from", Deleted, "", "the deletion of CA %q (request id r), but it is not confirmed: it was still listed as inactive"},
	}
	for _, tt := range changes {
		t.Run(tt.operation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mode := "" // how the change goes wrong, once it is set
				s, ca := startWithCA(t, tt.active, emulator.Options{}, func(w http.ResponseWriter, r *http.Request, emulated http.Handler) bool {
					if operation(r) != tt.operation {
						return false
					}
					switch mode {
					case "never arrives":
						panic(http.ErrAbortHandler)
					case "done, answer lost":
						emulated.ServeHTTP(discard{}, r)
						panic(http.ErrAbortHandler)
					case "accepted, without effect":
						return answer(w, 200, `{"RequestId":"r","Sn":"1"}`)
					case "refused":
						return answer(w, 400, `{"RequestId":"r","Code":"FindCaBySnError"}`)
					}
					return false
				})
				mode = "never arrives"
				start := time.Now()
				_, err := tt.do(s.instance, context.Background(), ca, 3*time.Second)
				state := map[bool]string{true: "active", false: "inactive"}[tt.active]
				wantError[*UnknownError](t, err, fmt.Sprintf(`cannot tell whether CA "%s" was %s instance post-cn-test01: %s for instance post-cn-test01 `+
					"got no usable answer from 127.0.0.1:1: the connection was closed without an answer, and then it was still listed as %s",
					ca.CA.Subject(), tt.unknown, tt.operation, state))
				if took := time.Since(start); took != 3*time.Second {
					t.Errorf("the list was watched for %v", took)
				}
				start = time.Now()
				tt.do(s.instance, context.Background(), ca, time.Minute)
				if took := time.Since(start); took != settlingTime {
					t.Errorf("the list was watched for %v", took)
				}
				mode = "accepted, without effect"
				_, err = tt.do(s.instance, context.Background(), ca, 3*time.Second)
				wantError[*AcceptedError](t, err, "instance post-cn-test01 accepted "+fmt.Sprintf(tt.accepted, ca.CA.Subject()))
				mode = "refused"
				_, err = tt.do(s.instance, context.Background(), ca, 0)
				wantError[*api.Error](t, err, tt.operation+" for instance post-cn-test01 was refused by 127.0.0.1:1: no reason given (code FindCaBySnError, HTTP 400, request id r)")
				mode = "done, answer lost"
				change, err := tt.do(s.instance, context.Background(), ca, 3*time.Second)
				if err != nil || change.Outcome != tt.outcome || change.RequestID != "" || bookState(s) != tt.book {
					t.Errorf("done all the same: %+v, %v; in the book it is %q", change, err, bookState(s))
				}
			})
		})
	}
}

// Where an attempt got through before another was refused, the list knows.
func TestChangeThatWasDoneBeforeARefusal(t *testing.T) {
	attempts := 0
	s, ca := startWithCA(t, true, emulator.Options{}, func(w http.ResponseWriter, r *http.Request, emulated http.Handler) bool {
		if operation(r) != "InactivateCaCertificate" {
			return false
		}
		emulated.ServeHTTP(discard{}, r)
		attempts++
		return answer(w, 400, `{"RequestId":"r","Code":"Throttling.User"}`)
	})
	if change, err := s.instance.Change(context.Background(), ca, Deactivation, time.Minute); err != nil || change.Outcome != Deactivated || change.CA.Active || attempts != 1 {
		t.Errorf("%+v, %v after %d attempts", change, err, attempts)
	}
}

// A time limit during a change does not hide that it may have been done.
func TestChangeThatRunsOutOfTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ca := startWithCA(t, true, emulator.Options{}, func(w http.ResponseWriter, r *http.Request, emulated http.Handler) bool {
			if operation(r) != "InactivateCaCertificate" {
				return false
			}
			emulated.ServeHTTP(discard{}, r)
			<-r.Context().Done()
			return true
		})
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_, err := s.instance.Change(ctx, ca, Deactivation, time.Minute)
		wantError[*UnknownError](t, err, fmt.Sprintf(`cannot tell whether CA "%s" was made inactive on instance post-cn-test01: `+
			"InactivateCaCertificate for instance post-cn-test01 got no usable answer from 127.0.0.1:1: no answer in time", ca.CA.Subject()))
	})
}

// Somebody else may delete the CA meanwhile: then it is gone, as was wanted.
func TestDeletedBySomebodyElse(t *testing.T) {
	s, ca := startWithCA(t, false, emulator.Options{}, func(w http.ResponseWriter, r *http.Request, emulated http.Handler) bool {
		if operation(r) != "DeleteCaCertificate" {
			return false
		}
		emulated.ServeHTTP(discard{}, r)
		return answer(w, 400, `{"RequestId":"r","Code":"FindCaBySnError"}`)
	})
	change, err := deleteCA(s.instance, context.Background(), ca, 0)
	if err != nil || change.Outcome != Deleted || bookState(s) != "" {
		t.Errorf("%+v, %v; in the book it is %q", change, err, bookState(s))
	}
}

// A refusal of a change that is no deletion stands at once: there is nothing to wait for.
func TestRefusedChangeDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ca := startWithCA(t, true, emulator.Options{}, func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
			return operation(r) == "InactivateCaCertificate" && answer(w, 400, `{"RequestId":"r","Code":"FindCaBySnError"}`)
		})
		start := time.Now()
		_, err := s.instance.Change(context.Background(), ca, Deactivation, time.Minute)
		var refusal *api.Error
		if took := time.Since(start); !errors.As(err, &refusal) || took != 0 {
			t.Errorf("after %v: %v", took, err)
		}
	})
}

// An interrupt while the list is watched says what was seen last.
func TestChangeThatIsInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ca := startWithCA(t, true, emulator.Options{}, func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
			return operation(r) == "InactivateCaCertificate" && answer(w, 200, `{"RequestId":"r","Sn":"1"}`)
		})
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(5*time.Second, cancel)
		_, err := s.instance.Change(ctx, ca, Deactivation, time.Minute)
		wantError[*AcceptedError](t, err, fmt.Sprintf("instance %s accepted the deactivation of CA %q (request id r), but it is not confirmed: the wait was interrupted",
			instanceID, ca.CA.Subject()))
		if !errors.Is(err, context.Canceled) {
			t.Error("it is not called interrupted")
		}
	})
}

func TestDevices(t *testing.T) {
	s, ca := startWithCA(t, true, emulator.Options{DevicesPerCA: 205}, nil)
	entry, devices, err := s.instance.Devices(context.Background(), &ca)
	if err != nil || entry.CaName != "test CA" {
		t.Fatalf("%+v, %v", entry, err)
	}
	var names []string
	for device, err := range devices {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, device.DeviceName)
	}
	if len(names) != 205 || names[204] != "device-205" {
		t.Errorf("%d devices: %q", len(names), names)
	}
	_, _, err = s.instance.Devices(context.Background(), &Reference{Sn: "1"})
	wantError[*NotListedError](t, err, `the CA with serial number "1" is not in the list of instance post-cn-test01`)
}

// A list that cannot be read confirms no change, however reading it fails. A deletion shows
// in the list as nothing, which is also what a failed look finds.
func TestListThatFailsConfirmsNothing(t *testing.T) {
	failures := []emulator.Fault{
		{Kind: emulator.FaultRefuse, Code: "NoPermission"},
		{Kind: emulator.FaultThrottle},
		{Kind: emulator.FaultReset},
		{Kind: emulator.FaultGarbage},
		{Kind: emulator.FaultTruncate},
	}
	changes := []struct {
		operation string
		do        changer
		active    bool // before
	}{
		{"ActiveCaCertificate", activateCA, false},
		{"InactivateCaCertificate", deactivateCA, true},
		{"DeleteCaCertificate", deleteCA, false},
	}
	for _, tt := range changes {
		for _, failure := range failures {
			t.Run(fmt.Sprintf("%s, list fails by %s", tt.operation, failure.Kind), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					faults := []emulator.Fault{}
					for call := range 10 {
						failure.Operation, failure.Call = "ListCaCertificate", call+2
						faults = append(faults, failure)
					}
					s, ca := startWithCA(t, tt.active, emulator.Options{}, nil)
					s.Inject(faults...)
					change, err := tt.do(s.instance, context.Background(), ca, 0)
					var accepted *AcceptedError
					if !errors.As(err, &accepted) || accepted.RequestID == "" || accepted.RequestID != change.RequestID {
						t.Errorf("accepted: %+v, %v", change, err)
					}

					s, ca = startWithCA(t, tt.active, emulator.Options{}, nil)
					s.Inject(append(faults, emulator.Fault{Kind: emulator.FaultReset, Operation: tt.operation, AfterWork: true})...)
					change, err = tt.do(s.instance, context.Background(), ca, 0)
					var unknown *UnknownError
					if !errors.As(err, &unknown) || unknown.Look == nil {
						t.Errorf("answer lost: %+v, %v", change, err)
					}
				})
			})
		}
	}
}

func activateCA(i Instance, ctx context.Context, ca Reference, wait time.Duration) (Change, error) {
	return i.Change(ctx, ca, Activation, wait)
}

func deactivateCA(i Instance, ctx context.Context, ca Reference, wait time.Duration) (Change, error) {
	return i.Change(ctx, ca, Deactivation, wait)
}
