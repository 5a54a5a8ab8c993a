package pki

import (
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"math/big"
)

// serialBits is the length of the serial numbers made here: well over the 64
// bits of randomness in common use, and within the 20 octets of RFC 5280
// section 4.1.2.2.
const serialBits = 128

// NewSerialNumber returns a random positive serial number of at most 128 bits.
func NewSerialNumber() (*big.Int, error) {
	limit := new(big.Int).Lsh(big.NewInt(1), serialBits)
	for {
		number, err := rand.Int(rand.Reader, limit)
		if err != nil {
			return nil, &Error{Action: "make", Object: "serial number", Reason: err.Error(), Err: err}
		}
		if number.Sign() > 0 {
			return number, nil
		}
	}
}

// SerialNumber is a certificate's serial number as text: lower-case hex, two digits
// for each octet, without leading zero octets.
func SerialNumber(certificate *x509.Certificate) string {
	return serialString(certificate.SerialNumber)
}

// serialString is a serial number in lower-case hex, two digits for each octet
// as OpenSSL prints it: "0f", "00" for zero.
func serialString(number *big.Int) string {
	if number.Sign() == 0 {
		return "00"
	}
	return fmt.Sprintf("%x", number.Bytes())
}
