package emulator

import (
	"crypto/subtle"
	"strings"
	"sync"
	"time"
)

// clockTolerance is how far a timestamp may lie from the service's clock, either way, by
// the vendor's page on the V3 signature.
const clockTolerance = 15 * time.Minute

// timestampLayout is the form of x-acs-date and Timestamp: UTC, to the second.
const timestampLayout = "2006-01-02T15:04:05Z"

// authenticate checks that a request comes from the holder of a known credential, now,
// and for the first time.
// Invented: auth-order.
func (s *Service) authenticate(c *call) *refusal {
	if !c.claim.complete {
		return refuse("IncompleteSignature")
	}
	var ok bool
	if c.credential, ok = s.credentials[c.claim.accessKeyID]; !ok {
		return refuse("InvalidAccessKeyId.NotFound")
	}
	timestamp, refused := checkTimestamp(c.claim.timestamp, c.now)
	if refused != nil {
		return refused
	}
	if refused := c.claim.verify(c.credential.AccessKeySecret); refused != nil {
		return refused
	}
	if refused := checkToken(c.credential, c.claim.token); refused != nil {
		return refused
	}
	if !s.nonces.use(c.credential.AccessKeyID, c.claim.nonce, timestamp, c.now) {
		return refuse("SignatureNonceUsed")
	}
	return nil
}

func checkTimestamp(text string, now time.Time) (time.Time, *refusal) {
	timestamp, err := time.Parse(timestampLayout, text)
	if err != nil {
		return time.Time{}, refuse("InvalidTimeStamp.Format")
	}
	if now.Sub(timestamp).Abs() > clockTolerance {
		return time.Time{}, refuse("InvalidTimeStamp.Expired")
	}
	return timestamp, nil
}

// checkToken compares the token of a request with the credential's.
// Invented: tokens.
func checkToken(credential Credential, token string) *refusal {
	if credential.SecurityToken != "" && token == "" {
		return refuse("MissingSecurityToken")
	}
	if subtle.ConstantTimeCompare([]byte(token), []byte(credential.SecurityToken)) != 1 {
		return refuse("InvalidSecurityToken.Malformed")
	}
	return nil
}

// sweepInterval is how often old nonces are forgotten.
const sweepInterval = time.Minute

type nonceKey struct{ accessKeyID, nonce string }

// The nonces are those that were used. Each is kept for as long as the timestamp of the
// same request could pass again; after that the timestamp alone refuses it, so that memory
// is bounded.
// Invented: nonces.
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
