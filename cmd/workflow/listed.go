package workflow

import (
	"math/big"
	"strings"

	"mqttca/api"
	"mqttca/pki"
)

// find is the CA itself in a list, nil where it is not there; where it is there more than
// once, an active entry counts. Certificates are the same when their DER is. An entry whose
// certificate cannot be read has only its Sn and the end of its validity to go by.
func find(listed []api.CaCertificate, ca *pki.CA) *api.CaCertificate {
	var own, alike *api.CaCertificate
	for i := range listed {
		entry := &listed[i]
		certificate, err := pki.ParseCertificate(entry.CaContent)
		switch {
		case err == nil && certificate.Equal(ca.Certificate):
			if own == nil || entry.Active {
				own = entry
			}
		case err != nil && snEqual(entry.Sn, ca.Certificate.SerialNumber) && entry.ValidEnd.Equal(ca.Certificate.NotAfter):
			alike = entry
		}
	}
	if own == nil {
		return alike
	}
	return own
}

// hasSerialNumber reports whether an entry's serial number is this one.
func hasSerialNumber(entry api.CaCertificate, serial *big.Int) bool {
	certificate, err := pki.ParseCertificate(entry.CaContent)
	if err != nil {
		return snEqual(entry.Sn, serial)
	}
	return certificate.SerialNumber.Cmp(serial) == 0
}

// longestSn is far more than the 128 digits that the service takes, with their colons. The
// time to read a number grows with the square of its length.
const longestSn = 1024

// snEqual compares the text of a serial number, hexadecimal as the service writes it, as a
// number: without regard to case, colons and leading zeros.
func snEqual(sn string, serial *big.Int) bool {
	if len(sn) > longestSn {
		return false
	}
	n, ok := new(big.Int).SetString(strings.ReplaceAll(sn, ":", ""), 16)
	return ok && n.Cmp(serial) == 0
}
