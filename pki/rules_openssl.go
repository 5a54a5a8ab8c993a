package pki

import (
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"unicode/utf8"
)

// The rules of this file are about what OpenSSL refuses: chains with such a certificate do not
// verify.

// undecodable names the parts for which OpenSSL can't load a certificate, or takes it for invalid.
func undecodable(certificate *x509.Certificate) string {
	var found []string
	p, _ := takeApart(certificate.Raw)
	for _, a := range slices.Concat(append(readName(p.subject), readName(p.issuer)...)...) {
		if a.undecodable() {
			found = append(found, fmt.Sprintf("%s as a %s", shortened(a.String()), a.stringType()))
		}
	}
	for i, e := range p.extensions {
		if fault := e.undecodable(p.extensions[:i]); fault != "" {
			found = append(found, fmt.Sprintf("its extension %s, which %s", oidString(e.id), fault))
		}
	}
	if p.trailing {
		found = append(found, "what stands behind its last part")
	}
	slices.Sort(found)
	return some("OpenSSL refuses it for ", slices.Compact(found), ": the proof will not verify")
}

// some is a list of the first that are found, between two texts, or "" if nothing is found.
func some(before string, found []string, after string) string {
	listed, room := 0, 600
	for listed < min(len(found), maxListed) && (listed == 0 || room >= len(found[listed])) {
		room -= len(found[listed])
		listed++
	}
	if more := len(found) - listed; more > 0 {
		found = append(found[:listed:listed], fmt.Sprintf("and %d more", more))
	}
	if listed == 0 {
		return ""
	}
	return before + strings.Join(found, "; ") + after
}

// notInNames are the types that OpenSSL reads in no name, by their tags.
const notInNames = "\x01\x02\x04\x05\x06\x0a\x11\x15\x17\x18\x19\x1a\x1b"

// undecodable reports whether OpenSSL refuses a name for the attribute: for its identifier, its
// type, or characters that are none.
func (a attribute) undecodable() bool {
	var value asn1.RawValue
	_, err := asn1.Unmarshal(a.value, &value)
	size := map[int]int{asn1.TagBMPString: 2, tagUniversalString: 4}[value.Tag]
	if err != nil || oidString(a.id) == unknownOID || value.Class != asn1.ClassUniversal || strings.IndexByte(notInNames, byte(value.Tag)) >= 0 {
		return true
	}
	if size == 0 {
		return value.Tag == asn1.TagUTF8String && !utf8.Valid(value.Bytes)
	}
	for character := range slices.Chunk(value.Bytes, size) {
		if len(character) < size || !utf8.ValidRune(rune(new(big.Int).SetBytes(character).Uint64())) {
			return true
		}
	}
	return false
}

// decoded are the extensions that OpenSSL decodes before it verifies anything, with the letter of
// [shape] for what their SEQUENCE holds if crypto/x509 is stricter.
var decoded = map[string]string{
	"2.5.29.14": "", "2.5.29.15": "", "2.5.29.17": "-", "2.5.29.19": "", "2.5.29.30": "-", "2.5.29.31": "s", "2.5.29.35": "", "2.5.29.37": "d",
	"2.16.840.1.113730.1.1": "",
}

// undecodable says why OpenSSL refuses a certificate that has the extension behind the others,
// or "".
func (e rawExtension) undecodable(before []rawExtension) string {
	id, value := oidString(e.id), e.plain()
	letter, isDecoded := decoded[id]
	types, _ := shape(value)
	switch {
	case len(e.critical) > 1 || id == unknownOID:
		return "is damaged"
	case id == "1.3.6.1.5.5.7.1.14":
		return "makes it a proxy certificate"
	case !isDecoded:
		return ""
	case slices.ContainsFunc(before, func(other rawExtension) bool { return string(other.id) == string(e.id) }):
		return "is there twice"
	case letter == "" && e.mended() == nil, letter != "" && (strings.Trim(types, letter) != "" || types == "" && !strings.HasPrefix(string(value), emptyName)):
		return "can't be read"
	case id == "2.5.29.15" && strings.Trim(string(value[3:min(5, len(value))]), "\x00") == "":
		return "allows no use of the key"
	}
	return ""
}

// unhandled names critical extensions that OpenSSL does not know.
func unhandled(certificate *x509.Certificate) string {
	var found []string
	p, _ := takeApart(certificate.Raw)
	for _, e := range p.extensions {
		if e.unhandled() {
			found = append(found, oidString(e.id))
		}
	}
	return some("it has critical extensions that not every verifier knows: ", found, "")
}

// handled are the extensions that OpenSSL takes if they are critical.
var handled = []string{"2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.30", "2.5.29.31", "2.5.29.32", "2.5.29.33", "2.5.29.36", "2.5.29.37", "2.5.29.54",
	"1.3.6.1.5.5.7.1.7", "1.3.6.1.5.5.7.1.8", "1.3.6.1.5.5.7.1.14", "1.3.6.1.5.5.7.48.1.5", "2.16.840.1.113730.1.1"}

func (e rawExtension) unhandled() bool {
	return strings.Trim(string(e.critical), "\x00") != "" && !slices.Contains(handled, oidString(e.id))
}
