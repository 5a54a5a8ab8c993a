package workflow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"mqttca/api"
	"mqttca/api/wire"
)

// A Sweep is a change of all device certificates under a CA.
type Sweep struct {
	CA                  Reference
	Entry               *api.CaCertificate // of the CA
	To                  Transition
	Each                time.Duration // ends the change of one device certificate, and the sweep if no change succeeds within it
	AllowReregistration bool          // also delete those able to register themselves again
}

// A SweepError is a sweep that left device certificates unchanged.
type SweepError struct {
	Sweep
	Instance string
	Changed  int
	Failed   int   // refused
	Left     int   // found so far and not tried
	Unknown  int   // perhaps changed by the service
	Doubt    error // an [*UnknownError] of these, or nil
	Err      error // the reason of the end, or the first failure
}

func (e *SweepError) Error() string {
	return fmt.Sprintf("%s: %d device certificates were %s instance %s, %d failed, %d are left, and %d may have changed: %s",
		e.CA, e.Changed, e.To.doing, e.Instance, e.Failed, e.Left, e.Unknown, ending(e.Err))
}

func (e *SweepError) Unwrap() []error { return []error{e.Err, e.Doubt} }

// A sweeper does a sweep.
type sweeper struct {
	Sweep
	instance Instance // its observer is told of the sweep as a whole only
	progress func(done, of int)
	cancel   context.CancelFunc
	alive    *time.Timer // stops the sweep unless something succeeds

	mutex   sync.Mutex
	until   time.Time       // when alive stops it
	found   map[string]bool // to be changed, by DeviceSn like the others
	changed map[string]bool
	failed  map[string]error
	doubt   map[string]error // perhaps changed: the next list decides
	first   error            // of failed
	stopped error            // why the sweep was stopped; nil if it was not
}

func (i Instance) sweeper(s Sweep) *sweeper {
	return &sweeper{Sweep: s, instance: i, found: map[string]bool{}, changed: map[string]bool{}, failed: map[string]error{}, doubt: map[string]error{}}
}

// Sweep changes the device certificates under a CA, side by side, and lists them again until none
// is left: a device may register itself meanwhile. A failure stops the others only if all would
// fail alike. It returns the number of changes.
func (i Instance) Sweep(ctx context.Context, s Sweep) (changed int, err error) {
	next, cancel := context.WithCancel(ctx)
	defer cancel()
	w := i.sweeper(s)
	w.cancel = cancel
	w.until = time.Now().Add(s.Each)
	w.alive = time.AfterFunc(s.Each, func() {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		w.stop(errNoProgress)
	})
	defer w.alive.Stop()
	w.instance.Observer = unobserved{}
	w.progress = func(done, of int) { i.Observer.Counted(s.To.own, done, of) }
	_, err = during(i.Observer, s.To.own, func() (struct{}, error) { return struct{}{}, w.run(ctx, next) })
	if err != nil {
		err = w.failure(err)
	}
	return len(w.changed), err
}

// PrepareSweep finds the CA and counts the device certificates to be changed. It fails with a
// [*ReregistrationError] if the sweep would. It changes nothing.
func (i Instance) PrepareSweep(ctx context.Context, s Sweep) (prepared Sweep, count int, err error) {
	if s.Entry, err = i.Find(ctx, s.CA); err != nil {
		return s, 0, err
	}
	w := i.sweeper(s)
	left, err := w.left(ctx)
	return s, len(left), err
}

func (w *sweeper) failure(err error) error {
	e := &SweepError{Sweep: w.Sweep, Instance: w.instance.ID, Changed: len(w.changed), Failed: len(w.failed), Unknown: len(w.doubt), Err: err}
	e.Left = len(w.found) - e.Changed - e.Failed - e.Unknown
	for _, e.Doubt = range w.doubt {
		break
	}
	return e
}

// stop ends the sweep for a reason. Changes already sent go on until their deadline: if canceled,
// they would be in doubt, and look interrupted by the user.
func (w *sweeper) stop(reason error) {
	w.stopped = cmp.Or(w.stopped, reason)
	w.cancel()
}

