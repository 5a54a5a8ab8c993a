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

// pssHashes are the digests of RSASSA-PSS that are verified.
var pssHashes = map[string]crypto.Hash{
	"2.16.840.1.101.3.4.2.1": crypto.SHA256, "2.16.840.1.101.3.4.2.2": crypto.SHA384, "2.16.840.1.101.3.4.2.3": crypto.SHA512,
}

// pssDigest is the digest of a signature in RSASSA-PSS, whatever the length of its salt:
// crypto/x509 knows only that of the digest, and OpenSSL makes the longest. It is 0 if another
// digest makes the mask, as crypto/rsa has it, or for anything else.
func pssDigest(certificate *x509.Certificate) (digest crypto.Hash, salt int) {
	var algorithm, mask pkix.AlgorithmIdentifier
	p, ok := takeApart(certificate.Raw)
	if !ok || !bytes.Equal(p.algorithm, p.outer) || unmarshalAll(p.outer, &algorithm) != nil {
		return 0, 0
	}
	pss, ok := pssOf(algorithm)
	if !ok || unmarshalAll(pss.MGF.Parameters.FullBytes, &mask) != nil || !mask.Algorithm.Equal(pss.Hash.Algorithm) {
		return 0, 0
	}
	return pssHashes[pss.Hash.Algorithm.String()], max(pss.Salt, 0)
}

// verifyPSS is for signatures that crypto/x509 does not know.
func verifyPSS(certificate *x509.Certificate, key *rsa.PublicKey) error {
	digest, salt := pssDigest(certificate)
	if digest == 0 {
		return x509.ErrUnsupportedAlgorithm
	}
	sum := digest.New()
	sum.Write(certificate.RawTBSCertificate)
	return rsa.VerifyPSS(key, digest, sum.Sum(nil), certificate.Signature, &rsa.PSSOptions{SaltLength: salt})
}
