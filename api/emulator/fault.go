package emulator

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"
)

// A Fault makes one call fail, or every call. Calls are counted by operation, from 1, once the
// gateway has admitted them.
type Fault struct {
	Kind          FaultKind
	Operation     string        // the affected operation; "": every one, and Call counts them together
	Call          int           // the number of the affected call; 0: every call
	AfterWork     bool          // the fault comes after the operation's work; otherwise the work is never done
	Delay, Jitter time.Duration // Delay passes before the work and the fault, and up to Jitter more
	RetryAfter    time.Duration // the pause requested by a refusal in x-acs-retry-after; 0: none
	Size          int64         // of FaultOversize, in bytes; 0: 16 MiB

	// Code is the code of FaultRefuse. An unknown code has HTTP status 400, or 500 before the
	// vendor's notice. At BrokerHandshake it is the name of a TLS alert, at BrokerConnect the number in
	// CONNACK.
	Code string
}

// name returns the fault's name in the journal.
func (f Fault) name() string {
	if f.AfterWork {
		return string(f.Kind) + "-after"
	}
	return string(f.Kind)
}

// hits reports whether the fault affects the nth call of an operation, the nthOfAll of all.
func (f Fault) hits(operation string, nth, nthOfAll int) bool {
	if f.Operation == "" && !isBrokerStep(operation) {
		nth = nthOfAll
	} else if f.Operation != operation {
		return false
	}
	return f.Call == 0 || f.Call == nth
}

func validateFaults(faults []Fault) error {
	for _, f := range faults {
		err := choose("fault", f.Kind, FaultKinds()...)
		if err == nil && f.Operation != "" {
			err = choose("operation of fault "+string(f.Kind), f.Operation, append(Operations(), BrokerHandshake, BrokerConnect)...)
		}
		if err != nil {
			return err
		}
		if problem := f.problem(); problem != "" {
			return fmt.Errorf("emulator: fault %s: %s", f.Kind, problem)
		}
	}
	return nil
}

// problem returns the rule broken by the fault, or "".
func (f Fault) problem() string {
	kind := faultKinds[f.Kind]
	switch {
	case f.Call < 0:
		return fmt.Sprintf("call %d is negative", f.Call)
	case f.Size < 0:
		return fmt.Sprintf("size %d is negative", f.Size)
	case isBrokerStep(f.Operation) && f.brokerProblem() != "":
		return f.brokerProblem()
	case f.AfterWork && kind.keepsAnswer:
		return "the operation always takes effect: omit the setting after"
	case (f.Code != "") != (f.Kind == FaultRefuse):
		return "refuse needs a code, and other faults have none"
	case f.RetryAfter > 0 && !kind.refuses:
		return "only a refusal can ask for a pause"
	case f.Size > 0 && f.Kind != FaultOversize:
		return "only oversize has a size"
	case f.Kind == FaultLatency && f.Delay+f.Jitter == 0:
		return "it needs a delay or a jitter"
	}
	return ""
}

// A faultPlan decides which fault affects a call.
type faultPlan struct {
	faults  []Fault
	mixture Mixture
	calls   map[string]int // by operation
	all     int
}

func newFaultPlan(faults []Fault, mixture Mixture) *faultPlan {
	return &faultPlan{faults: faults, mixture: mixture, calls: make(map[string]int)}
}

// next counts a call and returns its fault, and the delay before it. The delays of all matching
// faults add up; the first other than latency is delivered.
func (p *faultPlan) next(operation string) (met Fault, wait time.Duration) {
	p.calls[operation]++
	if !isBrokerStep(operation) {
		p.all++
	}
	random := p.mixture.random(operation, p.calls[operation])
	faults := slices.DeleteFunc(slices.Clone(p.faults), func(f Fault) bool { return !f.hits(operation, p.calls[operation], p.all) })
	if len(faults) == 0 && !isBrokerStep(operation) {
		faults = []Fault{p.mixture.draw(random)}
	}
	for _, f := range faults {
		wait += f.Delay
		if f.Jitter > 0 {
			wait += time.Duration(random.Int64N(int64(f.Jitter) + 1))
		}
		if faultKinds[met.Kind].deliver == nil {
			met = f
		}
	}
	return met, wait
}

// A Mixture makes random faults. The fault of the nth call of an operation depends only on Seed,
// operation and n, not on other calls.
type Mixture struct {
	Seed  uint64
	Rate  float64     // the share of failing calls, 0 to 1
	Kinds []FaultKind // to draw from; nil: all but FaultRefuse, which needs a code
}

func (m Mixture) validate() error {
	if !(m.Rate >= 0 && m.Rate <= 1) { // also if NaN
		return fmt.Errorf("emulator: rate of faults %v is not between 0 and 1", m.Rate)
	}
	for _, kind := range m.Kinds {
		if err := choose("fault", kind, FaultKinds()...); err != nil {
			return err
		}
		if kind == FaultRefuse {
			return fmt.Errorf("emulator: fault %s needs a code, so it cannot be drawn at random", kind)
		}
	}
	return nil
}

// random returns the random source of one call.
func (m Mixture) random(operation string, nth int) *rand.Rand {
	hash := fnv.New64a()
	fmt.Fprintf(hash, "%s %d", operation, nth)
	return rand.New(rand.NewPCG(m.Seed, hash.Sum64()))
}

// draw returns the fault of a call, or none. Its pauses are long enough to notice, and short enough
// for the patience of every client.
func (m Mixture) draw(random *rand.Rand) (f Fault) {
	if random.Float64() >= m.Rate {
		return f
	}
	kinds := m.Kinds
	if len(kinds) == 0 {
		kinds = slices.DeleteFunc(FaultKinds(), func(k FaultKind) bool { return k == FaultRefuse })
	}
	f.Kind = kinds[random.IntN(len(kinds))]
	after, kind := random.IntN(2) == 1, faultKinds[f.Kind]
	f.AfterWork = after && !kind.keepsAnswer && !kind.undone
	switch f.Kind {
	case FaultThrottle:
		f.RetryAfter = time.Duration(random.Int64N(int64(3 * time.Second)))
	case FaultLatency:
		f.Jitter = 5 * time.Second
	}
	return f
}
