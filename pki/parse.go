package pki

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// parseCertificate reads the DER of a certificate and ignores bytes behind it. Certificates
// that crypto/x509 refuses, and OpenSSL doesn't, are read part by part. So are those of which
// crypto/x509 leaves out a part: the extensions of X.509 v1, a key of an unusual algorithm.
func parseCertificate(der []byte) (*x509.Certificate, error) {
	if element, ok := firstElement(der); ok {
		der = element
	}
	certificate, err := x509.ParseCertificate(der)
	if err == nil && certificate.Version == 3 && certificate.PublicKey != nil {
		return certificate, nil
	}
	if p, ok := takeApart(der); ok {
		odd, ok := p.certificate()
		if ok && (err != nil || len(odd.Extensions) > len(certificate.Extensions) || odd.PublicKey != nil && certificate.PublicKey == nil) {
			return odd, nil
		}
	}
	return certificate, err
}

// firstElement leaves out what is behind a certificate.
func firstElement(der cryptobyte.String) (element cryptobyte.String, ok bool) {
	ok = der.ReadASN1Element(&element, tag.SEQUENCE)
	return element, ok
}

// parts are the parts of a certificate as they stand (RFC 5280 section 4.1). Those that are
// not parsed are whole elements.
type parts struct {
	raw, tbs                        cryptobyte.String
	version                         int64 // of X.509: 2 for v3
	serial                          *big.Int
	algorithm, outer                cryptobyte.String // of the signature, in the signed part and behind it
	issuer, validity, subject, spki cryptobyte.String
	extensions                      []rawExtension
	signature                       []byte
}

type rawExtension struct {
	raw, id, critical, value cryptobyte.String // all but raw are contents
}

// takeApart is as strict as OpenSSL is about the structure.
func takeApart(der []byte) (p parts, ok bool) {
	p.serial = new(big.Int)
	var signature, extensions cryptobyte.String
	outer := cryptobyte.String(der)
	inner := &p.tbs
	ok = outer.ReadASN1Element(&p.raw, tag.SEQUENCE)
	outer = p.raw
	ok = ok && outer.ReadASN1(&outer, tag.SEQUENCE) && outer.ReadASN1Element(inner, tag.SEQUENCE) &&
		outer.ReadASN1Element(&p.outer, tag.SEQUENCE) && outer.ReadASN1(&signature, tag.BIT_STRING) && signature.Skip(1)
	tbs := p.tbs
	ok = ok && tbs.ReadASN1(&tbs, tag.SEQUENCE) &&
		tbs.ReadOptionalASN1Integer(&p.version, tag.Tag(0).Constructed().ContextSpecific(), int64(0)) && tbs.ReadASN1Integer(p.serial) &&
		tbs.ReadASN1Element(&p.algorithm, tag.SEQUENCE) && tbs.ReadASN1Element(&p.issuer, tag.SEQUENCE) &&
		tbs.ReadASN1Element(&p.validity, tag.SEQUENCE) && tbs.ReadASN1Element(&p.subject, tag.SEQUENCE) && tbs.ReadASN1Element(&p.spki, tag.SEQUENCE) &&
		tbs.SkipOptionalASN1(tag.Tag(1).ContextSpecific()) && tbs.SkipOptionalASN1(tag.Tag(2).ContextSpecific()) &&
		tbs.ReadOptionalASN1(&extensions, nil, tag.Tag(3).Constructed().ContextSpecific()) &&
		(extensions.Empty() || extensions.ReadASN1(&extensions, tag.SEQUENCE))
	for ok && !extensions.Empty() {
		var e rawExtension
		ok = extensions.ReadASN1Element(&e.raw, tag.SEQUENCE)
		body := e.raw
		ok = ok && body.ReadASN1(&body, tag.SEQUENCE) && body.ReadASN1(&e.id, tag.OBJECT_IDENTIFIER) &&
			body.ReadOptionalASN1(&e.critical, nil, tag.BOOLEAN) && body.ReadASN1(&e.value, tag.OCTET_STRING)
		p.extensions = append(p.extensions, e)
	}
	p.signature = signature
	return p, ok
}

// certificate is the certificate with all that can be read of it. It fails without a validity.
func (p parts) certificate() (*x509.Certificate, bool) {
	var readable [][]byte
	var all []pkix.Extension
	seen := map[string]bool{}
	for _, e := range p.extensions {
		var id asn1.ObjectIdentifier
		if element := wrap(tag.OBJECT_IDENTIFIER, e.id); element.ReadASN1ObjectIdentifier(&id) {
			all = append(all, pkix.Extension{Id: id, Critical: e.isCritical(), Value: e.value})
		}
		if form := e.mended(); form != nil && !seen[string(e.id)] {
			readable = append(readable, form)
		}
		seen[string(e.id)] = true
	}
	c, err := specimen{algorithm: p.algorithm, extensions: readable}.parse()
	if err != nil {
		return nil, false
	}
	if !bytes.Equal(p.algorithm, p.outer) {
		c.SignatureAlgorithm = x509.UnknownSignatureAlgorithm // OpenSSL verifies no such signature
	}
	c.Raw, c.RawTBSCertificate, c.RawSubjectPublicKeyInfo = p.raw, p.tbs, p.spki
	c.RawIssuer, c.Issuer, c.RawSubject, c.Subject = p.issuer, parseName(p.issuer), p.subject, parseName(p.subject)
	c.Version, c.SerialNumber, c.Extensions, c.Signature = int(p.version)+1, p.serial, all, p.signature
	c.PublicKey, c.PublicKeyAlgorithm = parsePublicKey(p.spki)
	times, ok := p.times()
	if ok {
		c.NotBefore, c.NotAfter = times[0].Time, times[1].Time
	}
	return c, ok
}

