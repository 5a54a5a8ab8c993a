package emulator

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"slices"
	"strings"
	"time"
)

const maxSerialDigits = 128 // the vendor's limit of 128 bytes on an Sn. Invented: ca-checks.

// maxModulus is OpenSSL's limit on RSA keys, in bits: longer ones take minutes. Invented: ca-keys.
const maxModulus = 16384

// parseCA reads a CA certificate and checks it without its verification certificate.
// Invented: ca-checks.
func parseCA(content string, now time.Time) (*x509.Certificate, *refusal) {
	ca, ok := parseCertificate(content)
	switch {
	case !ok:
		return nil, refuseContent("The CA certificate should be exactly one X.509 certificate in PEM.")
	case !ca.IsCA: // only BasicConstraints sets it
		return nil, refuseContent("BasicConstraints extension should be set to true in CA certificate.")
	case !isCAKey(ca):
		return nil, refuseContent("The key of the CA certificate should be RSA of 2048 bits or more, or EC on P-256, P-384 or P-521.")
	case len(new(big.Int).Abs(ca.SerialNumber).Text(16)) > maxSerialDigits:
		return nil, refuseContent("The serial number of the CA certificate is too long.")
	case !isValidAt(ca, now):
		return nil, refuseContent("The CA certificate is not within its validity period.")
	}
	return ca, nil
}

// checkVerification reads a verification certificate and checks it against the CA. Extensions are
// optional, because the vendor's OpenSSL recipe makes an X.509 v1 certificate.
// Invented: ca-checks.
func checkVerification(content string, ca *x509.Certificate, now time.Time) *refusal {
	certificate, ok := parseCertificate(content)
	switch {
	case !ok:
		return refuseContent("The verification certificate should be exactly one X.509 certificate in PEM.")
	case !bytes.Equal(certificate.RawIssuer, ca.RawSubject):
		return refuseContent("The issuer of the verification certificate is not the subject of the CA certificate.")
	case !isSignedBy(certificate, ca):
		return refuseContent("The verification certificate is not signed by the key of the CA certificate.")
	case !isRSAOrECDSA(certificate):
		return refuseContent("The key of the verification certificate should be RSA or EC.")
	case !isValidAt(certificate, now):
		return refuseContent("The verification certificate is not within its validity period.")
	}
	return nil
}

// parseCertificate reads a single PEM block, surrounded only by white space.
// Invented: pem.
func parseCertificate(content string) (*x509.Certificate, bool) {
	content = strings.TrimSpace(content)
	// pem.Decode would skip a broken block and decode the next.
	if !strings.HasPrefix(content, "-----BEGIN CERTIFICATE-----") || strings.Count(content, "-----BEGIN") != 1 {
		return nil, false
	}
	block, rest := pem.Decode([]byte(content))
	if block == nil || len(block.Headers) != 0 || len(bytes.TrimSpace(rest)) != 0 {
		return nil, false
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err == nil && certificate.Version == 3 && certificate.PublicKey != nil && len(certificate.Extensions) > 0 {
		return certificate, true
	}
	// x509 also ignores the extensions of X.509 v1 and behind an odd identifier, and keys of
	// unknown algorithms.
	if odd, ok := parseOdd(block.Bytes); ok && (err != nil || odd.IsCA) {
		return odd, true
	}
	return certificate, err == nil
}

// isSignedBy reports whether the CA's key signed the certificate. CheckSignatureFrom would also
// check the CA's extensions. CheckSignature accepts SHA-1, but nothing older.
// Invented: algorithms.
func isSignedBy(certificate, ca *x509.Certificate) bool {
	algorithm := certificate.SignatureAlgorithm
	if algorithm == x509.UnknownSignatureAlgorithm {
		return isSignedWithPSS(certificate, ca)
	}
	return algorithm != x509.SHA1WithRSA && algorithm != x509.ECDSAWithSHA1 &&
		ca.CheckSignature(algorithm, certificate.RawTBSCertificate, certificate.Signature) == nil
}

// isCAKey reports whether the service accepts a CA's key: RSA or EC, by the vendor's page.
// Invented: ca-keys.
func isCAKey(ca *x509.Certificate) bool {
	switch key := ca.PublicKey.(type) {
	case *rsa.PublicKey:
		return key.N.BitLen() >= 2048 && key.N.BitLen() <= maxModulus
	case *ecdsa.PublicKey:
		return slices.Contains([]elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()}, key.Curve)
	}
	return false
}

func isRSAOrECDSA(certificate *x509.Certificate) bool {
	switch certificate.PublicKey.(type) {
	case *rsa.PublicKey, *ecdsa.PublicKey:
		return true
	}
	return false
}

// isValidAt counts both ends as valid (RFC 5280, section 4.1.2.5).
func isValidAt(certificate *x509.Certificate, now time.Time) bool {
	return !now.Before(certificate.NotBefore) && !now.After(certificate.NotAfter)
}

// onlyCommonName returns the subject's common name, or "" unless there is exactly one. To choose
// one of several would be a guess.
// Invented: common-name.
func onlyCommonName(certificate *x509.Certificate) string {
	var found []any
	for _, attribute := range certificate.Subject.Names {
		if attribute.Type.String() == "2.5.4.3" {
			found = append(found, attribute.Value)
		}
	}
	if len(found) != 1 {
		return ""
	}
	name, _ := found[0].(string)
	return name
}

func refuseContent(reason string) *refusal {
	return &refusal{code: "CertificateContentError", reason: reason}
}

// pssDigests are the accepted digests of RSASSA-PSS.
var pssDigests = map[string]crypto.Hash{
	"2.16.840.1.101.3.4.2.1": crypto.SHA256, "2.16.840.1.101.3.4.2.2": crypto.SHA384, "2.16.840.1.101.3.4.2.3": crypto.SHA512,
}

// isSignedWithPSS verifies an RSASSA-PSS signature (RFC 4055 section 3.1) with any salt length, as
// OpenSSL does; crypto/x509 accepts only one length. Invented: algorithms.
func isSignedWithPSS(certificate, ca *x509.Certificate) bool {
	var outer struct {
		TBS       asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}
	var parameters struct {
		Hash pkix.AlgorithmIdentifier `asn1:"explicit,optional,tag:0"`
		MGF  pkix.AlgorithmIdentifier `asn1:"explicit,optional,tag:1"`
		Salt int                      `asn1:"explicit,optional,default:20,tag:2"`
	}
	key, ok := ca.PublicKey.(*rsa.PublicKey)
	if _, err := asn1.Unmarshal(certificate.Raw, &outer); err != nil || !ok || outer.Algorithm.Algorithm.String() != "1.2.840.113549.1.1.10" {
		return false
	}
	_, err := asn1.Unmarshal(outer.Algorithm.Parameters.FullBytes, &parameters)
	digest := pssDigests[parameters.Hash.Algorithm.String()]
	if err != nil || digest == 0 {
		return false
	}
	sum := digest.New()
	sum.Write(certificate.RawTBSCertificate)
	return rsa.VerifyPSS(key, digest, sum.Sum(nil), certificate.Signature, nil) == nil
}
