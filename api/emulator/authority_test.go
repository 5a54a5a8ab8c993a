package emulator_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"testing"
	"time"
)

// authority is a CA of the tests.
type authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
	pem         string
}

func ecKey(t *testing.T, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// newAuthority makes a self-signed CA; change alters the template first. A nil key is a new P-256 one.
func newAuthority(t *testing.T, key crypto.Signer, change func(*x509.Certificate)) *authority {
	t.Helper()
	if key == nil {
		key = ecKey(t, elliptic.P256())
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          serial.SetBit(serial, 120, 1),
		Subject:               pkix.Name{CommonName: "plant CA", Organization: []string{"Example"}},
		NotBefore:             epoch.Add(-time.Hour),
		NotAfter:              epoch.Add(24 * time.Hour),
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	if change != nil {
		change(template)
	}
	certificate := create(t, template, template, key.Public(), key)
	return &authority{certificate: certificate, key: key, pem: encodePEM(certificate)}
}

func (a *authority) sha256() string {
	sum := sha256.Sum256(a.certificate.Raw)
	return hex.EncodeToString(sum[:])
}

// verification signs a verification certificate for a code; change alters the template, the issuer and the key first.
func (a *authority) verification(t *testing.T, code string, change func(*verificationParts)) string {
	t.Helper()
	parts := &verificationParts{
		template: &x509.Certificate{
			SerialNumber: big.NewInt(7),
			Subject:      pkix.Name{CommonName: code},
			NotBefore:    epoch.Add(-time.Hour),
			NotAfter:     epoch.Add(time.Hour),
		},
		issuer: a.certificate,
		signer: a.key,
	}
	if change != nil {
		change(parts)
	}
	if parts.public == nil {
		parts.public = ecKey(t, elliptic.P256()).Public()
	}
	return encodePEM(create(t, parts.template, parts.issuer, parts.public, parts.signer))
}

type verificationParts struct {
	template, issuer *x509.Certificate
	public           crypto.PublicKey
	signer           crypto.Signer
}

func create(t *testing.T, template, parent *x509.Certificate, public crypto.PublicKey, signer crypto.Signer) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, signer)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func encodePEM(certificate *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}))
}
