package pki

import (
	"crypto/x509"
	"fmt"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// directoryNames are the names below which a CA permits subjects, and those below which it
// excludes them (RFC 5280 section 4.2.1.10). Other kinds of names do not concern a subject
// that is a code.
func directoryNames(ca *x509.Certificate) (permitted, excluded [][]byte) {
	for _, extension := range ca.Extensions {
		value, subtrees := cryptobyte.String(extension.Value), cryptobyte.String(nil)
		if !extension.Id.Equal(oidNameConstraints) || !value.ReadASN1(&value, tag.SEQUENCE) {
			continue
		}
		for i, names := range []*[][]byte{&permitted, &excluded} {
			var subtree, name cryptobyte.String
			subtrees = nil
			value.ReadOptionalASN1(&subtrees, nil, tag.Tag(i).Constructed().ContextSpecific())
			for subtrees.ReadASN1(&subtree, tag.SEQUENCE) {
				if subtree.ReadASN1(&name, tag.Tag(4).Constructed().ContextSpecific()) {
					*names = append(*names, name)
				}
			}
		}
	}
	return permitted, excluded
}

// below reports whether a name is in the subtree of another: that one is its beginning.
func below(name, base []byte) bool {
	rdns, first := readName(name), readName(base)
	same := func(a, b []attribute) bool {
		return slices.EqualFunc(a, b, func(a, b attribute) bool { return a.String() == b.String() })
	}
	return len(first) <= len(rdns) && slices.EqualFunc(rdns[:len(first)], first, same)
}

// outsideConstraints says which name constraint of the CA a subject breaks, or "".
func outsideConstraints(ca *x509.Certificate, subject []byte) string {
	permitted, excluded := directoryNames(ca)
	covers := func(base []byte) bool { return below(subject, base) }
	if i := slices.IndexFunc(excluded, covers); i >= 0 {
		return fmt.Sprintf("the CA's name constraints exclude names below %q", shortened(nameString(excluded[i])))
	}
	if len(permitted) > 0 && !slices.ContainsFunc(permitted, covers) {
		return fmt.Sprintf("the CA's name constraints permit only names below %q", shortened(nameString(permitted[0])))
	}
	return ""
}

const adviceOfConstraints = "issue the CA certificate anew without this constraint, or make the verification certificate with openssl x509 -req: " +
	"give it a subject with the permitted name first and the code as its Common Name last, and use mqttca submit"

// codeAlone is the subject CN=code.
var codeAlone = wrap(tag.SEQUENCE, wrap(tag.SET, wrap(tag.SEQUENCE, []byte("\x06\x03\x55\x04\x03"), wrap(tag.UTF8String, []byte("code")))))

// findNameConstraints says of directory names, which can be decided here, what they mean.
func findNameConstraints(m *Material, _ time.Time) (string, string) {
	if !hasExtension(m.Certificate, oidNameConstraints) {
		return "", ""
	}
	if reason := outsideConstraints(m.Certificate, codeAlone); reason != "" {
		return reason + ": a verification certificate whose subject is the code alone does not verify", adviceOfConstraints
	}
	return "it has name constraints, which hold for the certificates below it",
		"should the service refuse the verification certificate, whose subject is the code alone, they may be why; names in device certificates have to keep within them"
}

func findConstrainedProof(m *Material, _ time.Time) (string, string) {
	reason := outsideConstraints(m.Certificate, codeAlone)
	if m.Verification != nil || reason == "" { // one that was made elsewhere may have another subject
		return "", ""
	}
	return reason + ": what this key signs for a code alone does not verify", adviceOfConstraints
}

func findOutsideConstraints(m *Material, _ time.Time) (string, string) {
	return outsideConstraints(m.Certificate, m.Verification.RawSubject), adviceOfConstraints
}
