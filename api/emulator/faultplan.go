package emulator

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"
)

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
	if !isDoor(operation) {
		p.all++
	}
	random := p.mixture.random(operation, p.calls[operation])
	faults := slices.DeleteFunc(slices.Clone(p.faults), func(f Fault) bool { return !f.hits(operation, p.calls[operation], p.all) })
	if len(faults) == 0 && !isDoor(operation) {
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
