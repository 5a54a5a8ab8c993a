package pki

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
)

// pssParams are the parameters of RSASSA-PSS (RFC 4055 section 3.1).
type pssParams struct {
	Hash    pkix.AlgorithmIdentifier `asn1:"explicit,optional,tag:0"`
	MGF     pkix.AlgorithmIdentifier `asn1:"explicit,optional,tag:1"`
	Salt    int                      `asn1:"explicit,optional,default:20,tag:2"`
	Trailer int                      `asn1:"explicit,optional,default:1,tag:3"`
}

func pssOf(algorithm pkix.AlgorithmIdentifier) (pss pssParams, ok bool) {
	return pss, algorithm.Algorithm.String() == "1.2.840.113549.1.1.10" && unmarshalAll(algorithm.Parameters.FullBytes, &pss) == nil
}

// pssDigest is the digest of a signature in RSASSA-PSS, whatever the length of its salt:
// crypto/x509 knows only that of the digest, and OpenSSL makes the longest. It is 0 if another
// digest makes the mask, as crypto/rsa has it, or for anything else.
func pssDigest(certificate *x509.Certificate) crypto.Hash {
	var algorithm, mask pkix.AlgorithmIdentifier
	p, ok := takeApart(certificate.Raw)
	if !ok || !bytes.Equal(p.algorithm, p.outer) || unmarshalAll(p.outer, &algorithm) != nil {
		return 0
	}
	pss, ok := pssOf(algorithm)
	if !ok || unmarshalAll(pss.MGF.Parameters.FullBytes, &mask) != nil || !mask.Algorithm.Equal(pss.Hash.Algorithm) {
		return 0
	}
	return map[string]crypto.Hash{"SHA256": crypto.SHA256, "SHA384": crypto.SHA384, "SHA512": crypto.SHA512}[algorithms[pss.Hash.Algorithm.String()]]
}

// verifyPSS is for signatures that crypto/x509 does not know.
func verifyPSS(certificate *x509.Certificate, key *rsa.PublicKey) error {
	digest := pssDigest(certificate)
	if digest == 0 {
		return x509.ErrUnsupportedAlgorithm
	}
	sum := digest.New()
	sum.Write(certificate.RawTBSCertificate)
	return rsa.VerifyPSS(key, digest, sum.Sum(nil), certificate.Signature, nil)
}
