package workflow

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"mqttca/api"
	"mqttca/pki"
)

// A Reference names one CA of an instance: by its certificate, or by its serial number in any form
// accepted by [IsSerialNumber].
type Reference struct {
	CA *pki.CA
	Sn string // counts if CA is nil
}

func (r Reference) String() string {
	if r.CA == nil {
		return fmt.Sprintf("the CA with serial number %q", r.Sn)
	}
	return `CA "` + r.CA.Subject() + `"`
}

// An AmbiguousError is a serial number of several CAs of the instance.
type AmbiguousError struct {
	CA       Reference
	Instance string
	Matches  []api.CaCertificate
}

func (e *AmbiguousError) Error() string {
	const most = 5
	var names []string
	for _, match := range e.Matches[:min(most, len(e.Matches))] {
		names = append(names, describe(match))
	}
	if len(e.Matches) > most {
		names = append(names, "…")
	}
	return fmt.Sprintf("serial number %q fits %d CA certificates of instance %s: %s", e.CA.Sn, len(e.Matches), e.Instance, strings.Join(names, "; "))
}

// in finds the CA in a list, among the entries of the best fit. If there are several, a serial
// number is ambiguous, and a certificate means an active one. If there is none, in fails with a
// [*NotListedError].
func (r Reference) in(listed []api.CaCertificate, instanceID string) (*api.CaCertificate, error) {
	var matches []api.CaCertificate
	best := 1
	for _, entry := range listed {
		fit := r.fit(entry)
		if fit > best {
			matches, best = nil, fit
		}
		if fit == best {
			matches = append(matches, entry)
		}
	}
	switch {
	case len(matches) == 0:
		return nil, &NotListedError{CA: r, Instance: instanceID}
	case len(matches) > 1 && r.CA == nil:
		return nil, &AmbiguousError{CA: r, Instance: instanceID, Matches: matches}
	}
	active := slices.IndexFunc(matches, func(entry api.CaCertificate) bool { return entry.Active })
	return &matches[max(0, active)], nil
}

// fit rates an entry: 0 for another CA, 2 for the same DER, which needs no parser. An entry without
// a certificate is 1 if its Sn and the end of its validity are equal. A serial number is 2 if it is
// written as at the service, 1 if only its value is equal.
func (r Reference) fit(entry api.CaCertificate) int {
	if r.CA == nil {
		number, ok := serialNumber(r.Sn)
		switch {
		case entry.Sn == r.Sn:
			return 2
		case ok && hasSerialNumber(entry, number):
			return 1
		}
		return 0
	}
	certificate := r.CA.Certificate
	switch sum := pki.ContentFingerprint(entry.CaContent); {
	case sum == r.CA.SHA256():
		return 2
	case sum == "" && snEqual(entry.Sn, certificate.SerialNumber) && entry.ValidEnd.Equal(certificate.NotAfter):
		return 1
	}
	return 0
}

// mayBe reports whether the entry may be the CA.
func (r Reference) mayBe(entry api.CaCertificate) bool { return r.fit(entry) > 0 }

// IsSerialNumber reports whether a text is a serial number as people copy it: hexadecimal, in
// either case, with leading zeros, 0x ahead, colons or spaces between the octets, and the words of
// openssl x509 around it ("serial=-4D21", "Serial Number: 4660 (0x1234)"). Digits alone are
// hexadecimal, too: read as decimal they could be the number of another CA.
func IsSerialNumber(text string) bool {
	_, ok := serialNumber(text)
	return ok
}

var copiedSerial = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^\s*["'\x{201c}]?(?:(?:serial|sn)(?:\s+number)?\s*[:=]?\s*)?` +
		`(?:-?\d+\s+\((-?)0x([0-9a-f]+)\)|(-|\(negative\)\s*)?(?:0x)?([0-9a-f][0-9a-f:\s]*))["'\x{201d}]?\s*$`)
})

func serialNumber(text string) (*big.Int, bool) {
	if len(text) > longestSn {
		return nil, false
	}
	parts := copiedSerial().FindStringSubmatch(text)
	if parts == nil {
		return nil, false
	}
	digits := strings.Map(func(r rune) rune {
		if r == ':' || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, parts[2]+parts[4])
	if parts[1]+parts[3] != "" {
		digits = "-" + digits
	}
	return new(big.Int).SetString(digits, 16)
}

func hasSerialNumber(entry api.CaCertificate, serial *big.Int) bool {
	certificate, err := pki.ParseCertificate(entry.CaContent)
	if err != nil {
		return snEqual(entry.Sn, serial)
	}
	return certificate.SerialNumber.Cmp(serial) == 0
}

// longestSn is far more than the 128 bytes to which the vendor limits an Sn, with colons. The
// time to parse a number grows with the square of its length.
const longestSn = 1024

// snEqual compares the text of a serial number as a number: without regard to case, colons and
// leading zeros.
func snEqual(sn string, serial *big.Int) bool {
	number, ok := serialNumber(sn)
	return ok && number.Cmp(serial) == 0
}
