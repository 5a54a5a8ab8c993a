package pki

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
)

const (
	oidRSA = "1.2.840.113549.1.1.1" // RFC 3279 section 2.3.1
	oidEC  = "1.2.840.10045.2.1"    // RFC 5480 section 2.1.1
)

// parsePublicKey reads a SubjectPublicKeyInfo, also in forms which OpenSSL accepts and crypto/x509
// refuses: RSA without parameters, or with padded or seemingly negative numbers; compressed or
// hybrid EC points. It returns nil for others.
func parsePublicKey(spki []byte) (crypto.PublicKey, x509.PublicKeyAlgorithm) {
	public, err := x509.ParsePKIXPublicKey(spki)
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	if err != nil && unmarshalAll(spki, &info) {
		switch info.Algorithm.Algorithm.String() {
		case oidRSA, "2.5.8.1.1": // the older RSA identifier of X.509
			public = parseRSA(info.Key.Bytes)
		case oidEC:
			public = parsePoint(curveName(info.Algorithm.Parameters.FullBytes), info.Key.Bytes)
		}
	}
	switch public.(type) {
	case *rsa.PublicKey:
		return public, x509.RSA
	case *ecdsa.PublicKey:
		return public, x509.ECDSA
	}
	return nil, x509.UnknownPublicKeyAlgorithm
}

func parseRSA(key []byte) crypto.PublicKey {
	types, values := shape(asDER(key))
	if types != "ii" {
		return nil
	}
	n, e := new(big.Int).SetBytes(values[0].Bytes), new(big.Int).SetBytes(values[1].Bytes)
	if n.Sign() == 0 || !e.IsInt64() || e.Int64() > math.MaxInt {
		return nil
	}
	return &rsa.PublicKey{N: n, E: int(e.Int64())}
}

// parsePoint reads a compressed or hybrid point. A hybrid one is uncompressed but for its prefix.
func parsePoint(name string, key []byte) crypto.PublicKey {
	curve := map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}[name]
	if curve == nil {
		return nil
	}
	point := append([]byte{4}, key[min(1, len(key)):]...)
	if x, y := elliptic.UnmarshalCompressed(curve, key); x != nil {
		size := len(key) - 1
		point = slices.Concat([]byte{4}, x.FillBytes(make([]byte, size)), y.FillBytes(make([]byte, size)))
	}
	if public, err := ecdsa.ParseUncompressedPublicKey(curve, point); err == nil {
		return public
	}
	return nil
}

func curveName(parameters []byte) string {
	var id asn1.ObjectIdentifier
	switch {
	case bytes.HasPrefix(parameters, []byte{0x30}):
		return strings.TrimPrefix(explicitKind, "EC ")
	case !unmarshalAll(parameters, &id):
		return "without parameters"
	}
	return cmp.Or(curves[id.String()], "on the curve "+id.String())
}

// curves are the named curves of RFC 5480, SEC 2, RFC 5639 and GM/T 0006.
var curves = map[string]string{
	"1.2.840.10045.3.1.7": "P-256", "1.3.132.0.34": "P-384", "1.3.132.0.35": "P-521", "1.3.132.0.33": "P-224", "1.2.840.10045.3.1.1": "P-192",
	"1.3.132.0.10": "secp256k1", "1.2.156.10197.1.301": "SM2", "1.3.36.3.3.2.8.1.1.7": "brainpoolP256r1", "1.3.36.3.3.2.8.1.1.11": "brainpoolP384r1",
	"1.3.36.3.3.2.8.1.1.13": "brainpoolP512r1",
}

// signatureOf names the signature algorithm of a certificate in the style of crypto/x509, and knows
// more of them: "ECDSA-SHA256", "SHA224-RSA". It also returns the digest of an RSASSA-PSS signature
// whose salt has a length unknown to crypto/x509, such as OpenSSL's default, the longest. pss is 0 if
// the mask has another digest, since crypto/rsa uses one digest for both.
func signatureOf(certificate *x509.Certificate) (name string, pss crypto.Hash) {
	if certificate.SignatureAlgorithm != x509.UnknownSignatureAlgorithm {
		return certificate.SignatureAlgorithm.String(), 0
	}
	var algorithm, mask pkix.AlgorithmIdentifier
	var params pssParams
	p, ok := takeApart(certificate.Raw)
	if !ok || !unmarshalAll(p.Algorithm.FullBytes, &algorithm) {
		return unknownKind, 0
	}
	id := algorithm.Algorithm.String()
	if id != "1.2.840.113549.1.1.10" || !unmarshalAll(algorithm.Parameters.FullBytes, &params) {
		return cmp.Or(algorithms[id], unknownKind), 0
	}
	hash := cmp.Or(algorithms[params.Hash.Algorithm.String()], "SHA1") // also the default
	if p.oneAlgorithm() && unmarshalAll(params.MGF.Parameters.FullBytes, &mask) && mask.Algorithm.Equal(params.Hash.Algorithm) {
		pss = map[string]crypto.Hash{"SHA256": crypto.SHA256, "SHA384": crypto.SHA384, "SHA512": crypto.SHA512}[hash]
	}
	return fmt.Sprintf("%s-RSAPSS with a salt of %d octets", hash, params.Salt), pss
}

