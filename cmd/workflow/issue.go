package workflow

import (
	"context"
	"crypto"
	"crypto/x509"
	"runtime"
	"time"

	"mqttca/pki"
)

// Issue has a CA sign a code: the verification certificate for a submission. It needs
// no network.
func Issue(authority *pki.Authority, code string, validity time.Duration) (*x509.Certificate, error) {
	return issue(context.Background(), authority, code, validity, time.Now(), makeKey(authority.CA))
}

func issue(ctx context.Context, authority *pki.Authority, code string, validity time.Duration, now time.Time, key keyMaker) (*x509.Certificate, error) {
	publicKey, err := key(ctx)
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

// A keyMaker waits for a key pair in the making, or for the end of the context, and returns its
// public half.
type keyMaker func(context.Context) (crypto.PublicKey, error)

// making holds a value for each key in the making. With more keys than processors, requests and
// interrupts would wait for them.
var making = make(chan struct{}, runtime.GOMAXPROCS(0))

// makeKey starts making a key pair in the background: an RSA key takes about as long as a request.
func makeKey(ca *pki.CA) keyMaker {
	var key crypto.PublicKey
	var err error
	made := make(chan struct{})
	go func() {
		defer close(made)
		making <- struct{}{}
		defer func() { <-making }()
		key, err = pki.NewVerificationKey(ca)
	}()
	return func(ctx context.Context) (crypto.PublicKey, error) {
		select {
		case <-made:
			return key, err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
