package pki

import (
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// The rules in this file report certificates refused by OpenSSL: chains with them do not verify.

// undecodable names the parts which OpenSSL can't load in a certificate, or treats as invalid.
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
	if found == nil && !(names().MatchString(outline(p.subject, maxDepth)) && names().MatchString(outline(p.issuer, maxDepth))) {
		found = append(found, "its subject or issuer, which can't be read")
	}
	if p.trailing {
		found = append(found, "data behind its last part")
	}
	slices.Sort(found)
	return some("OpenSSL refuses it for ", slices.Compact(found), ": the proof will not verify")
}

// some lists the first strings found, between two texts, or returns "" if there are none.
func some(before string, found []string, after string) string {
	if len(found) == 0 {
		return ""
	}
	return before + few(found, 600) + after
}

// few lists as many strings as fit.
func few(found []string, room int) string {
	listed := 0
	for listed < min(len(found), maxListed) && (listed == 0 || room >= len(found[listed])) {
		room -= len(found[listed])
		listed++
	}
	if more := len(found) - listed; more > 0 {
		found = append(found[:listed:listed], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(found, "; ")
}

// outline returns the tags of DER in hexadecimal, nested ones in brackets. A "!" marks a value
// unreadable for OpenSSL.
func outline(der cryptobyte.String, depth int) string {
	var out strings.Builder
	var element, content cryptobyte.String
	var kind tag.Tag
	for depth > 0 && der.ReadAnyASN1Element(&element, &kind) && element.ReadAnyASN1(&content, &kind) {
		fmt.Fprintf(&out, "%02x", uint8(kind))
		switch {
		case kind&0x20 != 0:
			out.WriteString("(" + outline(content, depth-1) + ")")
		case kind == tag.BOOLEAN && len(content) != 1, kind == tag.OBJECT_IDENTIFIER && oidString(content) == unknownOID,
			kind == tag.BIT_STRING && (len(content) == 0 || content[0] > 7):
			return "!"
		}
	}
	if !der.Empty() {
		return "!"
	}
	return out.String()
}

// names is the outline of a name; forms are the outlines of the extensions which OpenSSL decodes
// before verifying.
var (
	names = form(`^30\((31\((30\(06[0-9a-f]{2}(\(.*\))?\))*\))*\)$`)
	value = form(`^(03|0[789bcdef]|1[2346cdef]|(2[8b]|3[0d])\(.*\))$`)
	forms = map[string]func() *regexp.Regexp{
		"2.5.29.14": form(`^04$`), "2.5.29.15": form(`^03$`), "2.16.840.1.113730.1.1": form(`^03$`),
		"2.5.29.17": form(`^30\(NAME*\)$`), "2.5.29.19": form(`^30\((01)?(02)?\)$`),
		"2.5.29.30": form(`^30\((a0\((30\(NAME(80)?(81)?\))*\))?(a1\((30\(NAME(80)?(81)?\))*\))?\)$`),
		"2.5.29.31": form(`^30\((30\((a0|(81)?a2)\([^!]*\))?\)$`),
		"2.5.29.35": form(`^30\((80|a0\([^!]*?\))?(a1\(NAME*\))?(82)?\)$`), "2.5.29.37": form(`^30\((06)*\)$`),
	}
)

// form compiles a pattern on first use. NAME stands for a GeneralName (RFC 5280 section 4.2.1.6).
func form(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(strings.ReplaceAll(text, "NAME", `(8[12678]|a[1267]\([^!]*?\)|a0\(06a0\([^!]*?\)\)|a4\(30\((31\([^!]*?\))*\)\)|a[35]\([^!]*?\))`))
	})
}

// undecodable reports whether OpenSSL refuses a name because of the attribute: its identifier, its
// type, or invalid characters.
func (a attribute) undecodable() bool {
	if oidString(a.id) == unknownOID || !value().MatchString(outline(a.value, maxDepth)) {
		return true
	}
	var content asn1.RawValue
	asn1.Unmarshal(a.value, &content)
	size := map[int]int{asn1.TagBMPString: 2, tagUniversalString: 4}[content.Tag]
	if size == 0 {
		return content.Tag == asn1.TagUTF8String && !utf8.Valid(content.Bytes)
	}
	return slices.ContainsFunc(slices.Collect(slices.Chunk(content.Bytes, size)), func(character []byte) bool {
		return len(character) < size || !utf8.ValidRune(rune(new(big.Int).SetBytes(character).Uint64()))
	})
}

// undecodable tells why OpenSSL refuses a certificate with this extension after the others, or
// returns "".
func (e rawExtension) undecodable(before []rawExtension) string {
	id, plain := oidString(e.id), cryptobyte.String(e.plain())
	required := forms[id]
	var first cryptobyte.String
	switch whole := plain; {
	case e.critical != nil && len(e.critical) != 1 || id == unknownOID:
		return "is damaged"
	case id == "1.3.6.1.5.5.7.1.14":
		return "makes it a proxy certificate"
	case required == nil:
		return ""
	case slices.ContainsFunc(before, func(other rawExtension) bool { return string(other.id) == string(e.id) }):
		return "is there twice"
	case !whole.ReadAnyASN1Element(&first, new(tag.Tag)) || !required().MatchString(outline(first, maxDepth)) || id == "2.5.29.19" && e.mended() == nil:
		return "can't be read"
	case id == "2.5.29.15" && strings.Trim(string(plain[min(3, len(plain)):min(5, len(plain))]), "\x00") == "":
		return "allows no use of the key"
	}
	return ""
}

// unhandled names critical extensions unknown to OpenSSL.
func unhandled(certificate *x509.Certificate) string {
	var found []string
	p, _ := takeApart(certificate.Raw)
	for _, e := range p.extensions {
		if e.unhandled() {
			found = append(found, oidString(e.id))
		}
	}
	return some("it has critical extensions unknown to some verifiers: ", found, "")
}

// handled are the extensions which OpenSSL accepts as critical.
var handled = []string{"2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.30", "2.5.29.31", "2.5.29.32", "2.5.29.33", "2.5.29.36", "2.5.29.37", "2.5.29.54",
	"1.3.6.1.5.5.7.1.7", "1.3.6.1.5.5.7.1.8", "1.3.6.1.5.5.7.1.14", "1.3.6.1.5.5.7.48.1.5", "2.16.840.1.113730.1.1"}

func (e rawExtension) unhandled() bool {
	return strings.Trim(string(e.critical), "\x00") != "" && !slices.Contains(handled, oidString(e.id))
}
