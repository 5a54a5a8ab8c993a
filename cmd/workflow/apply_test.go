package workflow

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"mqttca/api/emulator"
)

// startFleet is a fleet on the emulator in memory.
func startFleet(t *testing.T, instances, each int, options emulator.Options, before intercept) *fleet {
	t.Helper()
	options.Instances = names(instances)
	s := startService(t, options, before)
	return newFleet(t, s.Service, s.instance, options.Instances, each)
}

// A journal keeps the calls of each instance in order, and how many run at once.
type journal struct {
	mutex   sync.Mutex
	calls   map[string][]string
	running map[string]int
	most    int // instances with a call at once
}

// watch notes a call, which takes some time.
func (j *journal) watch(w http.ResponseWriter, r *http.Request, emulated http.Handler) bool {
	id := r.URL.Query().Get("MqttInstanceId")
	j.mutex.Lock()
	if j.calls == nil {
		j.calls, j.running = map[string][]string{}, map[string]int{}
	}
	j.calls[id] = append(j.calls[id], operation(r))
	if j.running[id]++; j.running[id] > 1 {
		j.calls[id] = append(j.calls[id], "two at once")
	}
	if operation(r) == "RegisterCaCertificate" {
		j.most = max(j.most, len(j.running))
	}
	j.mutex.Unlock()
	time.Sleep(50 * time.Millisecond)
	emulated.ServeHTTP(w, r)
	j.mutex.Lock()
	defer j.mutex.Unlock()
	if j.running[id]--; j.running[id] == 0 {
		delete(j.running, id)
	}
	return true
}

// Each action is done once, what is as it is wanted, or nobody asked for, is left alone, and one
// list confirms all. Instances run side by side, a task after the other on each.
func TestRollout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := &journal{}
		f := startFleet(t, 70, 3, emulator.Options{RotateCodes: true, SingleUseCodes: true}, j.watch)
		short := func(r *Rollout) { r.Each = 500 * time.Millisecond } // far shorter than the whole takes
		if reports, err := f.run(context.Background(), short); err != nil || outcomes(reports) != "[registered:210]" || f.verdict(reports) != "" {
			t.Errorf("%v: %s; %s", err, outcomes(reports), f.verdict(reports))
		}
		// Now one is wanted inactive, one is nobody's, and one is new.
		f.rows[1][0].active = false
		f.rows[2] = append(f.rows[2][:2], fleetRow{newOrder(t), true})
		if reports, err := f.run(context.Background()); err != nil || outcomes(reports) != "[deactivated:1 registered:1]" || f.verdict(reports) != "" {
			t.Errorf("%v: %s; %s", err, outcomes(reports), f.verdict(reports))
		}
		f.rows[1][0].active, f.rows[1][1].active = true, false
		if reports, err := f.run(context.Background()); err != nil || outcomes(reports) != "[deactivated:1 reactivated:1]" || f.verdict(reports) != "" {
			t.Errorf("%v: %s; %s", err, outcomes(reports), f.verdict(reports))
		}
		if left := f.left(); left != nil {
			t.Errorf("left: %q", left)
		}
		const list, register = "ListCaCertificate", " GetRegisterCode RegisterCaCertificate"
		for n, want := range map[int]string{
			0: list + register + register + register + " " + list + strings.Repeat(" "+list, 3),
			1: list + register + register + register + " " + list + " " + list + " InactivateCaCertificate " + list +
				" " + list + " ActiveCaCertificate InactivateCaCertificate " + list + " " + list,
			2: list + register + register + register + " " + list + " " + list + register + " " + list + " " + list + " " + list,
		} {
			if diff := cmp.Diff(want, strings.Join(j.calls[f.ids[n]], " ")); diff != "" {
				t.Errorf("instance %d: %s", n, diff)
			}
		}
		for id, calls := range j.calls {
			if strings.Contains(fmt.Sprint(calls), "two at once") {
				t.Errorf("instance %s: %q", id, calls)
			}
		}
		if j.most < atOnce || j.most > 2*atOnce { // some are confirmed meanwhile
			t.Errorf("%d instances side by side", j.most)
		}
	})
}

