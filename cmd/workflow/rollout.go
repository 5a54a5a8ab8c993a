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
	attempts := make([][]*attempt, len(r.Instances))
	for n := range attempts {
		attempts[n] = w.attempts(ctx, n)
	}
	SideBySide(len(attempts), func(n int) {
		i := r.Instances[n].Instance
		i.Observer = unobserved{}
		if accepted := w.send(sending, i, attempts[n]); len(accepted) > 0 {
			w.confirming.Go(func() { w.confirm(ctx, i, accepted) })
		}
	})
	w.confirming.Wait()
	return w.early
}

// attempts are the tasks of an instance that have something to do. It ends those that have an Err.
func (w *rollout) attempts(ctx context.Context, n int) (attempts []*attempt) {
	for m, task := range w.Instances[n].Tasks {
		a := &attempt{Task: task, instance: n, task: m}
		switch {
		case task.Action == Nothing || task.Action == Drift:
		case task.Err != nil:
			w.ended(ctx, a, task.Err)
		default:
			attempts = append(attempts, a)
		}
	}
	return attempts
}

// send does the tasks of an instance up to the answer of the service, and returns what a list
// has to confirm. While one runs, the key of the next is made.
func (w *rollout) send(ctx context.Context, i Instance, attempts []*attempt) (accepted []*attempt) {
	hopeless := map[Action]error{}
	for k, a := range attempts {
		if cause := cmp.Or(w.over(ctx), hopeless[a.Action]); cause != nil {
			w.ended(ctx, a, &NotTriedError{Reference{CA: a.CA}, i.ID, cause})
			continue
		}
		for _, next := range attempts[k:min(k+2, len(attempts))] {
			next.makeKey()
		}
		err := w.begin(ctx, i, a)
		if kind, refused := api.KindOf(err); refused && (kind == api.Denied || kind == api.Unpermitted) {
			hopeless[a.Action] = err
		}
		if a.confirm == nil {
			w.ended(ctx, a, err)
			continue
		}
		accepted = append(accepted, a)
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

// over is why no further task is begun.
func (w *rollout) over(ctx context.Context) error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	switch {
	case w.early != nil:
	case ctx.Err() != nil:
		w.early = ctx.Err()
	case w.FailFast && w.failed:
		w.early = errFailFast
	case time.Since(w.alive) >= w.Each:
		w.early = errNoProgress
	}
	return w.early
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
