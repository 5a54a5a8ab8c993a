package workflow

import (
	"fmt"
	"math/big"
	"strings"

	"mqttca/api"
	"mqttca/pki"
)

// A Reference names one CA of an instance: by its certificate, or by its serial number in
// any form in which people copy it.
type Reference struct {
	CA *pki.CA
	Sn string // where CA is nil
}

// String is the CA in a sentence.
func (r Reference) String() string {
	if r.CA == nil {
		return fmt.Sprintf("the CA with Sn %q", r.Sn)
	}
	return fmt.Sprintf("CA %q", r.CA.Subject())
}

// An AmbiguousError says that a serial number fits several CAs of the instance.
type AmbiguousError struct {
	CA       Reference
	Instance string
	Matches  []api.CaCertificate
}

func (e *AmbiguousError) Error() string {
	var names []string
	for _, match := range e.Matches {
		names = append(names, describe(match))
	}
	return fmt.Sprintf("Sn %q fits %d CA certificates of instance %s: %s", e.CA.Sn, len(e.Matches), e.Instance, strings.Join(names, "; "))
}

// in is the CA in a list, nil where it is not there. A serial number counts as the service
// wrote it before anything else, then as a hexadecimal number, then as a decimal one.
func (r Reference) in(listed []api.CaCertificate, instanceID string) (*api.CaCertificate, error) {
	if r.CA != nil {
		return find(listed, r.CA), nil
	}
	fits := []func(api.CaCertificate) bool{func(entry api.CaCertificate) bool { return entry.Sn == r.Sn }}
	for _, number := range serialNumbers(r.Sn) {
		fits = append(fits, func(entry api.CaCertificate) bool { return hasSerialNumber(entry, number) })
	}
	for _, fit := range fits {
		var matches []api.CaCertificate
		for _, entry := range listed {
			if fit(entry) {
				matches = append(matches, entry)
			}
		}
		switch len(matches) {
		case 0:
		case 1:
			return &matches[0], nil
		default:
			return nil, &AmbiguousError{CA: r, Instance: instanceID, Matches: matches}
		}
	}
	return nil, nil
}

// serialNumbers is what a copied serial number can mean, the likelier first. It may have
// colons, spaces or hyphens between the octets, 0x ahead, and what openssl x509 prints
// around it: "serial=4D21", or "Serial Number: 4660 (0x1234)".
func serialNumbers(text string) []*big.Int {
	if len(text) > longestSn {
		return nil
	}
	text = strings.ToLower(text)
	if _, after, cut := strings.Cut(text, "serial"); cut {
		text = strings.TrimLeft(strings.TrimPrefix(strings.TrimLeft(after, " "), "number"), " :=")
	}
	if _, after, cut := strings.Cut(text, "(0x"); cut {
		text = "0x" + strings.TrimSuffix(strings.TrimSpace(after), ")")
	}
	digits, prefixed := strings.CutPrefix(strings.TrimSpace(text), "0x")
	digits = strings.Map(withoutSeparators, digits)
	var numbers []*big.Int
	for _, base := range []int{16, 10} {
		if n, ok := new(big.Int).SetString(digits, base); ok && n.Sign() >= 0 && !(prefixed && base == 10) {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

func withoutSeparators(r rune) rune {
	if strings.ContainsRune(": -\t\r\n", r) {
		return -1
	}
	return r
}