func (e rawExtension) isCritical() bool { return len(e.critical) == 1 && e.critical[0] != 0 }

// mended is the extension as crypto/x509 reads it, or nil: not marked critical where RFC 5280
// forbids that, with DER's booleans and the unused bits of a keyUsage unset, as OpenSSL reads them.
func (e rawExtension) mended() []byte {
	value := slices.Clone(e.value)
	switch string(e.id) {
	case "\x55\x1d\x13": // basicConstraints: SEQUENCE { BOOLEAN ...
		if bytes.HasPrefix(value[min(2, len(value)):], []byte{1, 1}) && len(value) > 4 && value[4] != 0 {
			value[4] = 0xff
		}
	case "\x55\x1d\x0f": // keyUsage: BIT STRING
		if len(value) > 3 {
			value[len(value)-1] &= 0xff << (value[2] & 7)
		}
	}
	id := wrap(tag.OBJECT_IDENTIFIER, e.id)
	critical := wrap(tag.SEQUENCE, id, []byte{1, 1, 0xff}, wrap(tag.OCTET_STRING, value))
	for _, form := range [][]byte{e.raw, critical, wrap(tag.SEQUENCE, id, wrap(tag.OCTET_STRING, value))} {
		if _, err := (specimen{extensions: [][]byte{form}}).parse(); err == nil {
			return form
		}
	}
	return nil
}

// A specimen is a certificate of harmless parts, in which crypto/x509 reads those that are
// given: its error is about one of them.
type specimen struct {
	algorithm, subject, spki []byte
	extensions               [][]byte
}

func (s specimen) parse() (*x509.Certificate, error) {
	const (
		harmless = "\x30\x03\x06\x01\x2a"             // an algorithm that nobody knows
		numbers  = "\xa0\x03\x02\x01\x02\x02\x01\x01" // v3, serial number 1
		date     = "\x17\x0d260101000000Z"
	)
	or := func(part []byte, harmless string) []byte {
		if part == nil {
			return []byte(harmless)
		}
		return part
	}
	algorithm := or(s.algorithm, harmless)
	noKey := wrap(tag.SEQUENCE, []byte(harmless), []byte("\x03\x01\x00"))
	tbs := wrap(tag.SEQUENCE, []byte(numbers), algorithm, []byte(emptyName), wrap(tag.SEQUENCE, []byte(date+date)),
		or(s.subject, emptyName), or(s.spki, string(noKey)), wrap(tag.Tag(3).Constructed().ContextSpecific(), wrap(tag.SEQUENCE, s.extensions...)))
	return x509.ParseCertificate(wrap(tag.SEQUENCE, tbs, algorithm, []byte("\x03\x01\x00")))
}

// wrap encodes an element.
func wrap(t tag.Tag, contents ...[]byte) cryptobyte.String {
	var b cryptobyte.Builder
	b.AddASN1(t, func(b *cryptobyte.Builder) {
		for _, content := range contents {
			b.AddBytes(content)
		}
	})
	return b.BytesOrPanic() // it fails for 4 GB only
}

// A writtenTime is a time as a certificate has it.
type writtenTime struct {
	time.Time
	text      string
	canonical bool // the form of RFC 5280 section 4.1.2.5
}

// times are the two ends of the validity. Beside the forms of RFC 5280 they may have no
// seconds, fractions of them, no zone or an offset, as time.Parse reads them.
func (p parts) times() (times [2]writtenTime, ok bool) {
	validity := p.validity
	ok = validity.ReadASN1(&validity, tag.SEQUENCE)
	for i := range times {
		var text cryptobyte.String
		var kind tag.Tag
		ok = ok && validity.ReadAnyASN1(&text, &kind) && (kind == tag.UTCTime || kind == tag.GeneralizedTime)
		if ok {
			times[i], ok = parseTime(string(text), kind == tag.UTCTime)
		}
	}
	return times, ok
}

func parseTime(text string, short bool) (t writtenTime, ok bool) {
	century := ""
	if short && text >= "50" {
		century = "19"
	} else if short {
		century = "20"
	}
	for _, form := range []string{"20060102150405Z0700", "200601021504Z0700", "20060102150405", "200601021504"} {
		if at, err := time.Parse(form, century+text); err == nil {
			canonical := short == (at.Year() >= 1950 && at.Year() < 2050) && century+text == at.UTC().Format("20060102150405Z")
			return writtenTime{at.UTC(), text, canonical}, true
		}
	}
	return t, false
}
