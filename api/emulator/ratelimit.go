package emulator

import (
	"net"
	"time"
)

// The limits of the service, by the vendor's page on them. Invented: rate-limits.
const (
	operationLimit = 500 // calls a second of a user, for each operation
	addressLimit   = 300 // calls a second from an address, over all operations
	blockedFor     = time.Minute
)

// rateLimits enforces limits of calls a second, by address, by user and operation, or by user.
type rateLimits struct {
	ofAddresses, ofOperations, ofUsers int // 0: no limit
	callers                            map[string]caller
}

// rateLimits returns the limits set by the options.
func (o Options) rateLimits() rateLimits {
	l := rateLimits{ofUsers: o.Quota, callers: make(map[string]caller)}
	if o.RateLimit {
		l.ofAddresses, l.ofOperations = addressLimit, operationLimit
	}
	return l
}

// A caller is an address, a user of an operation, or a user.
type caller struct {
	second       time.Time // the second being counted
	calls        int
	blockedUntil time.Time // of an address
}

// count returns the caller after one more call.
func (l rateLimits) count(who string, now time.Time) caller {
	from := l.callers[who]
	if now.Sub(from.second).Abs() >= time.Second {
		from.second, from.calls = now, 0
	}
	from.calls++
	l.callers[who] = from
	return from
}

// ofAddress refuses a call from an address over its limit, and then every call from the address for
// a while.
func (l rateLimits) ofAddress(remote string, now time.Time) *refusal {
	if l.ofAddresses == 0 {
		return nil
	}
	address, _, _ := net.SplitHostPort(remote) // "" without a socket
	from := l.count(address, now)
	if from.calls > l.ofAddresses && now.After(from.blockedUntil) {
		from.blockedUntil = now.Add(blockedFor)
		l.callers[address] = from
	}
	if now.Before(from.blockedUntil) {
		return &refusal{code: "Throttling", reason: "the address is blocked"}
	}
	return nil
}

// ofUser refuses a call of a user over the limit of the operation or of all operations.
func (l rateLimits) ofUser(c *call) *refusal {
	id := c.credential.AccessKeyID
	if l.ofOperations > 0 && l.count(id+" "+c.operation, c.now).calls > l.ofOperations {
		return &refusal{code: "Throttling.User", reason: "too many calls of the operation in a second"}
	}
	if l.ofUsers > 0 && l.count("user "+id, c.now).calls > l.ofUsers {
		return &refusal{code: "Throttling.User", reason: "too many calls of the user in a second"}
	}
	return nil
}
