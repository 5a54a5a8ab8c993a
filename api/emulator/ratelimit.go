package emulator

import (
	"net"
	"sync"
	"time"
)

// The limits of the service, by the vendor's page on them. Invented: rate-limits.
const (
	userLimit    = 500 // calls a second of a user, for each operation
	addressLimit = 300 // calls a second from an address, over all operations
	blockedFor   = time.Minute
)

// rateLimits enforces the limits of the service; nil: there are none.
type rateLimits struct {
	mu      sync.Mutex
	calls   map[string]*second   // by user and operation, or address
	blocked map[string]time.Time // by address, until when
}

func newRateLimits() *rateLimits {
	return &rateLimits{calls: make(map[string]*second), blocked: make(map[string]time.Time)}
}

// A second counts the calls of one second.
type second struct {
	start time.Time
	count int
}

// over counts a call and reports whether it is beyond the limit.
func (l *rateLimits) over(who string, limit int, now time.Time) bool {
	s, ok := l.calls[who]
	if !ok || now.Sub(s.start).Abs() >= time.Second {
		s = &second{start: now}
		l.calls[who] = s
	}
	s.count++
	return s.count > limit
}

// ofAddress refuses a call from an address that has called too often, and every call from
// there for a while.
func (l *rateLimits) ofAddress(remote string, now time.Time) *refusal {
	if l == nil {
		return nil
	}
	address, _, err := net.SplitHostPort(remote)
	if err != nil {
		address = remote
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over(address, addressLimit, now) && now.After(l.blocked[address]) {
		l.blocked[address] = now.Add(blockedFor)
	}
	if now.Before(l.blocked[address]) {
		return refuse("Throttling").because("the address is blocked")
	}
	return nil
}

// ofUser refuses a call of a user who has called the operation too often.
func (l *rateLimits) ofUser(c *call) *refusal {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over(c.credential.AccessKeyID+" "+c.claim.operation, userLimit, c.now) {
		return refuse("Throttling.User").because("too many calls of the operation in a second")
	}
	return nil
}
