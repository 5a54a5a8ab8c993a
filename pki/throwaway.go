package pki

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"time"

	"go.step.sm/crypto/keyutil"
)

// throwawayLife is the validity of a throwaway CA: long enough for a rehearsal,
// too short to be of use to anyone else.
const throwawayLife = 24 * time.Hour

// NewThrowawayAuthority makes a self-signed P-256 CA for a rehearsal. It lives in
// memory only and is valid for a day from at.
func NewThrowawayAuthority(at time.Time) (*Authority, error) {
	signer, err := keyutil.GenerateSigner("EC", "P-256", 0)
	if err != nil {
		return nil, refuseThrowaway(err)
	}
	serialNumber, err := NewSerialNumber()
	if err != nil {
		return nil, err
	}
	keyIdentifier, err := subjectKeyIdentifier(signer.Public())
	if err != nil {
		return nil, refuseThrowaway(err)
	}
	template := &x509.Certificate{
		SerialNumber:          serialNumber,
		Subject:               pkix.Name{CommonName: "mqttca rehearsal CA"},
		NotBefore:             at.Add(-backdating).UTC().Truncate(time.Second),
		NotAfter:              at.Add(throwawayLife).UTC().Truncate(time.Second),
		SignatureAlgorithm:    x509.ECDSAWithSHA256,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		SubjectKeyId:          keyIdentifier,
	}
	certificate, err := createCertificate(template, template, signer.Public(), signer)
	if err != nil {
		return nil, refuseThrowaway(err)
	}
	authority, err := NewAuthority(certificate, signer, at)
	if err != nil {
		return nil, err
	}
	authority.Warnings = nil // that it ends soon is what it is for
	return authority, nil
}

func refuseThrowaway(cause error) *Error {
	return &Error{Action: "make", Object: "throwaway CA", Reason: cause.Error(), Err: cause}
}