// algorithms are key and signature algorithms unknown to crypto/x509, and digests of RSASSA-PSS:
// RFC 3279, RFC 4055, RFC 5758, RFC 8410, RFC 9688, RFC 9814, FIPS 204, GM/T 0006, NIST's register.
var algorithms = map[string]string{
	"1.2.840.113549.1.1.2": "MD2-RSA", "1.2.840.113549.1.1.3": "MD4-RSA", "1.3.36.3.3.1.2": "RIPEMD160-RSA",
	"1.2.840.113549.1.1.14": "SHA224-RSA", "1.2.840.113549.1.1.15": "SHA512/224-RSA", "1.2.840.113549.1.1.16": "SHA512/256-RSA",
	"1.2.840.10045.4.3.1": "ECDSA-SHA224", "2.16.840.1.101.3.4.3.1": "DSA-SHA224", "1.3.101.110": "X25519", "1.3.101.112": "Ed25519", "1.3.101.113": "Ed448",
	"1.2.840.10040.4.1": "DSA", "1.2.840.113549.1.1.10": "RSASSA-PSS", "1.2.156.10197.1.501": "SM2-SM3",
	"2.16.840.1.101.3.4.3.9": "ECDSA-SHA3-224", "2.16.840.1.101.3.4.3.10": "ECDSA-SHA3-256",
	"2.16.840.1.101.3.4.3.11": "ECDSA-SHA3-384", "2.16.840.1.101.3.4.3.12": "ECDSA-SHA3-512",
	"2.16.840.1.101.3.4.3.13": "SHA3-224-RSA", "2.16.840.1.101.3.4.3.14": "SHA3-256-RSA",
	"2.16.840.1.101.3.4.3.15": "SHA3-384-RSA", "2.16.840.1.101.3.4.3.16": "SHA3-512-RSA",
	"2.16.840.1.101.3.4.3.17": "ML-DSA-44", "2.16.840.1.101.3.4.3.18": "ML-DSA-65", "2.16.840.1.101.3.4.3.19": "ML-DSA-87",
	"2.16.840.1.101.3.4.2.1": "SHA256", "2.16.840.1.101.3.4.2.2": "SHA384", "2.16.840.1.101.3.4.2.3": "SHA512", "2.16.840.1.101.3.4.2.4": "SHA224",
	"2.16.840.1.101.3.4.2.5": "SHA512/224", "2.16.840.1.101.3.4.2.6": "SHA512/256", "2.16.840.1.101.3.4.2.7": "SHA3-224",
	"2.16.840.1.101.3.4.2.8": "SHA3-256", "2.16.840.1.101.3.4.2.9": "SHA3-384", "2.16.840.1.101.3.4.2.10": "SHA3-512",
}

// pssParams are the parameters of RSASSA-PSS (RFC 4055 section 3.1).
type pssParams struct {
	Hash    pkix.AlgorithmIdentifier `asn1:"explicit,optional,tag:0"`
	MGF     pkix.AlgorithmIdentifier `asn1:"explicit,optional,tag:1"`
	Salt    int                      `asn1:"explicit,optional,default:20,tag:2"`
	Trailer int                      `asn1:"explicit,optional,default:1,tag:3"`
}

// verifyPSS verifies RSASSA-PSS signatures unknown to crypto/x509.
func verifyPSS(certificate *x509.Certificate, key *rsa.PublicKey) error {
	_, digest := signatureOf(certificate)
	if digest == 0 {
		return x509.ErrUnsupportedAlgorithm
	}
	sum := digest.New()
	sum.Write(certificate.RawTBSCertificate)
	return rsa.VerifyPSS(key, digest, sum.Sum(nil), certificate.Signature, nil)
}
