package emulator

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
)

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
