package emulator

import (
	"crypto/subtle"
	"time"
)

// clockTolerance is how far a request's timestamp may lie from the service's clock, either way. The vendor's page on the V3 signature:
// the value of x-acs-date is valid for 15 minutes.
const clockTolerance = 15 * time.Minute

// timestampLayout is the form of x-acs-date, and of Timestamp: UTC, to the second, and no other zone.
const timestampLayout = "2006-01-02T15:04:05Z"

// authenticate decides whether a request comes from the holder of a known credential, now, and for the first time.
//
// Invented: the order of the checks. The nonce comes last, so that a request which proves nothing can use up no nonce.
func (s *Service) authenticate(c *call) *refusal {
	if !c.claim.complete {
		return refuse(incompleteSignature)
	}
	var ok bool
	if c.credential, ok = s.credentials[c.claim.accessKeyID]; !ok {
		return refuse(invalidAccessKeyIDNotFound)
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
		return refuse(signatureNonceUsed)
	}
	return nil
}

func checkTimestamp(text string, now time.Time) (time.Time, *refusal) {
	timestamp, err := time.Parse(timestampLayout, text)
	if err != nil {
		return time.Time{}, refuse(invalidTimeStampFormat)
	}
	if now.Sub(timestamp).Abs() > clockTolerance {
		return time.Time{}, refuse(invalidTimeStampExpired)
	}
	return timestamp, nil
}

// checkToken holds a temporary credential to its token.
//
// Invented: that a token sent along with a plain AccessKey is refused, and that every wrong token is called malformed.
func checkToken(credential Credential, token string) *refusal {
	if credential.SecurityToken != "" && token == "" {
		return refuse(missingSecurityToken)
	}
	if subtle.ConstantTimeCompare([]byte(token), []byte(credential.SecurityToken)) != 1 {
		return refuse(invalidSecurityTokenMalformed)
	}
	return nil
}