// A result has all that a receipt needs.
func TestRolloutResults(t *testing.T) {
	f := startFleet(t, 1, 2, emulator.Options{}, nil)
	recorded := 0
	record := func(r *Rollout) {
		for m := range r.Instances[0].Tasks {
			r.Instances[0].Tasks[m].Record = func(r Result) error {
				recorded++
				if r.Outcome != Submitting {
					t.Errorf("recorded %+v", r)
				}
				return nil
			}
		}
	}
	for _, active := range []bool{true, false, true} {
		f.rows[0][0].active = active
		reports, err := f.run(context.Background(), record)
		if err != nil || len(reports) == 0 {
			t.Fatal(err)
		}
		for _, r := range reports {
			if r.err != nil || r.result.Listed == nil || r.result.Listed.Active != active || r.result.Sn == "" || r.result.RequestID == "" || (r.result.Verification != nil) != (r.action == ToRegister) {
				t.Errorf("%s: %+v, %v", r.action, r.result, r.err)
			}
		}
	}
	if recorded != 3 { // two submissions and an activation
		t.Errorf("recorded %d times", recorded)
	}
	f.rows[0] = append(f.rows[0], fleetRow{newOrder(t), true})
	f.rows[0][0].active = false
	reports, _ := f.run(context.Background(), func(r *Rollout) {
		for m := range r.Instances[0].Tasks {
			r.Instances[0].Tasks[m].Record = func(Result) error { return errors.New("no room") }
		}
	})
	if outcomes(reports) != "[deactivated:1 failed:1]" || f.verdict(reports) != "" {
		t.Errorf("without evidence: %s; %s", outcomes(reports), f.verdict(reports))
	}
}

// What would fail is not sent, and what cannot succeed is not tried again and again.
func TestRolloutThatIsRefused(t *testing.T) {
	for _, tt := range []struct {
		name     string
		deny     []string
		failFast bool
		want     string
	}{
		{"one row is known to fail", nil, false, "[registered:5]"},
		{"and one more is enough", nil, true, "[failed:1 not tried:1]"},
		{"no permission to register", []string{"RegisterCaCertificate"}, false, "[not tried:3 refused:2]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := startFleet(t, 2, 3, emulator.Options{Deny: tt.deny}, nil)
				reports, err := f.run(context.Background(), func(r *Rollout) {
					r.Instances[0].Tasks[2].Err = errors.New("known")
					if r.FailFast = tt.failFast; tt.failFast {
						r.Instances = r.Instances[:1]
						r.Instances[0].Tasks[0].Record = func(Result) error { return errors.New("no room") }
					}
				})
				if errors.Is(err, errFailFast) != tt.failFast || outcomes(reports) != tt.want || f.verdict(reports) != "" {
					t.Errorf("%v: %s; %s", err, outcomes(reports), f.verdict(reports))
				}
			})
		})
	}
}

// An interrupt at each call: nothing more is sent but two lists of each instance, a task is done if
// it was done, and the next run goes on.
func TestRolloutThatIsInterrupted(t *testing.T) {
	for call := 1; ; call++ {
		ended := false
		synctest.Test(t, func(t *testing.T) {
			var mutex sync.Mutex
			var interrupt context.CancelFunc
			count, late := 0, 0
			f := startFleet(t, 3, 3, emulator.Options{}, func(w http.ResponseWriter, r *http.Request, emulated http.Handler) bool {
				mutex.Lock()
				defer mutex.Unlock()
				if interrupt == nil {
					return false
				}
				if count++; count > call && operation(r) != "ListCaCertificate" {
					late++
				}
				if count == call {
					emulated.ServeHTTP(discard{}, r)
					interrupt()
				}
				return count == call
			})
			f.rows[0][1].active = false
			f.run(context.Background(), func(r *Rollout) { r.Instances = r.Instances[:1] })
			f.rows[0][0].active, f.rows[0][1].active = false, true // one instance has no registrations
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			before := f.left()
			reports, err := f.run(ctx, func(*Rollout) { interrupt = cancel })
			synctest.Wait()
			mutex.Lock()
			ended, interrupt = count < call, nil
			mutex.Unlock()
			if len(reports) != len(before) || late > 2 || err != nil && err != context.Canceled {
				t.Errorf("at call %d: %v, %d calls late; %s", call, err, late, outcomes(reports))
			}
			if wrong := f.verdict(reports); wrong != "" {
				t.Errorf("at call %d: %s", call, wrong)
			}
			for _, r := range reports {
				if r.err != nil && f.isMade(r) || count > call+8 {
					t.Errorf("at call %d of %d: the %s of %d on %d was made: %v", call, count, r.action, r.task, r.instance, r.err)
				}
			}
			if wrong := f.isDone(0); wrong != "" {
				t.Errorf("at call %d: %s", call, wrong)
			}
		})
		if ended {
			if call < 18 {
				t.Errorf("ended after %d calls", call)
			}
			return
		}
	}
}

