package emulator

import (
	"crypto/hmac"
	"maps"
	"time"
)

// clockTolerance is the maximum difference between a timestamp and the service's clock, in either
// direction, by the vendor's page on the V3 signature.
const clockTolerance = 15 * time.Minute

// authenticate checks that the holder of a known credential sent the request, recently, and for the
// first time.
// Invented: auth-order, tokens.
func (s *Service) authenticate(c *call) *refusal {
	if !c.complete || c.nonce == "" {
		return refuse("IncompleteSignature")
	}
	var ok bool
	if c.credential, ok = s.credentials[c.accessKeyID]; !ok {
		return refuse("InvalidAccessKeyId.NotFound")
	}
	timestamp, err := time.Parse("2006-01-02T15:04:05Z", c.timestamp) // UTC, to the second
	expected := c.sign(c.credential.AccessKeySecret, c.signed)
	switch {
	case err != nil:
		return refuse("InvalidTimeStamp.Format")
	case c.now.Sub(timestamp).Abs() > clockTolerance:
		return refuse("InvalidTimeStamp.Expired")
	case !c.covered || !hmac.Equal([]byte(expected), []byte(c.signature)):
		return &refusal{code: "SignatureDoesNotMatch", detail: " " + c.explanation}
	case c.credential.SecurityToken != "" && c.token == "":
		return refuse("MissingSecurityToken")
	case c.token != c.credential.SecurityToken:
		return refuse("InvalidSecurityToken.Malformed")
	case !s.nonces.use(c.accessKeyID, c.nonce, timestamp, c.now):
		return refuse("SignatureNonceUsed")
	}
	return nil
}

// nonces holds the used nonces. Each is kept until its request would be refused for its timestamp,
// so memory is bounded.
// Invented: nonces.
type nonces struct {
	until     map[string]time.Time // by access key and nonce
	nextSweep time.Time
}

// use records a nonce and reports whether it is new.
func (n *nonces) use(accessKeyID, nonce string, timestamp, now time.Time) bool {
	if !now.Before(n.nextSweep) {
		n.nextSweep = now.Add(time.Minute)
		maps.DeleteFunc(n.until, func(_ string, until time.Time) bool { return now.After(until) })
	}
	key := accessKeyID + " " + nonce
	_, used := n.until[key]
	if !used {
		n.until[key] = timestamp.Add(clockTolerance)
	}
	return !used
}
