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
type rateLimits map[string]caller

// A caller is an address, or a user of an operation.
type caller struct {
	second       time.Time // in which calls are counted now
	calls        int
	blockedUntil time.Time // of an address
}

// with returns the caller after one more call.
func (from caller) with(now time.Time) caller {
	if now.Sub(from.second).Abs() >= time.Second {
		from.second, from.calls = now, 0
	}
	from.calls++
	return from
}

// ofAddress refuses a call from an address that has called too often, and every call from
// there for a while.
func (l rateLimits) ofAddress(remote string, now time.Time) *refusal {
	if l == nil {
		return nil
	}
	address, _, _ := net.SplitHostPort(remote) // "" for a Pipe
	from := l[address].with(now)
	if from.calls > addressLimit && now.After(from.blockedUntil) {
		from.blockedUntil = now.Add(blockedFor)
	}
	l[address] = from
	if now.Before(from.blockedUntil) {
		return &refusal{code: "Throttling", reason: "the address is blocked"}
	}
	return nil
}

// ofUser refuses a call of a user who has called the operation too often.
func (l rateLimits) ofUser(c *call) *refusal {
	if l == nil {
		return nil
	}
	who := c.credential.AccessKeyID + " " + c.operation
	l[who] = l[who].with(c.now)
	if l[who].calls > userLimit {
		return &refusal{code: "Throttling.User", reason: "too many calls of the operation in a second"}
	}
	return nil
}
