package pki

import (
	"fmt"
	"time"
)

const (
	// maxSerialDigits is the vendor's limit of 128 bytes on a CA's Sn, which the service
	// writes in hexadecimal.
	maxSerialDigits = 128
	// maxSerialOctets counts the octets of the DER: a leading zero keeps a number positive.
	maxSerialOctets = 20
	// minSerialBits is what random serial numbers have at least.
	minSerialBits = 64

	anotherSerial = "issue the CA certificate anew with a random serial number of 128 bits"
)

func findLongSerial(m *Material, _ time.Time) (string, string) {
	if digits := len(SerialNumber(m.Certificate)); digits > maxSerialDigits {
		return fmt.Sprintf("its serial number has %d hex digits, more than %d", digits, maxSerialDigits), anotherSerial
	}
	return "", ""
}

func findLargeSerial(m *Material, _ time.Time) (string, string) {
	if octets := m.Certificate.SerialNumber.BitLen()/8 + 1; octets > maxSerialOctets {
		return fmt.Sprintf("its serial number has %d octets, more than %d", octets, maxSerialOctets),
			"should it be refused, " + anotherSerial
	}
	return "", ""
}

func findNoSerial(m *Material, _ time.Time) (string, string) {
	switch m.Certificate.SerialNumber.Sign() {
	case 0:
		return "its serial number is zero", anotherSerial
	case -1:
		return "its serial number is negative", anotherSerial
	}
	return "", ""
}

func findShortSerial(m *Material, _ time.Time) (string, string) {
	if bits := m.Certificate.SerialNumber.BitLen(); bits < minSerialBits {
		return fmt.Sprintf("its serial number %s has fewer than %d bits", SerialNumber(m.Certificate), minSerialBits),
			"should the service refuse it as taken, " + anotherSerial
	}
	return "", ""
}
