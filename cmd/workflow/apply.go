package workflow

import (
	"context"
	"errors"
	"time"

	"mqttca/pki"
)

// A Task is a row of [Instance.Compare] with what makes it as it is wanted.
type Task struct {
	Row                           // if it has an Err, the task ends with it, and nothing is sent
	Authority      *pki.Authority // of a CA to register
	Name           string         // the CaName
	Validity, Wait time.Duration  // as of an [Order]
	Record         func(Result) error
}

// changes reports whether there is something to do.
func (t Task) changes() bool {
	return t.Action == ToRegister || t.Action == ToReactivate || t.Action == ToDeactivate
}

// A Worklist is an instance with its tasks.
type Worklist struct {
	Instance
	Tasks []Task
}

// A Rollout does the tasks of many instances. A failure of one stops no other.
type Rollout struct {
	Instances []Worklist
	Each      time.Duration                                 // ends a task
	FailFast  bool                                          // the first failure ends the rollout
	Ended     func(instance, task int, r Result, err error) // once for each task that has something to do
}

// A NotTriedError says that nothing was sent for a task.
type NotTriedError struct{ Cause error }

func (e *NotTriedError) Error() string {
	reason := e.Cause.Error()
	switch e.Cause {
	case context.Canceled:
		reason = "interrupted"
	case context.DeadlineExceeded:
		reason = "the time ran out"
	}
	return "not tried: " + reason
}

func (e *NotTriedError) Unwrap() error { return e.Cause }

var errFailFast = errors.New("another failed")

// Run does the tasks, one after the other. It returns why it ended early.
func (r Rollout) Run(ctx context.Context) error {
	var stopped error
	for n, list := range r.Instances {
		for m, task := range list.Tasks {
			if !task.changes() {
				continue
			}
			if stopped == nil {
				stopped = ctx.Err()
			}
			if stopped != nil {
				r.Ended(n, m, Result{}, &NotTriedError{stopped})
				continue
			}
			result, err := r.do(ctx, list.Instance, task)
			r.Ended(n, m, result, err)
			if err != nil && r.FailFast {
				stopped = errFailFast
			}
		}
	}
	return stopped
}

func (r Rollout) do(ctx context.Context, i Instance, t Task) (Result, error) {
	ctx, cancel := context.WithTimeout(ctx, r.Each)
	defer cancel()
	i.Record = t.Record
	switch {
	case t.Err != nil:
		return Result{}, t.Err
	case t.Action == ToRegister:
		return i.prove(ctx, Order{Authority: t.Authority, Name: t.Name, Validity: t.Validity, Wait: t.Wait}, makeKey(t.CA))
	case t.Action == ToReactivate:
		return i.reactivate(ctx, t.CA, t.Listed, t.Wait)
	}
	change, err := i.changeCA(ctx, Reference{CA: t.CA}, t.Listed, Deactivation, t.Wait)
	return Result{Outcome: Deactivated, Listed: &change.CA, Sn: t.Listed.Sn, RequestID: change.RequestID}, err
}
