package workflow

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"mqttca/api"
)

// A rollout is a [Rollout] in progress.
type rollout struct {
	Rollout
	confirming sync.WaitGroup

	mutex  sync.Mutex
	alive  time.Time     // when the service accepted something last
	took   time.Duration // by the task accepted last
	failed bool          // a task
	early  error         // why no further task is begun
}

// Run does the tasks. A task once begun goes on to its end, unless ctx ends.
func (r Rollout) Run(ctx context.Context) {
	w := &rollout{Rollout: r, alive: time.Now()}
	sending, cancel := ctx, context.CancelFunc(func() {})
	if end, bounded := ctx.Deadline(); bounded { // the lists in the end need some of the time
		sending, cancel = context.WithDeadline(ctx, end.Add(-min(time.Until(end)/4, settlingTime)))
	}
	defer cancel()
	SideBySide(len(r.Instances), func(n int) {
		i := r.Instances[n].Instance
		i.Observer = unobserved{}
		if open := w.send(sending, i, r.attempts(n)); len(open) > 0 {
			w.confirming.Go(func() { w.confirm(ctx, i, open) })
		}
	})
	w.confirming.Wait()
}

// attempts are the tasks of an instance with something to do.
func (r Rollout) attempts(n int) (attempts []*attempt) {
	for m, task := range r.Instances[n].Tasks {
		if task.Err == nil && task.Action != Nothing && task.Action != Drift {
			attempts = append(attempts, &attempt{Task: task, instance: n, task: m})
		}
	}
	return attempts
}

// send does the tasks of an instance up to the answer of the service, and returns those the list has
// to confirm. While one runs, the key of the next is made.
func (w *rollout) send(ctx context.Context, i Instance, attempts []*attempt) (open []*attempt) {
	hopeless := map[Action]error{}
	for k, a := range attempts {
		cause := cmp.Or(w.over(ctx), hopeless[a.Action])
		if cause == nil {
			cause = awaitKey(ctx, attempts[k:min(k+2, len(attempts))])
		}
		if cause != nil {
			w.progress(a, true, &NotTriedError{Reference{CA: a.CA}, i.ID, cause})
			continue
		}
		a.begun = time.Now()
		within, cancel := context.WithTimeout(ctx, w.Each)
		waits, err := a.send(within, i)
		cancel()
		if kind, refused := api.KindOf(err); refused && (kind == api.Denied || kind == api.Unpermitted) {
			hopeless[a.Action] = err
		}
		if is[*UnknownError](err) {
			waits, a.doubt = true, err
		}
		if waits {
			open = append(open, a)
		}
		w.progress(a, !waits, err)
	}
	return open
}

// awaitKey starts making the keys of attempts, and waits for the first, or a code would grow old
// meanwhile. It fails if the context ends.
func awaitKey(ctx context.Context, attempts []*attempt) error {
	for _, a := range attempts {
		if a.key == nil && a.Action == ToRegister {
			a.key = makeKey(a.CA)
		}
	}
	if key := attempts[0].key; key != nil {
		_, _ = key(ctx) // its error comes when it is used
	}
	return ctx.Err()
}

// lastLook bounds the two looks at the list after an interrupt: a request may be on its way.
const lastLook = 3 * time.Second

// confirm lists the CAs of an instance until the list shows all accepted changes, or the longest
// wait is over. It waits for no change in doubt.
func (w *rollout) confirm(ctx context.Context, i Instance, open []*attempt) {
	wait := slices.MaxFunc(open, func(a, b *attempt) int { return cmp.Compare(a.Wait, b.Wait) }).Wait
	within, cancel := context.WithTimeout(ctx, w.Each+wait)
	defer cancel()
	seen := i // with the last complete list
	look := func(ctx context.Context, doubts bool) (_ any, missing error) {
		listed, err := i.listed(ctx, func(api.CaCertificate) bool { return true })
		if seen.shown == nil || ctx.Err() == nil {
			seen.shown = func() ([]api.CaCertificate, error) { return listed, err }
		}
		open = slices.DeleteFunc(open, func(a *attempt) bool {
			err := a.confirm(within, seen)
			if err == nil {
				w.progress(a, true, nil)
			} else if doubts || a.doubt == nil {
				missing = err
			}
			return err == nil
		})
		return nil, missing
	}
	poll(within, i, Reference{}, wait, func() (any, error) { return look(within, false) })
	if ctx.Err() != nil && len(open) > 0 {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLook)
		defer cancel()
		poll(last, i, Reference{}, firstPause, func() (any, error) { return look(last, true) })
	}
	for _, a := range open {
		w.progress(a, true, a.confirm(within, seen))
	}
}

// over is why no further task is begun.
func (w *rollout) over(ctx context.Context) error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	end, bounded := ctx.Deadline()
	switch {
	case w.early != nil:
	case ctx.Err() != nil:
		w.early = ctx.Err()
	case bounded && time.Until(end) < w.took: // it would be cut short
		w.early = context.DeadlineExceeded
	case w.FailFast && w.failed:
		w.early = errFailFast
	case time.Since(w.alive) >= w.Each:
		w.early = errNoProgress
	}
	return w.early
}

// progress is told of each accepted task, and of each ended one.
func (w *rollout) progress(a *attempt, ended bool, err error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if err == nil {
		w.alive = time.Now()
	} else {
		w.failed = true
	}
	if ended {
		w.Ended(a.instance, a.task, a.result, err)
	} else if err == nil {
		w.took = time.Since(a.begun)
	}
}
