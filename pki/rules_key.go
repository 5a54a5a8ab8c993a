package pki

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"time"

	"go.step.sm/crypto/keyutil"
)

const (
	// maxRSABits is the largest common size.
	maxRSABits = 4096
	// minExponent is the minimum of NIST FIPS 186-5; nearly all keys use it.
	minExponent = 65537
	// maxExponent is the largest exponent with which crypto/rsa verifies.
	maxExponent = 1<<31 - 1
	// minVerified is the smallest modulus with which crypto/rsa verifies.
	minVerified = 1024

	adviceOfKey = "use a CA with an RSA key of 2048 bits or more, or an EC key on P-256, P-384 or P-521"
)

// fitKey returns the fault in the kind or size of a CA's public key, or "". The service accepts RSA
// and ECC only; the minimum size is ours.
func fitKey(public crypto.PublicKey, kind string) string {
	switch key := public.(type) {
	case *rsa.PublicKey:
		switch size := key.N.BitLen(); {
		case size < 2048:
			return fmt.Sprintf("its RSA key has %d bits, fewer than 2048", size)
		case size > maxModulus:
			return fmt.Sprintf("its RSA key has %d bits, more than OpenSSL's limit of %d", size, maxModulus)
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
	adviceOfExplicit = "reissue the CA certificate with a named curve; the key may stay: openssl ec -in ca.key -param_enc named_curve -out named.key"
)

func findUnfitKey(m *Material, _ time.Time) (string, string) {
	kind := certificateKeyKind(m.Certificate)
	if kind == explicitKind {
		return explicitFault, adviceOfExplicit
	}
	return fitKey(m.Certificate.PublicKey, kind), adviceOfKey
}

// rsaExponent returns the CA key's RSA exponent, or the usual one for other kinds of keys.
func (m *Material) rsaExponent() int {
	if key, ok := m.Certificate.PublicKey.(*rsa.PublicKey); ok {
		return key.E
	}
	return minExponent
}

func findUnfitExponent(m *Material, _ time.Time) (string, string) {
	switch e := m.rsaExponent(); {
	case e < 3 || e%2 == 0:
		return fmt.Sprintf("its RSA key has the public exponent %d, which is not odd and at least 3", e), adviceOfKey
	case e > maxExponent:
		return fmt.Sprintf("its RSA key has the public exponent %d, which has more than 31 bits", e), adviceOfKey
	}
	return "", ""
}

func findSmallExponent(m *Material, _ time.Time) (string, string) {
	e := m.rsaExponent()
	return when(e >= 3 && e%2 == 1 && e < minExponent,
		fmt.Sprintf("its RSA key has the public exponent %d, less than %d", e, minExponent), "make the next CA key with the usual exponent 65537")
}

func findLargeKey(m *Material, _ time.Time) (string, string) {
	if key, ok := m.Certificate.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() > maxRSABits {
		return fmt.Sprintf("its RSA key has %d bits, more than %d", key.N.BitLen(), maxRSABits), "RSA 3072 or EC P-256 will do for a CA"
	}
	return "", ""
}

func findWeakDigest(m *Material, _ time.Time) (string, string) {
	a := m.Certificate.SignatureAlgorithm
	weak := []x509.SignatureAlgorithm{x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1}
	return when(slices.Contains(weak, a), "it is signed with "+a.String(), "have the CA certificate reissued with SHA-256; the key may stay")
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
	switch name := signatureName(certificate); {
	case ok && !bytes.Equal(p.algorithm, p.outer):
		return "the two places where it names the algorithm of its signature differ"
	case isRSA && pssDigest(certificate) != 0:
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

const adviceOfTrial = "pkcs11-tool --login --list-objects shows the permitted uses of the key"

func adviceOfPair(role string) string {
	return "give the private key that the " + certificateOf[role] + " was made for"
}

func findStrangeKey(m *Material, _ time.Time) (string, string) {
	public := m.key.signer.Public()
	if samePublicKey(m.Certificate.PublicKey, public) {
		return "", ""
	}
	kind, wanted, advice := keyKind(public), certificateKeyKind(m.Certificate), adviceOfPair(m.key.role)
	other := "does not belong to the " + certificateOf[m.key.role] + " " + quoteSubject(m.Certificate)
	switch {
	case public == nil:
		return "it " + other + ", which does not verify its trial signature", advice
	case kind == wanted:
		return "it " + other + ": both keys are " + kind + ", but different ones", advice
	}
	return "it is " + kind + " and " + other + ", whose key is " + wanted, advice
}

// findFailedTrial reports why the trial signature of a token's key failed.
func findFailedTrial(m *Material, _ time.Time) (string, string) {
	failed, ok := errors.AsType[*Error](m.key.failed)
	switch {
	case ok:
		return failed.Reason, cmp.Or(failed.Advice, adviceOfTrial)
	case m.key.failed != nil:
		return m.key.failed.Error(), adviceOfTrial
	}
	return "", ""
}

// findOpenKeyFile checks the mode of a regular file, except on Windows, which has no such bits. If
// another user owns the file, its group may read it.
func findOpenKeyFile(m *Material, _ time.Time) (string, string) {
	k, isFile := m.key.source.(keyFile)
	if !isFile || runtime.GOOS == "windows" || !k.mode.IsRegular() {
		return "", ""
	}
	open, advice := fs.FileMode(0o077), "take the permissions away: chmod 600"
	if k.lent {
		open, advice = 0o037, "have its owner take the permissions away: chmod 440"
	}
	return when(k.mode&open != 0, fmt.Sprintf("it is open to others than its owner (mode %04o)", k.mode.Perm()), advice)
}

func findOddValues(m *Material, _ time.Time) (string, string) {
	k, isFile := m.key.source.(keyFile)
	return when(isFile && k.repaired, "its RSA key has a private exponent or CRT values which do not match its primes, or numbers in an odd form",
		"export the key again from the program of its origin, and let no other program sign with this file")
}

func findNoMAC(m *Material, _ time.Time) (string, string) {
	k, isFile := m.key.source.(keyFile)
	return when(isFile && k.unsealed, "its PKCS#12 archive has no MAC", "export it again: openssl pkcs12 -export adds one")
}

func findShownPIN(m *Material, _ time.Time) (string, string) {
	k, inToken := m.key.source.(*tokenObject)
	return when(inToken && k.raw["pin-value"] != "", "its PIN is in its URI, readable for every user of this machine",
		"name a file by pin-source, or leave the PIN out to be asked; change it if others may have seen it")
}
