package emulator

import (
	"crypto/hmac"
	"crypto/subtle"
	"net/http"
	"time"
)

// clockTolerance is how far a request's timestamp may lie from the service's clock, either way. The vendor's page on the V3 signature:
// the value of x-acs-date is valid for 15 minutes.
const clockTolerance = 15 * time.Minute

// timestampLayout is the form of x-acs-date: UTC, to the second, and no other zone.
const timestampLayout = "2006-01-02T15:04:05Z"

// authenticate decides whether a request comes from the holder of a known credential, now, and for the first time.
//
// Invented: the order of the checks. The nonce comes last, so that a request which proves nothing can use up no nonce.
func (s *Service) authenticate(c *call, r *http.Request, body []byte) *refusal {
	claim, ok := parseAuthorization(r.Header.Get("Authorization"))
	nonce := r.Header.Get("x-acs-signature-nonce")
	if !ok || nonce == "" {
		return refuse(incompleteSignature)
	}
	credential, ok := s.credentials[claim.accessKeyID]
	if !ok {
		return refuse(invalidAccessKeyIDNotFound)
	}
	timestamp, refused := checkTimestamp(r.Header.Get("x-acs-date"), c.now)
	if refused != nil {
		return refused
	}
	if refused := checkSignature(claim, credential.AccessKeySecret, r, c.parameters, body); refused != nil {
		return refused
	}
	if refused := checkToken(credential, r.Header.Get("x-acs-security-token")); refused != nil {
		return refused
	}
	if !s.nonces.use(credential.AccessKeyID, nonce, timestamp, c.now) {
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

// checkSignature compares the claimed signature with one computed from the request as it arrived.
func checkSignature(claim authorization, secret string, r *http.Request, query parameters, body []byte) *refusal {
	bodyHash := hexSHA256(body)
	canonical := canonicalRequest(r, query, claim.signedHeaders, bodyHash)
	expected := signature(secret, stringToSign(canonical))
	matches := hmac.Equal([]byte(expected), []byte(claim.signature))
	if !matches || !claim.covers(r.Header) || r.Header.Get("x-acs-content-sha256") != bodyHash {
		// The real gateway's message repeats what it computed from, the security token included. A client must not print it.
		return refusef(signatureDoesNotMatch, "server stringToSign is [%s], server canonicalRequest is [%s]",
			stringToSign(canonical), canonical)
	}
	return nil
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
