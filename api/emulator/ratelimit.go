package emulator

import (
	"net"
	"time"
)

// The limits of the service, by the vendor's page on them. Invented: rate-limits.
const (
	userLimit    = 500 // calls a second of a user, for each operation
	addressLimit = 300 // calls a second from an address, over all operations
	blockedFor   = time.Minute
)

// rateLimits enforces the limits of the service, by address, or user and operation; nil:
// there are none.
type rateLimits map[string]*caller

// A caller is an address, or a user of an operation.
type caller struct {
	second       time.Time // in which calls are counted now
	calls        int
	blockedUntil time.Time // of an address
}

// count counts a call. It returns its caller, and whether the call is beyond the limit.
func (l rateLimits) count(who string, limit int, now time.Time) (from *caller, over bool) {
	from, ok := l[who]
	if !ok {
		from = new(caller)
		l[who] = from
	}
	if now.Sub(from.second).Abs() >= time.Second {
		from.second, from.calls = now, 0
	}
	from.calls++
	return from, from.calls > limit
}

// ofAddress refuses a call from an address that has called too often, and every call from
// there for a while.
func (l rateLimits) ofAddress(remote string, now time.Time) *refusal {
	if l == nil {
		return nil
	}
	address, _, err := net.SplitHostPort(remote)
	if err != nil {
		address = remote
	}
	from, over := l.count(address, addressLimit, now)
	if over && now.After(from.blockedUntil) {
		from.blockedUntil = now.Add(blockedFor)
	}
	if now.Before(from.blockedUntil) {
		return refuse("Throttling").because("the address is blocked")
	}
	return nil
}

// ofUser refuses a call of a user who has called the operation too often.
func (l rateLimits) ofUser(c *call) *refusal {
	if l == nil {
		return nil
	}
	if _, over := l.count(c.credential.AccessKeyID+" "+c.operation, userLimit, c.now); over {
		return refuse("Throttling.User").because("too many calls of the operation in a second")
	}
	return nil
}
