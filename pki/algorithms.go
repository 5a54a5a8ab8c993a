package pki

import (
	"cmp"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
)

// signatureName names the algorithm of a certificate's signature in the manner of crypto/x509,
// and names more of them: "ECDSA-SHA256", "SHA224-RSA".
func signatureName(certificate *x509.Certificate) string {
	var algorithm pkix.AlgorithmIdentifier
	if certificate.SignatureAlgorithm != x509.UnknownSignatureAlgorithm {
		return certificate.SignatureAlgorithm.String()
	}
	if p, ok := takeApart(certificate.Raw); !ok || unmarshalAll(p.outer, &algorithm) != nil {
		return unknownKind
	}
	pss := struct { // RFC 4055 section 3.1
		Hash    pkix.AlgorithmIdentifier `asn1:"explicit,optional,tag:0"`
		MGF     pkix.AlgorithmIdentifier `asn1:"explicit,optional,tag:1"`
		Salt    int                      `asn1:"explicit,optional,default:20,tag:2"`
		Trailer int                      `asn1:"explicit,optional,default:1,tag:3"`
	}{}
	id := algorithm.Algorithm.String()
	if id != "1.2.840.113549.1.1.10" || unmarshalAll(algorithm.Parameters.FullBytes, &pss) != nil {
		return cmp.Or(algorithms[id], unknownKind)
	}
	hash := cmp.Or(algorithms[pss.Hash.Algorithm.String()], "SHA1") // if none is given, too
	return fmt.Sprintf("%s-RSAPSS with a salt of %d octets", hash, pss.Salt)
}

// algorithms are signature algorithms that crypto/x509 does not know, and digests of RSASSA-PSS:
// RFC 4055, RFC 5758, RFC 9688, RFC 9814, FIPS 204, GM/T 0006, NIST's register of algorithms.
var algorithms = map[string]string{
	"1.2.840.113549.1.1.2": "MD2-RSA", "1.2.840.113549.1.1.3": "MD4-RSA", "1.3.36.3.3.1.2": "RIPEMD160-RSA",
	"1.2.840.113549.1.1.14": "SHA224-RSA", "1.2.840.113549.1.1.15": "SHA512/224-RSA", "1.2.840.113549.1.1.16": "SHA512/256-RSA",
	"1.2.840.10045.4.3.1": "ECDSA-SHA224", "2.16.840.1.101.3.4.3.1": "DSA-SHA224", "1.3.101.113": "Ed448", "1.2.156.10197.1.501": "SM2-SM3",
	"2.16.840.1.101.3.4.3.9": "ECDSA-SHA3-224", "2.16.840.1.101.3.4.3.10": "ECDSA-SHA3-256",
	"2.16.840.1.101.3.4.3.11": "ECDSA-SHA3-384", "2.16.840.1.101.3.4.3.12": "ECDSA-SHA3-512",
	"2.16.840.1.101.3.4.3.13": "SHA3-224-RSA", "2.16.840.1.101.3.4.3.14": "SHA3-256-RSA",
	"2.16.840.1.101.3.4.3.15": "SHA3-384-RSA", "2.16.840.1.101.3.4.3.16": "SHA3-512-RSA",
	"2.16.840.1.101.3.4.3.17": "ML-DSA-44", "2.16.840.1.101.3.4.3.18": "ML-DSA-65", "2.16.840.1.101.3.4.3.19": "ML-DSA-87",
	"2.16.840.1.101.3.4.2.1": "SHA256", "2.16.840.1.101.3.4.2.2": "SHA384", "2.16.840.1.101.3.4.2.3": "SHA512", "2.16.840.1.101.3.4.2.4": "SHA224",
	"2.16.840.1.101.3.4.2.5": "SHA512/224", "2.16.840.1.101.3.4.2.6": "SHA512/256", "2.16.840.1.101.3.4.2.7": "SHA3-224",
	"2.16.840.1.101.3.4.2.8": "SHA3-256", "2.16.840.1.101.3.4.2.9": "SHA3-384", "2.16.840.1.101.3.4.2.10": "SHA3-512",
}
