package workflow

import (
	"math/big"
	"strings"

	"mqttca/api"
	"mqttca/pki"
)

// find is the CA itself in a list, nil where it is not there. Certificates are the
// same when their DER is. An entry whose certificate cannot be read has nothing but
// its Sn to go by, and the service takes no two CAs of one serial number.
func find(listed []api.CaCertificate, ca *pki.CA) *api.CaCertificate {
	for i, entry := range listed {
		certificate, err := pki.ParseCertificate(entry.CaContent)
		if err == nil && certificate.Equal(ca.Certificate) {
			return &listed[i]
		}
		if err != nil && snEqual(entry.Sn, ca.Certificate.SerialNumber) {
			return &listed[i]
		}
	}
	return nil
}

// sameSerialNumber reports whether an entry's serial number is the CA's.
func sameSerialNumber(ca *pki.CA, entry api.CaCertificate) bool {
	certificate, err := pki.ParseCertificate(entry.CaContent)
	if err != nil {
		return snEqual(entry.Sn, ca.Certificate.SerialNumber)
	}
	return certificate.SerialNumber.Cmp(ca.Certificate.SerialNumber) == 0
}

// snEqual compares the text of a serial number as a number: hexadecimal first, as the
// service writes it, else decimal; without regard to case, colons and leading zeros.
func snEqual(sn string, serial *big.Int) bool {
	digits := strings.ReplaceAll(sn, ":", "")
	for _, base := range []int{16, 10} {
		if n, ok := new(big.Int).SetString(digits, base); ok && n.Cmp(serial) == 0 {
			return true
		}
	}
	return false
}
