package workflow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mqttca/api"
	"mqttca/api/emulator"
)

// states are the device certificates under the CA as the service lists them now.
func (s *service) states(t *testing.T, ca Reference) string {
	t.Helper()
	other := s.instance
	other.Observer = unobserved{}
	_, devices, err := other.Devices(context.Background(), &ca)
	if err != nil {
		t.Fatal(err)
	}
	var states []string
	for device, err := range devices {
		if err != nil {
			t.Fatal(err)
		}
		states = append(states, stateOf(device.Active, device.StateUnknown).String())
	}
	return strings.Join(states, " ")
}

// prepared is a sweep that is ready.
func (s *service) prepared(t *testing.T, ca Reference, to Transition, want int) Sweep {
	t.Helper()
	sweep, count, err := s.instance.PrepareSweep(context.Background(), Sweep{CA: ca, To: to, Each: time.Minute})
	if err != nil || count != want {
		t.Fatalf("%d, %v; want %d", count, err, want)
	}
	return sweep
}

func TestSweeps(t *testing.T) {
	s, ca := startWithCA(t, false, emulator.Options{DevicesPerCA: 250}, nil)
	for _, tt := range []struct {
		to    Transition
		count int
		state string
	}{
		{Deactivation, 250, "inactive"}, {Deactivation, 0, "inactive"}, {Activation, 250, "active"}, {Removal, 250, ""}, {Removal, 0, ""},
	} {
		sweep := s.prepared(t, ca, tt.to, tt.count)
		changed, err := s.instance.Sweep(context.Background(), sweep)
		if err != nil || changed != tt.count {
			t.Errorf("%s: %d, %v", tt.to.done, changed, err)
		}
		if states := slices.Compact(strings.Fields(s.states(t, ca))); strings.Join(states, " ") != tt.state {
			t.Errorf("%s: %s", tt.to.done, states)
		}
	}
	if last := s.seen.counts[len(s.seen.counts)-1]; last != [2]int{250, 250} {
		t.Errorf("counted %v at last", last)
	}
}

// A device that registers itself while the others are changed is found by the next list.
func TestSweepFindsWhoRegistersMeanwhile(t *testing.T) {
	var s *service
	var once sync.Once
	s, ca := startWithCA(t, true, emulator.Options{DevicesPerCA: 3}, func(w http.ResponseWriter, r *http.Request, emulated http.Handler) bool {
		if operation(r) == "InactivateDeviceCertificate" {
			once.Do(func() { s.AddDevices(instanceID, s.Registrations()[0].Sn, emulator.Device{Name: "late", Sn: "0abc"}) })
		}
		return false
	})
	changed, err := s.instance.Sweep(context.Background(), s.prepared(t, ca, Deactivation, 3))
	if states := s.states(t, ca); err != nil || changed != 4 || states != "inactive inactive inactive inactive" {
		t.Errorf("%d, %v: %s", changed, err, states)
	}
}

// Lost answers are looked up, and a refusal of one stops no other.
func TestSweepWithFailures(t *testing.T) {
	var mutex sync.Mutex
	seen := 0
	s, ca := startWithCA(t, true, emulator.Options{DevicesPerCA: 5}, func(w http.ResponseWriter, r *http.Request, emulated http.Handler) bool {
		if operation(r) != "InactivateDeviceCertificate" {
			return false
		}
		mutex.Lock()
		seen++
		count := seen
		mutex.Unlock()
		switch {
		case r.URL.Query().Get("DeviceSn") == "00d000000003":
			return answer(w, 400, `{"RequestId":"r","Code":"ParameterFieldCheckFailed","Message":"no"}`)
		case count%2 == 0:
			emulated.ServeHTTP(&lostAnswer{header: http.Header{}}, r)
			return answer(w, 417, `{"RequestId":"r","Code":"InternalError","Message":"try again"}`)
		}
		return false
	})
	changed, err := s.instance.Sweep(context.Background(), s.prepared(t, ca, Deactivation, 5))
	wantError[*SweepError](t, err, fmt.Sprintf("CA %q: 4 device certificates were made inactive on instance %s, 1 failed, 0 are left, and 0 may have changed: "+
		"InactivateDeviceCertificate for instance %s was refused by 127.0.0.1:1: no (code ParameterFieldCheckFailed, HTTP 400, request id r)", ca.CA.Subject(), instanceID, instanceID))
	if states := s.states(t, ca); changed != 4 || states != "inactive inactive active inactive inactive" {
		t.Errorf("%d: %s", changed, states)
	}
}

// lostAnswer keeps no answer.
type lostAnswer struct{ header http.Header }

