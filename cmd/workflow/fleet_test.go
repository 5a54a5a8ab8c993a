package workflow

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"mqttca/api"
	"mqttca/api/emulator"
)

// A fleet is what is wanted of several instances.
type fleet struct {
	*emulator.Service
	instance Instance // for its client
	ids      []string
	rows     [][]fleetRow // by instance
	running  atomic.Int32
}

type fleetRow struct {
	Order
	active bool // wanted so
}

// A report is what a rollout says about one task.
type report struct {
	instance, task int
	action         Action
	outcome        Outcome
	result         Result
	err            error
}

// names are the ids of so many instances, each in a region of its own.
func names(count int) (ids []string) {
	for n := range count {
		ids = append(ids, fmt.Sprintf("post-cn-test%02d@cn-region%d", n, n))
	}
	return ids
}

// newFleet is a fleet with CAs that are wanted active, each on one instance.
func newFleet(t *testing.T, service *emulator.Service, instance Instance, ids []string, each int) *fleet {
	t.Helper()
	f := &fleet{Service: service, instance: instance}
	for _, id := range ids {
		id, _, _ = strings.Cut(id, "@")
		f.ids = append(f.ids, id)
		var rows []fleetRow
		for range each {
			rows = append(rows, fleetRow{newOrder(t), true})
		}
		f.rows = append(f.rows, rows)
	}
	return f
}

// run compares each instance, and does what is to do. An instance that cannot be listed is left out.
// early is why tasks were not begun, unless the service refused one before.
func (f *fleet) run(ctx context.Context, change ...func(*Rollout)) (reports []report, early error) {
	rollout := Rollout{Each: time.Minute}
	for n, id := range f.ids {
		list, rows, _ := f.compare(ctx, n)
		list.ID = id
		for m, row := range rows {
			task := Task{Row: row}
			if m < len(f.rows[n]) {
				order := f.rows[n][m].Order
				task.Authority, task.Name, task.Validity, task.Wait = order.Authority, order.Name, order.Validity, order.Wait
			}
			list.Tasks = append(list.Tasks, task)
		}
		rollout.Instances = append(rollout.Instances, list)
	}
	rollout.Ended = func(n, m int, r Result, err error) {
		if f.running.Add(1) > 1 {
			panic("two calls of Ended at once")
		}
		defer f.running.Add(-1)
		if left, ok := err.(*NotTriedError); ok && !is[*api.Error](err) {
			early = left.Cause
		}
		task := rollout.Instances[n].Tasks[m]
		reports = append(reports, report{n, m, task.Action, rowOutcome(r, err), r, err})
	}
	for _, change := range change {
		change(&rollout)
	}
	rollout.Run(ctx)
	slices.SortFunc(reports, func(a, b report) int { return 1000*(a.instance-b.instance) + a.task - b.task })
	return reports, early
}

const outcomeNotTried Outcome = "not tried"

func rowOutcome(r Result, err error) Outcome {
	if is[*NotTriedError](err) {
		return outcomeNotTried
	}
	return outcomeOf(r, err)
}

func (f *fleet) compare(ctx context.Context, n int) (Worklist, []Row, error) {
	i := f.instance
	i.ID = f.ids[n]
	var wanted []Row
	for _, row := range f.rows[n] {
		wanted = append(wanted, Row{CA: row.Authority.CA, Active: row.active})
	}
	rows, err := i.Compare(ctx, wanted)
	return Worklist{Instance: i}, rows, err
}

// left are the actions that Compare finds now, of the CAs that somebody wants.
func (f *fleet) left() (left []string) {
	for n, id := range f.ids {
		_, rows, err := f.compare(context.Background(), n)
		if err != nil {
			return []string{err.Error()}
		}
		for m, row := range rows[:len(f.rows[n])] {
			if row.Action != Nothing {
				left = append(left, fmt.Sprintf("%s %d: %s", id, m, row.Action))
			}
		}
	}
	return left
}

// inBook is how often the emulator's book has the CA of a row, and whether it is active.
func (f *fleet) inBook(n, m int) (count int, active bool) {
	for _, r := range f.Registrations() {
		if r.InstanceID == f.ids[n] && r.CASHA256 == f.rows[n][m].Authority.SHA256() {
			count, active = count+1, r.Active
		}
	}
	return count, active
}

// isMade is whether the emulator's book has the change of a report.
func (f *fleet) isMade(r report) bool {
	count, active := f.inBook(r.instance, r.task)
	return map[Action]bool{ToRegister: count == 1 && active, ToReactivate: active, ToDeactivate: !active}[r.action]
}

// verdict compares each report with the emulator's own book, "" where they agree.
func (f *fleet) verdict(reports []report) string {
	var wrong []string
	seen := map[[2]int]bool{}
	for _, r := range reports {
		count, active := f.inBook(r.instance, r.task)
		done := f.isMade(r)
		open := slices.Contains([]Outcome{outcomeUnknown, outcomeUnconfirmed, outcomeInterrupted}, r.outcome)
		var accepted *AcceptedError
		place := [2]int{r.instance, r.task}
		if seen[place] || count > 1 || r.err == nil && !done || errors.As(r.err, &accepted) && !done || r.err != nil && done && !open {
			wrong = append(wrong, fmt.Sprintf("%s of %v: %s is reported (%v), and it is registered %d times, active: %v, reported before: %v",
				r.action, place, r.outcome, r.err, count, active, seen[place]))
		}
		seen[place] = true
	}
	return strings.Join(wrong, "; ")
}

