package pki

import (
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"slices"
	"strings"
	"time"

	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// nameConstraints is the extension of RFC 5280 section 4.2.1.10. To a name with only a code, only
// constraints on directory names apply.
type nameConstraints struct {
	Permitted []subtree `asn1:"optional,tag:0"`
	Excluded  []subtree `asn1:"optional,tag:1"`
}

type subtree struct {
	Base    asn1.RawValue
	Minimum asn1.RawValue `asn1:"optional,tag:0"`
	Maximum asn1.RawValue `asn1:"optional,tag:1"`
}

func (s subtree) isDirectoryName() bool {
	return s.Base.Class == asn1.ClassContextSpecific && s.Base.Tag == 4
}

// isLimited reports whether a directory name has a minimum or a maximum; OpenSSL and RFC 5280
// forbid both.
func (s subtree) isLimited() bool {
	return s.isDirectoryName() && (len(s.Maximum.FullBytes) > 0 || strings.Trim(string(s.Minimum.Bytes), "\x00") != "")
}

// covers reports whether a name begins with the subtree's base.
func (s subtree) covers(name []byte) bool {
	rdns, base := canonicalName(name), canonicalName(s.Base.Bytes)
	return s.isDirectoryName() && len(base) <= len(rdns) && slices.Equal(rdns[:len(base)], base)
}

// outsideConstraints tells which name constraint of the CA a subject violates, or returns "".
func outsideConstraints(ca *x509.Certificate, subject []byte) string {
	var constraints nameConstraints
	covers := func(s subtree) bool { return s.covers(subject) }
	if !unmarshalAll(extensionOf(ca, oidNameConstraints), &constraints) {
		return ""
	}
	if slices.ContainsFunc(append(constraints.Permitted, constraints.Excluded...), subtree.isLimited) {
		return "the CA's name constraints have a minimum or a maximum, which verifiers refuse"
	}
	if i := slices.IndexFunc(constraints.Excluded, covers); i >= 0 {
		return fmt.Sprintf("the CA's name constraints exclude names below %q", shortened(nameString(constraints.Excluded[i].Base.Bytes)))
	}
	i := slices.IndexFunc(constraints.Permitted, subtree.isDirectoryName)
	if i >= 0 && !slices.ContainsFunc(constraints.Permitted, covers) {
		return fmt.Sprintf("the CA's name constraints permit only names below %q", shortened(nameString(constraints.Permitted[i].Base.Bytes)))
	}
	return ""
}

const adviceOfConstraints = "reissue the CA certificate without this constraint, or make the verification certificate with openssl x509 -req: " +
	"give it a subject with the permitted name first and the code as its Common Name last, and use mqttca submit"

// codeAlone is the subject CN=code.
var codeAlone = wrap(tag.SEQUENCE, wrap(tag.SET, wrap(tag.SEQUENCE, []byte("\x06\x03\x55\x04\x03\x0c\x04code"))))

// findNameConstraints checks only constraints on directory names.
func findNameConstraints(m *Material, _ time.Time) (string, string) {
	if extensionOf(m.Certificate, oidNameConstraints) == nil {
		return "", ""
	}
	if reason := outsideConstraints(m.Certificate, codeAlone); reason != "" {
		return reason + ": a verification certificate with only the code as its subject does not verify", adviceOfConstraints
	}
	return "it has name constraints, which apply to the certificates below it",
		"if the service refuses the verification certificate, whose subject is only the code, they may be the cause; names in device certificates must stay within them"
}
