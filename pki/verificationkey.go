package pki

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"

	"go.step.sm/crypto/keyutil"
)

// NewVerificationKey makes a key pair for a verification certificate, RSA 2048 for
// an RSA CA and P-256 for an EC one as in the vendor's procedure, and returns only
// the public half. The CA signs the certificate, so nothing ever needs the private
// half; it is dropped here, because whoever holds it together with the
// certificate can pose as a device.
func NewVerificationKey(ca *CA) (crypto.PublicKey, error) {
	kind, curve, size := "EC", "P-256", 0
	if _, ok := ca.Certificate.PublicKey.(*rsa.PublicKey); ok {
		kind, curve, size = "RSA", "", 2048
	}
	pair, err := keyutil.GenerateSigner(kind, curve, size)
	if err == nil {
		var public crypto.PublicKey
		if public, err = publicHalf(pair); err == nil {
			return public, nil
		}
	}
	return nil, &Error{Action: "make", Object: "verification key", Reason: err.Error(), Err: err}
}

// publicHalf copies the public key. What Public returns points into the private
// key and would keep all of it in memory.
func publicHalf(pair crypto.Signer) (crypto.PublicKey, error) {
	der, err := x509.MarshalPKIXPublicKey(pair.Public())
	if err != nil {
		return nil, err
	}
	return x509.ParsePKIXPublicKey(der)
}
