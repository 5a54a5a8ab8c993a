package workflow

import (
	"crypto"
	"crypto/x509"
	"runtime"
	"sync"
	"time"

	"mqttca/pki"
)

// Issue has a CA sign a code: the verification certificate for a submission. It needs
// no network.
func Issue(authority *pki.Authority, code string, validity time.Duration) (*x509.Certificate, error) {
	return issue(authority, code, validity, time.Now(), makeKey(authority.CA))
}

func issue(authority *pki.Authority, code string, validity time.Duration, now time.Time, key keyMaker) (*x509.Certificate, error) {
	publicKey, err := key()
	if err != nil {
		return nil, err
	}
	return authority.IssueVerification(pki.Template{
		Code:         code,
		PublicKey:    publicKey,
		SerialNumber: pki.NewSerialNumber(),
		Now:          now,
		Validity:     validity,
	})
}

// A keyMaker waits for a key pair that is being made and gives its public half.
type keyMaker func() (crypto.PublicKey, error)

// making holds a value for each key that is being made: no more at once than there are processors,
// or requests and interrupts would wait for them.
var making = make(chan struct{}, runtime.GOMAXPROCS(0))

// makeKey starts making a key pair at once, beside whatever the caller does next: an
// RSA one takes about as long as a request.
func makeKey(ca *pki.CA) keyMaker {
	key := sync.OnceValues(func() (crypto.PublicKey, error) {
		making <- struct{}{}
		defer func() { <-making }()
		return pki.NewVerificationKey(ca)
	})
	go key()
	return key
}
