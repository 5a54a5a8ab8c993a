package cmd

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"mqttca/cmd/terminal"

	"mqttca/pki"
)

// A bundle is what sign --bundle-out writes and submit --bundle reads: the request with what
// an offline host made of it. It holds no secret.
type bundle struct {
	Format                  string         `json:"format"`
	Request                 signingRequest `json:"request"`
	CACertificate           string         `json:"ca_certificate"`           // PEM
	CASHA256                string         `json:"ca_sha256"`                // of the DER
	VerificationCertificate string         `json:"verification_certificate"` // PEM
	VerificationSHA256      string         `json:"verification_sha256"`      // of the DER
}

const bundleFormat = "mqttca-bundle/1"

func newBundle(request signingRequest, ca *pki.CA, verification *x509.Certificate) bundle {
	return bundle{
		Format:                  bundleFormat,
		Request:                 request,
		CACertificate:           ca.PEM(),
		CASHA256:                ca.SHA256(),
		VerificationCertificate: pki.EncodeCertificate(verification),
		VerificationSHA256:      fingerprint(verification),
	}
}

func fingerprint(certificate *x509.Certificate) string {
	sum := sha256.Sum256(certificate.Raw)
	return hex.EncodeToString(sum[:])
}

// open checks that all parts of a bundle fit together, and that the verification
// certificate is good at the given time, and gives them.
func (b bundle) open(at time.Time) (*pki.Proof, error) {
	if b.Format != bundleFormat {
		return nil, fmt.Errorf("its format is %q, not %q", b.Format, bundleFormat)
	}
	if err := b.Request.check(); err != nil {
		return nil, fmt.Errorf("the request in it: %w", err)
	}
	proof, err := pki.ParseProof(b.CACertificate, b.VerificationCertificate, b.Request.RegistrationCode, at)
	switch {
	case err != nil:
		return nil, err
	case proof.CA.SHA256() != b.CASHA256:
		return nil, fmt.Errorf("its CA certificate has another SHA-256 than it says")
	case fingerprint(proof.Verification) != b.VerificationSHA256:
		return nil, fmt.Errorf("its verification certificate has another SHA-256 than it says")
	}
	return proof, nil
}

// witness is what a person reads aloud and compares at each step.
func (b bundle) witness(ca *pki.CA, verification *x509.Certificate) []terminal.Field {
	return append(b.Request.witness(),
		terminal.Field{"CA subject", ca.Subject()},
		terminal.Field{"CA SHA-256", grouped(b.CASHA256)},
		terminal.Field{"verification certificate SHA-256", grouped(b.VerificationSHA256)},
		terminal.Field{"valid from", timestamp(verification.NotBefore)},
		terminal.Field{"valid until", timestamp(verification.NotAfter)},
	)
}

// grouped is a fingerprint as it is read aloud: four digits at a time.
func grouped(fingerprint string) string {
	var groups []string
	for len(fingerprint) > 4 {
		groups = append(groups, fingerprint[:4])
		fingerprint = fingerprint[4:]
	}
	return strings.Join(append(groups, fingerprint), " ")
}

// readBundle reads a bundle and opens it.
func (a *app) readBundle(path string, at time.Time) (bundle, *pki.Proof, error) {
	var b bundle
	if err := a.readDocument(path, &b); err != nil {
		return b, nil, err
	}
	proof, err := b.open(at)
	if err != nil {
		return b, nil, &fileError{"read", "bundle " + path, err, "give the file that 'mqttca sign --bundle-out' wrote, as it was written; else repeat the ceremony"}
	}
	return b, proof, nil
}
