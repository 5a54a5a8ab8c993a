package workflow

import (
	"cmp"
	"context"
	"sync"
	"time"

	"mqttca/api"
)

// A rollout is a [Rollout] in progress.
type rollout struct {
	Rollout
	confirming sync.WaitGroup

	mutex  sync.Mutex
	alive  time.Time // when the service accepted something last
	failed bool      // a task
	early  error     // why no further task is begun, or one was cut short
}

// Run does the tasks. It returns why it ended early, and nil if it did not. A task that was
// begun goes on to its end, unless ctx ends.
func (r Rollout) Run(ctx context.Context) error {
	w := &rollout{Rollout: r, alive: time.Now()}
	sending, cancel := ctx, context.CancelFunc(func() {})
	if end, bounded := ctx.Deadline(); bounded { // the lists in the end need some of the time
		sending, cancel = context.WithDeadline(ctx, end.Add(-min(time.Until(end)/4, settlingTime)))
	}
	defer cancel()
	SideBySide(len(r.Instances), func(n int) {
		i := r.Instances[n].Instance
		i.Observer = unobserved{}
		if accepted := w.send(sending, i, w.attempts(n)); len(accepted) > 0 {
			w.confirming.Go(func() { w.confirm(ctx, i, accepted) })
		}
	})
	w.confirming.Wait()
	return w.early
}

// attempts are the tasks of an instance that have something to do.
func (w *rollout) attempts(n int) (attempts []*attempt) {
	for m, task := range w.Instances[n].Tasks {
		if task.Action != Nothing && task.Action != Drift {
			attempts = append(attempts, &attempt{Task: task, instance: n, task: m})
		}
	}
	return attempts
}

// send does the tasks of an instance up to the answer of the service, and returns what a list
// has to confirm. While one runs, the key of the next is made.
func (w *rollout) send(ctx context.Context, i Instance, attempts []*attempt) (accepted []*attempt) {
	hopeless := map[Action]error{}
	for k, a := range attempts {
		if cause := w.obstacle(ctx, a, hopeless[a.Action]); cause != nil {
			a.Err = &NotTriedError{Reference{CA: a.CA}, i.ID, cause}
		}
		if a.Err == nil {
			for _, next := range attempts[k:min(k+2, len(attempts))] {
				next.makeKey()
			}
			a.Err = w.begin(ctx, i, a)
		}
		if a.confirm != nil {
			accepted = append(accepted, a)
			continue
		}
		if kind, refused := api.KindOf(a.Err); refused && (kind == api.Denied || kind == api.Unpermitted) {
			hopeless[a.Action] = cmp.Or(hopeless[a.Action], a.Err)
		}
		w.ended(ctx, a, a.Err)
	}
	return accepted
}

func (w *rollout) begin(ctx context.Context, i Instance, a *attempt) error {
	ctx, cancel := context.WithTimeout(ctx, w.Each)
	defer cancel()
	err := a.send(ctx, i)
	if err == nil {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		w.alive = time.Now()
	}
	return err
}

// obstacle is why a task is not begun.
func (w *rollout) obstacle(ctx context.Context, a *attempt, hopeless error) error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	switch {
	case a.Err != nil:
		return nil
	case w.early != nil:
	case ctx.Err() != nil:
		w.early = ctx.Err()
	case w.FailFast && w.failed:
		w.early = errFailFast
	case time.Since(w.alive) >= w.Each:
		w.early = errNoProgress
	}
	return cmp.Or(w.early, hopeless)
}

// ended tells how a task ended.
func (w *rollout) ended(ctx context.Context, a *attempt, err error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if err != nil {
		w.failed, w.early = true, cmp.Or(w.early, ctx.Err())
	}
	w.Ended(a.instance, a.task, a.result, err)
}
