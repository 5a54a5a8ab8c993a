package emulator

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"
)

// Mixture makes faults at random. What the nth call of an operation meets depends on Seed, operation and n alone, whatever else is
// under way.
type Mixture struct {
	Seed uint64
	// Rate is the share of calls that meet a fault, 0 to 1.
	Rate float64
	// Kinds are the faults that it draws from. Nil: all but FaultRefuse, which is not for drawing.
	Kinds []FaultKind
}

func (m Mixture) validate() error {
	if !(m.Rate >= 0 && m.Rate <= 1) { // also where it is no number
		return fmt.Errorf("emulator: rate of faults %v is not 0 to 1", m.Rate)
	}
	if m.Kinds != nil && len(m.Kinds) == 0 {
		return errors.New("emulator: no kind of fault to draw from")
	}
	for _, kind := range m.Kinds {
		if err := kind.validate(); err != nil {
			return err
		}
		if kind == FaultRefuse {
			return fmt.Errorf("emulator: fault %s needs a code, and can't be drawn", kind)
		}
	}
	return nil
}

// drawn returns the kinds that are drawn from.
func (m Mixture) drawn() []FaultKind {
	if m.Kinds != nil {
		return m.Kinds
	}
	return slices.DeleteFunc(FaultKinds(), func(k FaultKind) bool { return k == FaultRefuse })
}

// random is the source of all chance in one call.
func (m Mixture) random(operation string, nth int) *rand.Rand {
	hash := fnv.New64a()
	fmt.Fprintf(hash, "%s %d", operation, nth)
	return rand.New(rand.NewPCG(m.Seed, hash.Sum64()))
}

// Bounds of what is drawn: beyond the patience of no client, but long enough to be noticed.
const (
	drawnDelay      = 5 * time.Second
	drawnRetryAfter = 3 * time.Second
)

// draw returns the fault of a call; ok is false where it meets none.
func (m Mixture) draw(random *rand.Rand) (f Fault, ok bool) {
	if random.Float64() >= m.Rate {
		return Fault{}, false
	}
	kinds := m.drawn()
	f.Kind = kinds[random.IntN(len(kinds))]
	if after := random.IntN(2) == 1; !f.Kind.keepsAnswer() && f.Kind != FaultThrottle && f.Kind != FaultUnavailable {
		// These two say in the service's own words that nothing was done.
		f.AfterWork = after
	}
	switch f.Kind {
	case FaultThrottle:
		f.RetryAfter = time.Duration(random.Int64N(int64(drawnRetryAfter)))
	case FaultLatency:
		f.Jitter = drawnDelay
	}
	return f, true
}