// A rollout whose time is over sends nothing.
func TestRolloutThatIsInterruptedBefore(t *testing.T) {
	f := startFleet(t, 2, 2, emulator.Options{}, nil)
	ctx, cancel := context.WithCancel(context.Background())
	reports, err := f.run(ctx, func(*Rollout) { cancel() })
	if !errors.Is(err, context.Canceled) || outcomes(reports) != "[not tried:4]" || len(f.Requests()) != 2 {
		t.Errorf("%v: %s, %d requests", err, outcomes(reports), len(f.Requests()))
	}
	wantError[*NotTriedError](t, reports[0].err, fmt.Sprintf("CA %q was not tried on instance %s: interrupted", f.rows[0][0].Authority.Subject(), f.ids[0]))
}

// A code is fetched only for a key that is there, and an interrupt does not wait for a key.
func TestRolloutWaitsForItsKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := startFleet(t, 1, 2, emulator.Options{}, nil)
		list, _, _ := f.compare(context.Background(), 0)
		order := f.rows[0][0].Order
		task := Task{Row: Row{CA: order.Authority.CA, Action: ToRegister}, Authority: order.Authority, Name: "a", Validity: time.Hour}
		slow := func(ctx context.Context) (crypto.PublicKey, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		var ended error
		w := &rollout{Rollout: Rollout{Instances: []Worklist{list}, Each: 2 * time.Hour, Ended: func(_, _ int, _ Result, err error) { ended = err }}, alive: time.Now()}
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		w.send(ctx, list.Instance, []*attempt{{Task: task, key: slow}})
		if !is[*NotTriedError](ended) || !errors.Is(ended, context.Canceled) || time.Since(start) != time.Second || len(f.Requests()) != 1 {
			t.Errorf("after %v and %d requests: %v", time.Since(start), len(f.Requests()), ended)
		}
	})
}

// No more keys are made at once than there are processors.
func TestKeysAreMadeInTurn(t *testing.T) {
	order := newOrder(t)
	for range cap(making) {
		making <- struct{}{}
	}
	made := make(chan struct{})
	key := makeKey(order.Authority.CA)
	go func() { key(context.Background()); close(made) }()
	for range 10_000 {
		runtime.Gosched()
	}
	select {
	case <-made:
		t.Error("a key was made beside those of all processors")
	default:
	}
	for range cap(making) {
		<-making
	}
	<-made
}

// A rollout ends if nothing succeeds, and in time for a deadline; what was accepted is confirmed.
func TestRolloutThatEndsEarly(t *testing.T) {
	for _, tt := range []struct {
		name      string
		operation string // that hangs after the first
		took      time.Duration
		deadline  time.Duration
		err       error
		want      string
	}{
		{"no codes", "GetRegisterCode", time.Minute, time.Hour, errNoProgress, "[failed:64 not tried:95 registered:1]"},
		{"no answers", "RegisterCaCertificate", time.Minute, time.Hour, errNoProgress, "[not tried:127 registered:1 unknown:32]"},
		{"deadline", "GetRegisterCode", 15 * time.Second, 20 * time.Second, context.DeadlineExceeded, "[failed:32 not tried:127 registered:1]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var once sync.Once
				f := startFleet(t, 40, 4, emulator.Options{}, func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
					first := false
					if operation(r) == tt.operation {
						once.Do(func() { first = true })
						if !first {
							<-r.Context().Done()
						}
						return !first
					}
					return false
				})
				ctx, cancel := context.WithTimeout(context.Background(), tt.deadline)
				defer cancel()
				start := time.Now()
				reports, err := f.run(ctx)
				if took := time.Since(start); !errors.Is(err, tt.err) || outcomes(reports) != tt.want || took.Round(time.Second) != tt.took || f.verdict(reports) != "" {
					t.Errorf("after %v: %v; %s; %s", took, err, outcomes(reports), f.verdict(reports))
				}
			})
		})
	}
}

// Near the deadline no code is fetched that could not be used.
func TestRolloutNearItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := startFleet(t, 1, 9, emulator.Options{}, func(_ http.ResponseWriter, r *http.Request, _ http.Handler) bool {
			time.Sleep(time.Second)
			return false
		})
		ctx, cancel := context.WithTimeout(context.Background(), 13400*time.Millisecond) // 9.3 s for the changes
		defer cancel()
		reports, early := f.run(ctx)
		codes := 0
		for _, r := range f.Requests() {
			if r.Operation == "GetRegisterCode" {
				codes++
			}
		}
		if outcomes(reports) != "[not tried:5 registered:4]" || codes != 4 || early != context.DeadlineExceeded {
			t.Errorf("%v, %d codes: %s", early, codes, outcomes(reports))
		}
	})
}

