package pki

import (
	"crypto/rsa"
	"encoding/pem"
	"math/big"
	"strings"
)

// maxModulus bounds the work on a modulus, in bits: four times the largest in use.
const maxModulus = 16384

// repairRSA reads an RSA key (RFC 8017 appendix A.1.2) that crypto/x509 refuses: for its
// private exponent or CRT values, for an integer that lacks the octet of its sign, or for
// what stands behind it. From both primes it computes the other values anew. It returns nil
// for anything else.
func repairRSA(block *pem.Block) *rsa.PrivateKey {
	der := block.Bytes
	if info, ok := parsePrivateKeyInfo(der); ok && block.Type == "PRIVATE KEY" && info.Algorithm.Algorithm.String() == oidRSA {
		der, _ = firstDER(info.Key)
	}
	types, values := shape(der)
	if !strings.HasPrefix(types, "iiiiii") || len(values[1].Bytes) > maxModulus/8+1 {
		return nil
	}
	integer := func(i int) *big.Int { return new(big.Int).SetBytes(values[i].Bytes) }
	n, e, p, q := integer(1), integer(2), integer(4), integer(5)
	if !e.IsInt64() || new(big.Int).Mul(p, q).Cmp(n) != 0 {
		return nil
	}
	one := big.NewInt(1)
	order := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	d := new(big.Int).ModInverse(e, order)
	if d == nil {
		return nil
	}
	key := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: n, E: int(e.Int64())}, D: d, Primes: []*big.Int{p, q}}
	key.Precompute()
	if key.Validate() != nil {
		return nil
	}
	return key
}