func (l *lostAnswer) Header() http.Header         { return l.header }
func (l *lostAnswer) Write(p []byte) (int, error) { return len(p), nil }
func (l *lostAnswer) WriteHeader(int)             {}

// Whoever may not change one may change none: the sweep ends at once.
func TestSweepThatIsDenied(t *testing.T) {
	s, ca := startWithCA(t, true, emulator.Options{DevicesPerCA: 200, Deny: []string{"InactivateDeviceCertificate"}}, nil)
	changed, err := s.instance.Sweep(context.Background(), s.prepared(t, ca, Deactivation, 200))
	if refusal, ok := errors.AsType[*api.Error](err); !ok || refusal.Code != "NoPermission" || changed != 0 || errors.Is(err, context.Canceled) {
		t.Errorf("%d, %v", changed, err)
	}
	if asked := strings.Count(s.operations(), "InactivateDeviceCertificate"); asked > 2*atOnce {
		t.Errorf("asked %d times", asked)
	}
}

// A sweep in which nothing succeeds ends after the time of one, and one that is interrupted
// says how far it came.
func TestSweepThatStops(t *testing.T) {
	for _, tt := range []struct {
		after time.Duration // of the interrupt; 0: none
		want  string
		cause error
	}{
		{0, "no change succeeded within --timeout", context.DeadlineExceeded},
		{5 * time.Second, "interrupted", context.Canceled},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, ca := startWithCA(t, true, emulator.Options{DevicesPerCA: 40}, func(w http.ResponseWriter, r *http.Request, emulated http.Handler) bool {
				if operation(r) != "InactivateDeviceCertificate" {
					return false
				}
				<-r.Context().Done()
				return true
			})
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			if tt.after > 0 {
				time.AfterFunc(tt.after, cancel)
			}
			sweep := s.prepared(t, ca, Deactivation, 40)
			sweep.Each = 10 * time.Second
			start := time.Now()
			_, err := s.instance.Sweep(ctx, sweep)
			if stopped, ok := errors.AsType[*SweepError](err); !ok || !errors.Is(stopped.Err, tt.cause) || errors.Is(err, context.Canceled) != (tt.cause == context.Canceled) || !strings.Contains(err.Error(), tt.want) || time.Since(start) > 11*time.Second {
				t.Errorf("after %s: %v", time.Since(start), err)
			}
		})
	}
}

// A device certificate that would register itself again is not deleted.
func TestSweepDoesNotDeleteInVain(t *testing.T) {
	s, ca := startWithCA(t, true, emulator.Options{DevicesPerCA: 2}, nil)
	_, _, err := s.instance.PrepareSweep(context.Background(), Sweep{CA: ca, To: Removal, Each: time.Minute})
	wantError[*ReregistrationError](t, err, fmt.Sprintf(`the device certificate with serial number "00d000000001" would register itself again when its device next connects: it is valid, and its CA (serial number %s) is not inactive on instance %s`,
		s.Registrations()[0].Sn, instanceID))
	sweep, count, err := s.instance.PrepareSweep(context.Background(), Sweep{CA: ca, To: Removal, Each: time.Minute, AllowReregistration: true})
	if err != nil || count != 2 {
		t.Fatal(count, err)
	}
	if changed, err := s.instance.Sweep(context.Background(), sweep); err != nil || changed != 2 {
		t.Error(changed, err)
	}
}

// If no answer comes, nothing is called failed, changed or deleted: it is not known.
func TestSweepWithoutAnswers(t *testing.T) {
	for _, to := range []Transition{Deactivation, Removal} {
		synctest.Test(t, func(t *testing.T) {
			var s *service
			s, ca := startWithCA(t, false, emulator.Options{DevicesPerCA: 3}, func(w http.ResponseWriter, r *http.Request, emulated http.Handler) bool {
				if operation(r) != "InactivateDeviceCertificate" && operation(r) != "DeleteDeviceCertificate" {
					return false
				}
				emulated.ServeHTTP(&lostAnswer{header: http.Header{}}, r)
				<-r.Context().Done()
				return true
			})
			sweep := s.prepared(t, ca, to, 3)
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			changed, err := s.instance.Sweep(ctx, sweep)
			stopped, ok := errors.AsType[*SweepError](err)
			if !ok || changed != 0 || stopped.Failed != 0 || stopped.Left != 0 || stopped.Unknown != 3 || !is[*UnknownError](err) {
				t.Errorf("%s: %d, %+v", to.done, changed, err)
			}
			// The next run finds all of them changed.
			if _, count, err := s.instance.PrepareSweep(context.Background(), sweep); err != nil || count != 0 {
				t.Errorf("%s: %d left, %v", to.done, count, err)
			}
		})
	}
}
