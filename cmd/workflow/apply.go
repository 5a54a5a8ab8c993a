package workflow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mqttca/api"
	"mqttca/pki"
)

// A Task is a row of [Instance.Compare] with the means to do its action.
type Task struct {
	Row                               // left out if it has an Err
	Authority      *pki.Authority     // of a CA to register
	Name           string             // the CaName
	Validity, Wait time.Duration      // as of an [Order]; Wait also for a change of state
	Record         func(Result) error // as of an [Instance]
}

// A Worklist is an instance with its tasks. A rollout uses only ID and Client of the instance.
type Worklist struct {
	Instance
	Tasks []Task
}

// A Rollout does the tasks of many instances: all instances side by side, and on one instance one
// task after the other, because a new registration code replaces the one before. At the end, also
// after an interrupt, it lists each instance to confirm the accepted changes and those in doubt.
//
// A failure stops other tasks only if the credentials are refused or do not permit an action: then
// no further task of this action is tried on the instance.
type Rollout struct {
	Instances []Worklist
	Each      time.Duration // ends a task; if no task succeeds within it, no further one is begun
	FailFast  bool          // no further task is begun after a failure

	// Ended is called once for each task with something to do, never twice at once.
	Ended func(instance, task int, r Result, err error)
}

// A NotTriedError is the error of a task not begun.
type NotTriedError struct {
	CA       Reference
	Instance string
	Cause    error // such as context.Canceled, or a refusal this task would meet, too
}

func (e *NotTriedError) Error() string {
	return fmt.Sprintf("%s was not tried on instance %s: %s", e.CA, e.Instance, ending(e.Cause))
}

func (e *NotTriedError) Unwrap() error { return e.Cause }

// An attempt is a task of a rollout, and how far it came.
type attempt struct {
	Task
	instance, task int
	key            keyMaker // nil if it is not needed, or not yet
	result         Result
	doubt          error // an [*UnknownError] of the change, or nil
	begun          time.Time
}

// send does the task up to the answer of the service. It reports whether the list has to confirm it.
func (a *attempt) send(ctx context.Context, i Instance) (accepted bool, err error) {
	i.Record, i.later = a.Record, true
	switch a.Action {
	case ToRegister:
		a.result, err = i.prove(ctx, Order{Authority: a.Authority, Name: a.Name, Validity: a.Validity, Wait: a.Wait}, a.key)
		return err == nil && a.result.Listed == nil, err
	case ToReactivate:
		a.result, err = i.reactivate(ctx, a.CA, a.Listed, a.Wait)
	case ToDeactivate:
		var change Change
		change, err = i.changeCA(ctx, Reference{CA: a.CA}, a.Listed, Deactivation, a.Wait)
		a.result = Result{Outcome: Deactivated, Listed: &change.CA, Sn: change.CA.Sn, RequestID: change.RequestID}
	}
	return err == nil, err
}

// confirm fails unless the list, which was read, shows the change.
func (a *attempt) confirm(ctx context.Context, i Instance) (err error) {
	if a.doubt != nil {
		ctx = context.WithoutCancel(ctx) // the doubt says why it ended
	}
	if a.Action == ToRegister {
		a.result, err = i.confirmed(ctx, a.CA, 0, a.result)
	} else {
		var change Change
		to := map[bool]Transition{true: Activation, false: Deactivation}[a.Active]
		change, err = i.awaitCA(ctx, Reference{CA: a.CA}, a.Listed, to, 0, api.Acknowledgement{RequestID: a.result.RequestID}, nil)
		a.result.Listed = &change.CA
	}
	if a.doubt != nil {
		return settled(a.doubt, errors.Unwrap(err))
	}
	return err
}