// Two rollouts of the same fleet at once: codes replace each other, and each CA is registered once.
func TestTwoRolloutsAtOnce(t *testing.T) {
	for seed := range 5 {
		synctest.Test(t, func(t *testing.T) {
			f := startFleet(t, 5, 4, emulator.Options{RotateCodes: true, SingleUseCodes: seed%2 == 0}, func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
				time.Sleep(rand.N(100 * time.Millisecond))
				return false
			})
			var group sync.WaitGroup
			for range 2 {
				group.Go(func() {
					one := fleet{Service: f.Service, instance: f.instance, ids: f.ids, rows: f.rows}
					reports, err := one.run(context.Background())
					for _, r := range reports {
						if r.err != nil {
							t.Errorf("%s: %v", f.ids[r.instance], r.err)
						}
					}
					if wrong := one.verdict(reports); wrong != "" || err != nil {
						t.Errorf("%v; %s; %s", err, outcomes(reports), wrong)
					}
				})
			}
			group.Wait()
			if left := f.left(); left != nil {
				t.Errorf("left: %q", left)
			}
		})
	}
}

// A quota far below what is needed makes a rollout slow, and loses nothing.
func TestRolloutIsThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mutex sync.Mutex
		var second time.Time
		calls := 0
		tr, end := newTrial(t, emulator.Options{Instances: names(40)}, "", func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
			mutex.Lock()
			defer mutex.Unlock()
			if time.Since(second) >= time.Second {
				second, calls = time.Now(), 0
			}
			calls++
			return calls > 20 && answer(w, 400, `{"Code":"Throttling.User","RequestId":"r"}`)
		})
		defer end()
		f := newFleet(t, tr.Service, tr.instance, names(40), 3)
		if reports, err := f.run(context.Background()); err != nil || outcomes(reports) != "[registered:120]" {
			t.Errorf("%v: %s", err, outcomes(reports))
		}
	})
}

// What the service accepted and its list does not show ends with the error that register gives,
// after one series of looks for all.
func TestRolloutThatIsNotConfirmed(t *testing.T) {
	for _, tt := range []struct {
		name      string
		interrupt time.Duration
		before    func(w http.ResponseWriter, r *http.Request, look int) bool // for the confirming lists
		looks     int                                                         // that the emulator answered, with that of Compare
	}{
		{"never listed", 0, nil, 13},
		{"interrupted", 20 * time.Second, nil, 9},
		{"list refused", 0, func(w http.ResponseWriter, _ *http.Request, _ int) bool {
			return answer(w, 403, `{"Code":"NoPermission","Message":"No.","RequestId":"r"}`)
		}, 1},
		{"second list cut short", 0, func(_ http.ResponseWriter, r *http.Request, look int) bool {
			if look == 2 {
				<-r.Context().Done()
			}
			return look == 2
		}, 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var submitted, look atomic.Int32
				f := startFleet(t, 1, 3, emulator.Options{ListDelay: time.Hour}, func(w http.ResponseWriter, r *http.Request, emulated http.Handler) bool {
					if operation(r) == "RegisterCaCertificate" {
						submitted.Add(1)
					}
					if submitted.Load() == 0 || operation(r) != "ListCaCertificate" || tt.before == nil {
						return false
					}
					return tt.before(w, r, int(look.Add(1)))
				})
				one := f.rows[0][2].Order
				f.rows[0] = f.rows[0][:2]
				f.rows[0][1].Wait = time.Second // the longest counts
				stop := func() (context.Context, context.CancelFunc) {
					ctx, cancel := context.WithTimeout(context.Background(), 25*time.Second)
					if tt.looks > 10 {
						ctx, cancel = context.WithCancel(context.Background())
					}
					if tt.interrupt > 0 {
						time.AfterFunc(tt.interrupt, cancel)
					}
					return ctx, cancel
				}
				ctx, cancel := stop()
				reports, _ := f.run(ctx)
				cancel()
				looks := 0
				for _, r := range f.Requests() {
					if r.Operation == "ListCaCertificate" {
						looks++
					}
				}
				if looks != tt.looks || outcomes(reports) != "[unconfirmed:2]" && outcomes(reports) != "[interrupted:2]" || f.verdict(reports) != "" {
					t.Errorf("%d looks: %s; %s", looks, outcomes(reports), f.verdict(reports))
				}
				ctx, cancel = stop()
				defer cancel()
				submitted.Store(0)
				look.Store(0)
				i := f.instance
				i.ID = f.ids[0]
				result, err := i.Register(ctx, one)
				for _, r := range reports {
					want := strings.Replace(err.Error(), result.RequestID, r.result.RequestID, 1)
					if r.err.Error() != want || fmt.Sprintf("%T", errors.Unwrap(r.err)) != fmt.Sprintf("%T", errors.Unwrap(err)) {
						t.Errorf("\n got %v\nwant %s", r.err, want)
					}
				}
			})
		})
	}
}