// run changes and lists until nothing is left, or until next ends: then it begins nothing more.
func (w *sweeper) run(ctx, next context.Context) error {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		left, err := w.left(next)
		if err == nil && len(left) == 0 {
			return w.first
		}
		if err == nil {
			err = w.changeAll(ctx, next, left, pause)
		}
		if err != nil {
			w.mutex.Lock()
			defer w.mutex.Unlock()
			return cmp.Or(w.stopped, err)
		}
	}
}

// left lists the device certificates not in the wanted state by their DeviceSn, without the failed
// ones. The list settles the doubts.
func (w *sweeper) left(ctx context.Context) (left []string, err error) {
	unchanged := map[string]bool{} // of those in doubt
	for device, err := range w.instance.listing(w.instance.Client.ListDeviceCertificateByCaSn(ctx, w.instance.ID, w.Entry.Sn)) {
		switch {
		case err != nil:
			return nil, err
		case w.failed[device.DeviceSn] != nil || stateOf(device.Active, device.StateUnknown) == w.To.wanted:
			continue
		case w.To.wanted == absent && !w.AllowReregistration && reregisters(w.Entry, device, time.Now()):
			return nil, &ReregistrationError{DeviceReference{Sn: device.DeviceSn}, w.Entry.Sn, w.instance.ID}
		}
		left = append(left, device.DeviceSn)
		w.found[device.DeviceSn] = true
		if w.doubt[device.DeviceSn] != nil {
			unchanged[device.DeviceSn] = true
		}
	}
	for sn := range w.doubt {
		if !unchanged[sn] {
			w.changed[sn] = true
			delete(w.doubt, sn)
		}
	}
	return left, nil
}

// changeAll changes the device certificates left. If all were changed before, the list has not
// caught up: changeAll pauses.
func (w *sweeper) changeAll(ctx, next context.Context, left []string, pause time.Duration) error {
	before := len(w.changed)
	SideBySide(len(left), func(n int) {
		if next.Err() == nil {
			w.ended(left[n], w.change(ctx, left[n]))
		}
	})
	if len(w.changed) == before {
		return wire.Sleep(next, pause)
	}
	return next.Err()
}

// change changes one device certificate. After a lost answer it looks at the service.
func (w *sweeper) change(ctx context.Context, sn string) error {
	w.mutex.Lock()
	until := w.until
	w.mutex.Unlock()
	ctx, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	id := api.DeviceID{InstanceID: w.instance.ID, CaSn: w.Entry.Sn, DeviceSn: sn}
	_, err := w.To.device(w.instance.Client, ctx, id)
	if isGone(err) || err == nil {
		return nil
	}
	if !api.MaybeDone(err) {
		return err
	}
	held := w.instance.deviceHolding(DeviceReference{Sn: sn}, id, &api.DeviceCertificate{})
	if _, look := w.instance.lookFor(ctx, held, w.To); look != nil {
		return w.instance.unknown(held.name, w.To, err, look)
	}
	return nil
}

// ended counts a change. A failure stops the sweep if all others would fail alike.
func (w *sweeper) ended(sn string, err error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	switch {
	case err == nil:
		if delete(w.doubt, sn); !w.changed[sn] {
			w.changed[sn] = true
			w.until = time.Now().Add(w.Each)
			w.alive.Reset(w.Each)
		}
	case is[*UnknownError](err):
		w.doubt[sn] = err
	case errors.Is(err, context.Canceled):
		return // the sweep was stopped before it was sent
	default:
		w.failed[sn] = err
		w.first = cmp.Or(w.first, err)
		if kind, refused := api.KindOf(err); refused && (kind == api.Denied || kind == api.Unpermitted) {
			w.stop(err)
		}
	}
	w.progress(len(w.changed), len(w.found))
}

// unobserved is an observer that does nothing.
type unobserved struct{}

func (unobserved) Started(Step)           {}
func (unobserved) Ended(Step, error)      {}
func (unobserved) Warned(string)          {}
func (unobserved) Counted(Step, int, int) {}
