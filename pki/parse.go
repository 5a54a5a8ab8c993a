package pki

import (
	"bytes"
	"cmp"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// parseCertificate reads the DER of a certificate and ignores trailing bytes. It reads a
// certificate part by part if OpenSSL accepts it and crypto/x509 refuses it or leaves out a part:
// extensions of X.509 v1 or behind an odd identifier, or a key of an unusual algorithm.
func parseCertificate(der []byte) (*x509.Certificate, error) {
	if element, _ := firstDER(der); element != nil {
		der = element
	}
	certificate, err := x509.ParseCertificate(der)
	if err == nil && certificate.Version == 3 && certificate.PublicKey != nil && len(certificate.Extensions) > 0 {
		return certificate, nil
	}
	p, ok := takeApart(der)
	odd := p.certificate()
	if ok && odd != nil && (err != nil || len(odd.Extensions) > len(certificate.Extensions) || odd.PublicKey != nil) {
		return odd, nil
	}
	return certificate, err
}

// parts holds the parts of a certificate (RFC 5280 section 4.1), each with its tag and length, in
// DER unless noted.
type parts struct {
	encodedParts
	raw, tbs, asIssuer, asSubject []byte // in their original encoding
	extensions                    []rawExtension
}

type encodedParts struct {
	Signed struct {
		Version                                   int64 `asn1:"optional,explicit,default:0,tag:0"` // 2 for v3
		Serial                                    *big.Int
		Algorithm, Issuer, Validity, Subject, Key asn1.RawValue
		IssuerID                                  asn1.RawValue   `asn1:"optional,tag:1"`
		SubjectID                                 asn1.RawValue   `asn1:"optional,tag:2"`
		Extensions                                []asn1.RawValue `asn1:"optional,explicit,tag:3"`
	}
	Algorithm asn1.RawValue
	Signature asn1.BitString
}

// A rawExtension holds an extension, and the contents of its parts.
type rawExtension struct {
	raw, id  []byte
	critical bool
	value    []byte
}

// takeApart is as strict about the structure as OpenSSL.
func takeApart(raw []byte) (p parts, ok bool) {
	der := asDER(raw)
	if !unmarshalAll(der, &p.encodedParts) {
		return p, false
	}
	for _, e := range p.Signed.Extensions {
		types, values := shape(e.FullBytes)
		if types != "do" && types != "dfo" || len(values) == 3 && len(values[1].Bytes) != 1 {
			return p, false
		}
		critical := len(values) == 3 && values[1].Bytes[0] != 0
		p.extensions = append(p.extensions, rawExtension{e.FullBytes, values[0].Bytes, critical, values[len(values)-1].Bytes})
	}
	p.raw, p.tbs = raw, elements(raw)[0]
	inside := slices.DeleteFunc(elements(p.tbs), func(part []byte) bool { return part[0] == byte(context(0)) })
	p.asIssuer, p.asSubject = inside[2], inside[4]
	return p, true
}

// oneAlgorithm reports whether both places name the same algorithm of the signature.
func (p parts) oneAlgorithm() bool {
	return bytes.Equal(p.Signed.Algorithm.FullBytes, p.Algorithm.FullBytes)
}

// context returns the tag of an explicit part.
func context(n uint8) tag.Tag { return tag.Tag(n).Constructed().ContextSpecific() }

// certificate returns the certificate with all readable parts, or nil without a validity.
func (p parts) certificate() *x509.Certificate {
	readable, _, _ := p.readable()
	c, err := specimen{algorithm: string(p.Signed.Algorithm.FullBytes), validity: string(p.Signed.Validity.FullBytes), extensions: readable}.parse()
	if err != nil {
		return nil
	}
	if !p.oneAlgorithm() {
		c.SignatureAlgorithm = x509.UnknownSignatureAlgorithm // OpenSSL can't verify such a signature
	}
	c.Raw, c.RawTBSCertificate, c.RawSubjectPublicKeyInfo = p.raw, p.tbs, p.Signed.Key.FullBytes
	c.RawIssuer, c.RawSubject = p.asIssuer, p.asSubject
	c.Version, c.SerialNumber, c.Signature, c.Extensions = int(p.Signed.Version)+1, p.Signed.Serial, p.Signature.Bytes, nil
	c.PublicKey, c.PublicKeyAlgorithm = parsePublicKey(c.RawSubjectPublicKeyInfo)
	for _, name := range commonNames(c) {
		c.Subject.CommonName = name
	}
	for _, e := range p.extensions {
		var id asn1.ObjectIdentifier
		if unmarshalAll(wrap(tag.OBJECT_IDENTIFIER, e.id), &id) { // not for numbers over 31 bits
			c.Extensions = append(c.Extensions, pkix.Extension{Id: id, Critical: e.critical, Value: e.value})
		}
	}
	return c
}

// loaded are the extensions which OpenSSL reads before it verifies a chain. It refuses a chain if
// mended can't mend one of them.
var loaded = []string{"2.5.29.14", "2.5.29.15", "2.5.29.19", "2.5.29.31", "2.5.29.35"}

// readable returns the first extension of each kind in the form crypto/x509 reads, the faults which
// only crypto/x509 finds in the original extensions, and those which OpenSSL finds, too.
func (p parts) readable() (forms [][]byte, odd, unreadable []string) {
	seen := map[string]bool{}
	for _, e := range p.extensions {
		name, twice, form, reason := oidString(e.id), seen[string(e.id)], e.mended(), specimen{extensions: [][]byte{e.raw}}.refused()
		switch isLoaded := slices.Contains(loaded, name); {
		case isLoaded && twice:
			unreadable = append(unreadable, "its extension "+name+", which occurs twice")
		case isLoaded && form == nil:
			unreadable = append(unreadable, "its extension "+name+", which can't be read")
		case reason != "" || twice:
			odd = append(odd, fmt.Sprintf("%s (%s)", name, cmp.Or(reason, "it occurs twice")))
		}
		if form != nil && !twice {
			forms, seen[string(e.id)] = append(forms, form), true
		}
	}
	return forms, odd, unreadable
}

// mended returns the extension in the form crypto/x509 reads, or nil: in DER, not critical if RFC
// 5280 forbids it, with DER's booleans, the unused bits of a keyUsage unset, and a path length
// within range: all as OpenSSL interprets them.
func (e rawExtension) mended() []byte {
	id, octets := wrap(tag.OBJECT_IDENTIFIER, e.id), wrap(tag.OCTET_STRING, e.plain())
	for _, form := range [][]byte{e.raw, wrap(tag.SEQUENCE, id, []byte("\x01\x01\xff"), octets), wrap(tag.SEQUENCE, id, octets)} {
		if (specimen{extensions: [][]byte{form}}).refused() == "" {
			return form
		}
	}
	return nil
}

// plain returns the value of an extension for mended.
func (e rawExtension) plain() []byte {
	value := slices.Clone(asDER(e.value))
	switch {
	case string(e.id) == "\x55\x1d\x13" && len(value) > 4 && string(value[2:4]) == "\x01\x01": // basicConstraints: SEQUENCE { BOOLEAN ...
		if value[4] != 0 {
			value[4] = 0xff
		}
		if len(value) > 11 && value[7] < 0x80 { // a path length of more than four octets is no limit
			value = wrap(tag.SEQUENCE, value[2:5])
		}
	case string(e.id) == "\x55\x1d\x0f" && len(value) > 3: // keyUsage: BIT STRING
		value[len(value)-1] &= 0xff << (value[2] & 7)
	}
	return value
}

// A specimen is a certificate of harmless parts around the given ones: an error of crypto/x509 is
// about the given parts.
type specimen struct {
	algorithm, validity, subject string
	extensions                   [][]byte
}

func (s specimen) parse() (*x509.Certificate, error) {
	const (
		numbers  = "\xa0\x03\x02\x01\x02\x02\x01\x01" // v3, serial number 1
		unknown  = "\x30\x03\x06\x01\x2a"             // an algorithm
		validity = "\x30\x1e\x17\x0d260101000000Z\x17\x0d260101000000Z"
		noBits   = "\x03\x01\x00"
	)
	algorithm := cmp.Or(s.algorithm, unknown)
	start := numbers + algorithm + emptyName + cmp.Or(s.validity, validity) + cmp.Or(s.subject, emptyName) + "\x30\x08" + unknown + noBits
	tbs := wrap(tag.SEQUENCE, []byte(start), wrap(context(3), wrap(tag.SEQUENCE, s.extensions...)))
	return x509.ParseCertificate(wrap(tag.SEQUENCE, tbs, []byte(algorithm+noBits)))
}

// refused returns why crypto/x509 refuses the specimen, without quoting from it, or "".
func (s specimen) refused() string {
	_, err := s.parse()
	if err == nil {
		return ""
	}
	reason, _, _ := strings.Cut(err.Error(), ` "`)
	return reason[strings.LastIndex(reason, ": ")+2:]
}

func wrap(t tag.Tag, contents ...[]byte) cryptobyte.String {
	var b cryptobyte.Builder
	b.AddASN1(t, func(b *cryptobyte.Builder) { b.AddBytes(bytes.Join(contents, nil)) })
	return b.BytesOrPanic() // panics only beyond 4 GB
}
