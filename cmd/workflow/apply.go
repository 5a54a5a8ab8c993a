package workflow

import (
	"fmt"
	"time"

	"mqttca/pki"
)

// A Task is a row of [Instance.Compare] with what makes it as it is wanted.
type Task struct {
	Row                               // a task with an Err ends with it before anything is sent
	Authority      *pki.Authority     // of a CA to register
	Name           string             // the CaName
	Validity, Wait time.Duration      // as of an [Order]; Wait also for a change of state
	Record         func(Result) error // as of an [Instance]
}

// A Worklist is an instance, of which ID and Client count, with its tasks.
type Worklist struct {
	Instance
	Tasks []Task
}

// A Rollout does the tasks of many instances: instances side by side, and on one instance one
// task after the other, because a new registration code replaces the one before. In the end a
// list of each instance confirms all that it accepted.
//
// A failure stops no other task, unless that would meet it, too: if an instance is not there, or
// the credentials are not accepted or do not permit an action on it, no further task of that
// action is tried there.
type Rollout struct {
	Instances []Worklist
	Each      time.Duration // ends a task. If none has succeeded for as long, no further one is begun
	FailFast  bool          // no further task is begun after a failure

	// Ended is called once for each task that has something to do, never twice at once.
	Ended func(instance, task int, r Result, err error)
}

// A NotTriedError says that a task was not begun.
type NotTriedError struct {
	CA       Reference
	Instance string
	Cause    error // context.Canceled, say, or the refusal that this task would meet, too
}

func (e *NotTriedError) Error() string {
	return fmt.Sprintf("nothing was sent to instance %s for %s: %s", e.Instance, e.CA, ending(e.Cause))
}

func (e *NotTriedError) Unwrap() error { return e.Cause }
