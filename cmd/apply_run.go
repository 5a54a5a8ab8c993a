package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
)

// A rollout is a run of apply.
type rollout struct {
	*app
	applyOptions
	cmd   *cobra.Command
	fleet *fleet
	plans []*instancePlan
	rows  []appliedRow

	closing                 sync.WaitGroup
	mutex                   sync.Mutex
	logs                    map[string]*rowLog // by instance; empty without --receipts
	started                 time.Time          // of the changes
	of, done, failed, calls int
	needed, answered        int // requests: all, and the successful ones
}

// A stillActiveError is a CA left active: --deactivate does not allow more.
type stillActiveError struct {
	error
	count int // the number to allow
}

// gate decides, before the first change, which changes of state are made.
func (r *rollout) gate() error {
	var leave []*appliedRow
	var names []string
	active := 0
	for n := range r.rows {
		row := &r.rows[n]
		if row.Wanted != "" && row.State != "inactive" && row.State != "absent" {
			active++
		}
		switch workflow.Action(row.Action) {
		case workflow.ToReactivate:
			if !r.activate {
				row.err = &workflow.InactiveError{CA: r.fleet.cas[string(row.CA)], Instance: row.InstanceID, Sn: string(row.Sn)}
			}
		case workflow.ToDeactivate:
			leave, names = append(leave, row), append(names, fmt.Sprintf("%s on %s", row.CA, row.InstanceID))
		}
	}
	_, canAsk := r.terminal()
	count, many := len(leave), len(leave) > 1 || 5*len(leave) > active
	switch {
	case count == 0:
	case r.deactivate != 0:
		allows := "--deactivate alone allows 1, and 20 %, at most"
		if r.deactivate > 0 {
			allows, many = fmt.Sprintf("--deactivate=%d allows fewer", r.deactivate), count > r.deactivate
		}
		if many {
			return &usageError{fmt.Sprintf("apply would deactivate %d of %d active CAs, and %s", count, active, allows), true,
				fmt.Sprintf("look at them with 'mqttca plan'; if all of them should be inactive, give --deactivate=%d", count)}
		}
	case canAsk:
		return r.askYes(r.cmd.Context(), fmt.Sprintf("%s: deactivate %d of %d active CAs? Type yes to confirm: ", strings.Join(names, ", "), count, active), errNotConfirmed)
	default:
		for _, row := range leave {
			row.err = stillActiveError{fmt.Errorf("CA %s is still active on instance %s: nobody confirmed that it should be inactive", row.CA, row.InstanceID), count}
		}
	}
	return nil
}

// run makes the changes; with --fail-fast none if a row has failed before.
func (r *rollout) run(ctx context.Context) {
	tooLate := r.failFast && slices.ContainsFunc(r.rows, func(row appliedRow) bool { return row.err != nil })
	lists := make([]workflow.Worklist, len(r.plans))
	for i, p := range r.plans {
		if p.err != nil {
			r.ended(i, 0, workflow.Result{}, p.err)
			continue
		}
		lists[i].Instance = workflow.Instance{ID: p.ID.Value, Client: p.session.client}
		for n := range p.rows {
			t := r.task(p, n)
			if tooLate && t.Err == nil {
				t.Err = &workflow.NotTriedError{CA: workflow.Reference{CA: t.CA}, Instance: p.ID.Value, Cause: errors.New("another row failed before")}
			}
			lists[i].Tasks = append(lists[i].Tasks, t)
		}
		r.needed++ // the list in the end
	}
	if r.of == 0 {
		return
	}
	r.started, r.calls, r.answered, r.failed = time.Now(), 0, 0, 0
	r.began("apply     " + plural(r.of, "change"))
	workflow.Rollout{Instances: lists, Each: cmp.Or(r.timeout, defaultTimeout), FailFast: r.failFast, Ended: r.ended}.Run(ctx)
	r.closing.Wait()
	r.err.End(r.done < r.of)
}

func (r *rollout) task(p *instancePlan, n int) workflow.Task {
	row := &r.rows[p.first+n]
	t := workflow.Task{Row: p.rows[n], Name: string(row.Name), Validity: r.validity, Wait: r.wait}
	if t.Err = row.err; !row.changes() {
		return t
	}
	r.of, r.needed = r.of+1, r.needed+1
	if t.Action == workflow.ToRegister { // with a code
		r.needed++
	}
	wanted := p.CAs[n]
	t.Authority = r.fleet.keys[wanted.ID.Value]
	duration{value: &t.Validity}.Set(wanted.Validity.Value) // an empty text changes nothing
	duration{value: &t.Wait}.Set(wanted.Wait.Value)
	if r.receipts != "" {
		first := r.fleet.sessions[0]
		row.session = &session{endpoint: p.session.endpoint, started: first.started, run: first.run} // one run
		t.Record = func(result workflow.Result) error { return r.record(row, result) }
	}
	return t
}

// ended closes the receipt of a row beside the other rows: with many receipts it takes long.
func (r *rollout) ended(i, n int, result workflow.Result, err error) {
	row := &r.rows[r.plans[i].first+n]
	if row.session != nil && r.leave(row) {
		r.closing.Go(func() { r.end(row, result, r.closeRow(row, result, err)) })
		return
	}
	r.end(row, result, err)
}

// end notes and shows how a row ended.
func (r *rollout) end(row *appliedRow, result workflow.Result, err error) {
	row.RequestID, row.Outcome = text(result.RequestID), text(result.Outcome)
	if row.Sn = cmp.Or(text(result.Sn), row.Sn); result.Listed != nil {
		row.Sn = text(result.Listed.Sn)
	}
	if row.err = err; err != nil {
		row.Outcome = text(row.fail(r.cmd).Outcome)
		if is[*workflow.NotTriedError](err) {
			row.Outcome = outcomeNotTried
		}
	}
	r.show(row)
}

// mostFailures is how many failures are shown when they happen.
const mostFailures = 24

func (r *rollout) show(row *appliedRow) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	switch {
	case row.err == nil:
		r.done++
	case row.Outcome == outcomeNotTried || row.Reason == "interrupted":
	default:
		if r.failed++; r.failed <= mostFailures {
			r.say("failed", "failed: ", terminal.Alarm, fmt.Sprintf("%s on %s: %s", cmp.Or(row.CA, "all CAs"), row.InstanceID, row.Message))
		}
	}
	r.err.Append(r.standing())
}

// standing is how far the run is, on the live line.
func (r *rollout) standing() string {
	line, elapsed := fmt.Sprintf(": %d done", r.done), time.Since(r.started)
	if r.failed > 0 {
		line += fmt.Sprintf(", %d failed", r.failed)
	}
	if elapsed > time.Second {
		line += fmt.Sprintf(", %.0f calls/s", float64(r.calls)/elapsed.Seconds())
	}
	if r.answered > 0 && r.done+r.failed < r.of {
		left := elapsed * time.Duration(max(0, r.needed-r.answered)) / time.Duration(r.answered)
		line += fmt.Sprintf(", %s left", left.Round(time.Second))
	}
	return line
}

// observe counts a request, and keeps it for the receipts.
func (r *rollout) observe(e api.Exchange) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if log := r.logs[e.Params.Get("MqttInstanceId")]; log != nil {
		log.add(e)
	}
	if e.Err == nil {
		r.answered++
	}
	if r.calls++; r.of > 0 {
		r.err.Append(r.standing())
	}
}