// outcomes counts the outcomes of reports.
func outcomes(reports []report) string {
	counts := map[Outcome]int{}
	for _, r := range reports {
		counts[r.outcome]++
	}
	return strings.TrimPrefix(fmt.Sprint(counts), "map")
}

// isDone fails unless a run without faults leaves nothing to do but so many serial conflicts.
func (f *fleet) isDone(conflicts int) string {
	f.Inject()
	time.Sleep(time.Minute) // the bubble's: replicas have caught up by then
	reports, err := f.run(context.Background())
	time.Sleep(time.Minute)
	if wrong := f.verdict(reports); wrong != "" {
		return "run again without faults: " + wrong
	}
	if left := f.left(); len(left) != conflicts || err != nil {
		return fmt.Sprintf("run again without faults: %s, %v; left: %q", outcomes(reports), err, left)
	}
	return ""
}

// shareCA gives a CA to two instances. It returns how many of them may not have it.
func (f *fleet) shareCA(scope emulator.SnScope) (conflicts int) {
	f.rows[1][0] = f.rows[0][0]
	if scope == emulator.ScopeGlobal {
		return 1
	}
	return 0 // each instance has a region of its own
}

// Every kind of fault at every operation of a rollout, in all scopes of serial numbers that
// matter to it.
func TestRolloutFaultMatrix(t *testing.T) {
	for _, scope := range []emulator.SnScope{emulator.ScopeInstance, emulator.ScopeRegion, emulator.ScopeGlobal} {
		operations := []string{"GetRegisterCode", "RegisterCaCertificate", "ListCaCertificate"}
		if scope == emulator.ScopeRegion {
			operations = append(operations, "ActiveCaCertificate", "InactivateCaCertificate")
		}
		for _, operation := range operations {
			for _, fault := range matrixFaults() {
				t.Run(fmt.Sprintf("%s/%s/%s%s/after=%v", scope, operation, fault.Kind, fault.Code, fault.AfterWork), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						tr, end := newTrial(t, emulator.Options{Instances: names(2), SnScope: scope, RotateCodes: true}, "")
						defer end()
						f := newFleet(t, tr.Service, tr.instance, names(2), 3)
						f.rows[0] = f.rows[0][:2]
						conflicts := f.shareCA(scope)
						f.rows[1][2].active = false
						f.run(context.Background(), func(r *Rollout) { r.Instances[0].Tasks = nil })
						f.rows[1][1].active, f.rows[1][2].active = false, true
						fault.Operation, fault.Call = operation, 1
						if operation == "ListCaCertificate" {
							fault.Call = 3 // behind those of Compare
						}
						f.Inject(fault)
						reports, err := f.run(context.Background())
						if wrong := f.verdict(reports); wrong != "" || err != nil {
							t.Errorf("%v; %s", err, wrong)
						}
						if wrong := f.isDone(conflicts); wrong != "" {
							t.Error(wrong)
						}
					})
				})
			}
		}
	}
}

// TestSoakOfFleets is TestSoak for rollouts: each run has several instances, whose CAs are
// registered, made inactive and active again, under faults.
func TestSoakOfFleets(t *testing.T) {
	before := runtime.NumGoroutine()
	faults, counts, wrong := 0, map[Outcome]int{}, []string{}
	for seed := range uint64(*soakRuns / 5) {
		synctest.Test(t, func(t *testing.T) {
			options := randomOptions(seed)
			random := rand.New(rand.NewPCG(seed, 8))
			options.Instances = names(2 + random.IntN(3))
			options.SnScope = []emulator.SnScope{emulator.ScopeInstance, emulator.ScopeRegion, emulator.ScopeGlobal}[seed%3]
			tr, end := newTrial(t, options, "")
			defer end()
			f := newFleet(t, tr.Service, tr.instance, options.Instances, 1+random.IntN(4))
			conflicts := f.shareCA(options.SnScope)
			for round := range 3 {
				for n := range f.rows {
					for m := range f.rows[n] {
						f.rows[n][m].active = round == 0 || random.IntN(2) == 0
					}
				}
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(1+random.IntN(600))*time.Second)
				reports, _ := f.run(ctx)
				cancel()
				for _, r := range reports {
					counts[r.outcome]++
				}
				if verdict := f.verdict(reports); verdict != "" {
					wrong = append(wrong, fmt.Sprintf("seed %d, round %d: %s", seed, round, verdict))
				}
				time.Sleep(time.Minute)
			}
			for _, r := range tr.Requests() {
				if r.Fault != "" {
					faults++
				}
			}
			f.rows[0][0].active, f.rows[1][0].active = true, true
			if verdict := f.isDone(conflicts); verdict != "" {
				wrong = append(wrong, fmt.Sprintf("seed %d: %s", seed, verdict))
			}
		})
	}
	fmt.Printf("soak: %d fleets, %d faults, outcomes %v, %d wrong\n", *soakRuns/5, faults, counts, len(wrong))
	for _, verdict := range wrong {
		t.Error(verdict)
	}
	if after := settledGoroutines(before); after > before {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
}
