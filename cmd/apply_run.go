package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
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

// run makes the changes; with --fail-fast none if a row has failed before.
func (r *rollout) run(ctx context.Context) {
	r.endFailed()
	lists := make([]workflow.Worklist, len(r.plans))
	for i, p := range r.plans {
		if p.err != nil {
			continue
		}
		lists[i].Instance = workflow.Instance{ID: p.ID.Value, Client: p.session.client}
		for n := range p.rows {
			lists[i].Tasks = append(lists[i].Tasks, r.task(p, n))
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

// endFailed ends the rows with an error, which are not tried.
func (r *rollout) endFailed() {
	tooLate := r.failFast && slices.ContainsFunc(r.rows, func(row appliedRow) bool { return row.err != nil })
	for n := range r.rows {
		row := &r.rows[n]
		if tooLate && row.changes() {
			row.err = &workflow.NotTriedError{CA: workflow.Reference{CA: r.fleet.cas[string(row.CA)]}, Instance: row.InstanceID, Cause: errors.New("another change failed")}
		}
		if row.err != nil {
			r.end(row, workflow.Result{}, row.err)
		}
	}
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

// ended closes the receipt of a row while other rows run: many receipts take long.
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

// mostFailures is the most failures shown during the run.
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

// standing is the progress of the run, for the live line.
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
