package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"slices"
	"time"

	"go.step.sm/crypto/keyutil"
)

const (
	// maxExponent is the largest exponent with which crypto/rsa verifies.
	maxExponent = 1<<31 - 1
	// minVerified is the smallest modulus with which crypto/rsa verifies.
	minVerified = 1024

	adviceOfKey = "use a CA with an RSA key of 2048 bits or more, or an EC key on P-256, P-384 or P-521"
)

// fitKey returns the fault in the kind or numbers of a CA's public key, or "". The service accepts RSA
// and ECC only; the minimum size is ours.
func fitKey(public crypto.PublicKey, kind string) string {
	switch key := public.(type) {
	case *rsa.PublicKey:
		switch size := key.N.BitLen(); {
		case size < 2048:
			return fmt.Sprintf("its RSA key has %d bits, fewer than 2048", size)
		case size > maxModulus:
			return fmt.Sprintf("its RSA key has %d bits, more than OpenSSL's limit of %d", size, maxModulus)
		case key.E < 3 || key.E%2 == 0 || key.E > maxExponent:
			return fmt.Sprintf("its RSA key has the public exponent %d; it must be odd, and from 3 to %d", key.E, maxExponent)
		}
		return ""
	case *ecdsa.PublicKey:
		if slices.Contains([]string{"P-256", "P-384", "P-521"}, key.Curve.Params().Name) {
			return ""
		}
	}
	return unfitKind(kind, "RSA nor EC P-256, P-384 or P-521")
}

func unfitKind(kind, fit string) string {
	if kind == unreadRSA {
		return "its RSA key has a public exponent of more than 63 bits, or unreadable numbers"
	}
	return "its key is " + kind + ", which is neither " + fit
}

// samePublicKey reports whether a and b are the same public key. It is false for other values.
func samePublicKey(a, b crypto.PublicKey) bool { return keyutil.Equal(a, b) }

const (
	explicitKind     = "EC with explicit parameters"
	explicitFault    = "its key is " + explicitKind + ", which few parsers read"
	adviceOfExplicit = "reissue the CA certificate with a named curve; the key can stay the same: openssl ec -in ca.key -param_enc named_curve -out named.key"
)

func findUnfitKey(m *Material, _ time.Time) (string, string) {
	kind := certificateKeyKind(m.Certificate)
	if kind == explicitKind {
		return explicitFault, adviceOfExplicit
	}
	return fitKey(m.Certificate.PublicKey, kind), adviceOfKey
}

// oddScheme names a signature algorithm rarely used by CAs. Another rule reports weak digests.
func oddScheme(certificate *x509.Certificate) string {
	switch a := certificate.SignatureAlgorithm; a {
	case x509.UnknownSignatureAlgorithm:
		return unverified(certificate)
	case x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS:
		return fmt.Sprintf("it is signed with RSASSA-PSS (%s)", a)
	case x509.PureEd25519, x509.DSAWithSHA1, x509.DSAWithSHA256:
		return fmt.Sprintf("it is signed with %s", a)
	}
	return ""
}

func unverified(certificate *x509.Certificate) string {
	p, ok := takeApart(certificate.Raw)
	_, isRSA := certificate.PublicKey.(*rsa.PublicKey)
	switch name, pss := signatureOf(certificate); {
	case ok && !p.oneAlgorithm():
		return "its two signature algorithm fields differ"
	case isRSA && pss != 0:
		return "it is signed with " + name
	case name != unknownKind:
		return "it is signed with " + name + ", which mqttca does not verify"
	}
	return "the algorithm of its signature is unknown"
}

const proofKeyAdvice = "make it with an RSA key of 2048 bits or an EC key on P-256"

func findOddProofKey(m *Material, _ time.Time) (string, string) {
	switch m.Verification.PublicKey.(type) {
	case *rsa.PublicKey, *ecdsa.PublicKey:
		return "", ""
	}
	return unfitKind(certificateKeyKind(m.Verification), "RSA nor EC"), proofKeyAdvice
}

func findWeakProofKey(m *Material, at time.Time) (string, string) {
	odd, _ := findOddProofKey(m, at)
	return when(odd == "", fitKey(m.Verification.PublicKey, certificateKeyKind(m.Verification)), proofKeyAdvice)
}
