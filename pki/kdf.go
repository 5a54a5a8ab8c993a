package pki

import (
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"hash"

	"golang.org/x/crypto/scrypt"
)

const (
	// maxRounds of a key derivation take about a second. OpenSSL uses 2048; common advice for
	// passwords is under a million.
	maxRounds = 2_000_000
	// maxScrypt is the maximum of N·r·p: 256 MiB, about a second. OpenSSL uses a sixteenth.
	maxScrypt = 1 << 21
	// maxScryptFactor is the maximum of r and of p; tools use 8 and 1. With a small N and a large
	// r, scrypt takes several times the memory suggested by the product.
	maxScryptFactor = 64
)

const (
	oidPBKDF2 = "1.2.840.113549.1.5.12"
	oidScrypt = "1.3.6.1.4.1.11591.4.11"
)

// pbkdf2Params is RFC 8018 appendix A.2. The salt is an OCTET STRING; no tool uses the alternative.
type pbkdf2Params struct {
	Salt      []byte
	Rounds    int
	KeyLength int                      `asn1:"optional"`
	Function  pkix.AlgorithmIdentifier `asn1:"optional"`
}

// scryptParams is RFC 7914 section 7.
type scryptParams struct {
	Salt      []byte
	N, R, P   int64
	KeyLength int `asn1:"optional"`
}

// A derivation derives a key of the given length from a password.
type derivation func(password string, length int) ([]byte, error)

// parseDerivation returns the derivation with these parameters, or the reason for refusing it.
func parseDerivation(algorithm pkix.AlgorithmIdentifier) (derivation, string) {
	params, known := map[string]interface{ derivation() (derivation, string) }{oidPBKDF2: &pbkdf2Params{}, oidScrypt: &scryptParams{}}[algorithm.Algorithm.String()]
	if !known {
		return nil, fmt.Sprintf("its password-based key derivation %s is not supported: use PBKDF2 or scrypt", algorithm.Algorithm)
	}
	if !unmarshalAll(algorithm.Parameters.FullBytes, params) {
		return nil, "the parameters of its encryption can't be read"
	}
	return params.derivation()
}

func (p pbkdf2Params) derivation() (derivation, string) {
	if p.Rounds < 1 || p.Rounds > maxRounds {
		return nil, fmt.Sprintf("its encryption needs %d rounds of key derivation; 1 to %d are accepted", p.Rounds, maxRounds)
	}
	function, known := hashes[p.Function.Algorithm.String()]
	if !known {
		return nil, fmt.Sprintf("its PBKDF2 function %s is not supported: use HMAC with SHA-1, SHA-256, SHA-384 or SHA-512", p.Function.Algorithm)
	}
	return func(password string, length int) ([]byte, error) {
		return pbkdf2.Key(function, password, p.Salt, p.Rounds, length)
	}, ""
}

// hashes are the supported hashes of PBKDF2's HMAC (RFC 8018 appendix B.1).
var hashes = map[string]func() hash.Hash{
	"":                    sha1.New, // the default
	"1.2.840.113549.2.7":  sha1.New,
	"1.2.840.113549.2.9":  sha256.New,
	"1.2.840.113549.2.10": sha512.New384,
	"1.2.840.113549.2.11": sha512.New,
}

func (p scryptParams) derivation() (derivation, string) {
	// Each factor is bounded before the multiplication: the product can't overflow.
	if p.N < 2 || p.R < 1 || p.P < 1 || p.N > maxScrypt || max(p.R, p.P) > maxScryptFactor || p.N*p.R*p.P > maxScrypt {
		return nil, fmt.Sprintf("its scrypt parameters N %d, r %d and p %d are out of range: their product is 2 to %d, r and p are at most %d", p.N, p.R, p.P, maxScrypt, maxScryptFactor)
	}
	return func(password string, length int) ([]byte, error) {
		return scrypt.Key([]byte(password), p.Salt, int(p.N), int(p.R), int(p.P), length)
	}, ""
}

// unmarshalAll reports whether asn1.Unmarshal reads the whole of der.
func unmarshalAll(der []byte, value any) bool {
	rest, err := asn1.Unmarshal(der, value)
	return err == nil && len(rest) == 0
}
