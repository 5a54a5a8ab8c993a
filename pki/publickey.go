package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"math/big"
	"slices"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

const (
	oidRSA = "1.2.840.113549.1.1.1" // RFC 3279 section 2.3.1
	oidEC  = "1.2.840.10045.2.1"    // RFC 5480 section 2.1.1
)

// parsePublicKey reads a SubjectPublicKeyInfo, also in forms that OpenSSL takes and
// crypto/x509 does not: RSA without parameters, with numbers that look negative or are
// padded; EC points that are compressed or hybrid. It returns nil if it can't.
func parsePublicKey(spki cryptobyte.String) (crypto.PublicKey, x509.PublicKeyAlgorithm) {
	public, err := x509.ParsePKIXPublicKey(spki)
	var info, algorithm, id, key cryptobyte.String
	if err != nil && open(&info, spki) && info.ReadASN1(&algorithm, tag.SEQUENCE) && algorithm.ReadASN1(&id, tag.OBJECT_IDENTIFIER) &&
		info.ReadASN1(&key, tag.BIT_STRING) && key.Skip(1) {
		switch oidString(id) {
		case oidRSA, "2.5.8.1.1": // the older one of X.509
			public = parseRSA(key)
		case oidEC:
			public = parsePoint(algorithm, key)
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

func parseRSA(key cryptobyte.String) crypto.PublicKey {
	var modulus, exponent cryptobyte.String
	if !open(&key, key) || !key.ReadASN1(&modulus, tag.INTEGER) || !key.ReadASN1(&exponent, tag.INTEGER) {
		return nil
	}
	n, e := new(big.Int).SetBytes(modulus), new(big.Int).SetBytes(exponent)
	if n.Sign() == 0 || e.BitLen() > 31 {
		return nil
	}
	return &rsa.PublicKey{N: n, E: int(e.Int64())}
}

// parsePoint reads a point that is compressed, or hybrid: uncompressed behind another first octet.
func parsePoint(parameters, key cryptobyte.String) crypto.PublicKey {
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		if curveName(parameters) != curve.Params().Name {
			continue
		}
		point := append([]byte{4}, key[min(1, len(key)):]...)
		if x, y := elliptic.UnmarshalCompressed(curve, key); x != nil {
			size := len(key) - 1
			point = slices.Concat([]byte{4}, x.FillBytes(make([]byte, size)), y.FillBytes(make([]byte, size)))
		}
		if public, err := ecdsa.ParseUncompressedPublicKey(curve, point); err == nil {
			return public
		}
	}
	return nil
}

// curveName names the curve of EC parameters for people.
func curveName(parameters cryptobyte.String) string {
	var id cryptobyte.String
	switch {
	case parameters.PeekASN1Tag(tag.SEQUENCE):
		return strings.TrimPrefix(explicitKind, "EC ")
	case !parameters.ReadASN1(&id, tag.OBJECT_IDENTIFIER):
		return "without parameters"
	}
	if name, ok := curves[oidString(id)]; ok {
		return name
	}
	return "on the curve " + oidString(id)
}

// curves are the named curves of RFC 5480, SEC 2, RFC 5639 and GM/T 0006.
var curves = map[string]string{
	"1.2.840.10045.3.1.7": "P-256", "1.3.132.0.34": "P-384", "1.3.132.0.35": "P-521", "1.3.132.0.33": "P-224", "1.2.840.10045.3.1.1": "P-192",
	"1.3.132.0.10": "secp256k1", "1.2.156.10197.1.301": "SM2", "1.3.36.3.3.2.8.1.1.7": "brainpoolP256r1", "1.3.36.3.3.2.8.1.1.11": "brainpoolP384r1",
	"1.3.36.3.3.2.8.1.1.13": "brainpoolP512r1",
}
