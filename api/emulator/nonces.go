package emulator

import (
	"strings"
	"sync"
	"time"
)

// sweepInterval is how often nonces that have served are forgotten.
const sweepInterval = time.Minute

type nonceKey struct{ accessKeyID, nonce string }

// nonces remembers which signature nonces have been used, for as long as a repetition could still pass the check of its timestamp:
// the tolerance counted from that timestamp. After that the timestamp alone refuses it, so memory is bounded by the window.
//
// Invented: that nonces are told apart by access key.
type nonces struct {
	mu        sync.Mutex
	until     map[nonceKey]time.Time
	nextSweep time.Time
}

func newNonces() *nonces {
	return &nonces{until: make(map[nonceKey]time.Time)}
}

// use records a nonce and reports whether it is new.
func (n *nonces) use(accessKeyID, nonce string, timestamp, now time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sweep(now)
	// Cloned, because a header's value may hold on to the memory of the whole request.
	key := nonceKey{accessKeyID, strings.Clone(nonce)}
	if _, used := n.until[key]; used {
		return false
	}
	n.until[key] = timestamp.Add(clockTolerance)
	return true
}

func (n *nonces) sweep(now time.Time) {
	if now.Before(n.nextSweep) {
		return
	}
	n.nextSweep = now.Add(sweepInterval)
	for key, until := range n.until {
		if now.After(until) {
			delete(n.until, key)
		}
	}
}
