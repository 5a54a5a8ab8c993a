package emulator

import (
	"math/rand/v2"
	"sync"
	"time"
)

// faultPlan decides what goes wrong with which call.
type faultPlan struct {
	mu      sync.Mutex
	faults  []Fault
	mixture Mixture
	calls   map[string]int // by operation
	all     int
}

func newFaultPlan(faults []Fault, mixture Mixture) *faultPlan {
	p := &faultPlan{}
	p.replace(faults, mixture)
	return p
}

func (p *faultPlan) replace(faults []Fault, mixture Mixture) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults, p.mixture = faults, mixture
	p.calls, p.all = make(map[string]int), 0
}

// trouble is what becomes of one call: a wait, and then perhaps a fault in place of the answer.
type trouble struct {
	Fault
	wait    time.Duration
	deliver func(*delivery)
}

// next counts a call. Of the faults that fit all delays add up, and the first that is more than latency is delivered.
func (p *faultPlan) next(operation string) trouble {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls[operation]++
	p.all++
	random := p.mixture.random(operation, p.calls[operation])
	var met trouble
	for _, f := range p.faults {
		if f.hits(operation, p.calls[operation], p.all) {
			met.meet(f, random)
		}
	}
	if met.Kind == "" {
		if f, ok := p.mixture.draw(random); ok {
			met.meet(f, random)
		}
	}
	return met
}

func (t *trouble) meet(f Fault, random *rand.Rand) {
	t.wait += f.Delay
	if f.Jitter > 0 {
		t.wait += time.Duration(random.Int64N(int64(f.Jitter) + 1))
	}
	if t.deliver == nil {
		t.Fault, t.deliver = f, deliveries[f.Kind]
	}
}
