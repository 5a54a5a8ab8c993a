package pki

import (
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"strings"
	"testing"
)

func TestCheckCode(t *testing.T) {
	for _, code := range []string{
		fixtureCode, "13274673-8f90-4630-bea1-9cccb25756ad2089******", "a", "a b", "!~", strings.Repeat("x", 64),
	} {
		if err := CheckCode(code); err != nil {
			t.Errorf("%q: %v", code, err)
		}
	}
	for _, test := range []struct{ name, code, reason string }{
		{"empty", "", "it is empty"},
		{"too long", strings.Repeat("x", 65), "it has 65 characters, and a Common Name has 64 at most"},
		{"line feed", "abc\n", `its character 4, '\n', is outside printable ASCII`},
		{"escape", "\x1b[31m", `its character 1, '\x1b', is outside printable ASCII`},
		{"delete", "a\x7f", `its character 2, '\x7f', is outside printable ASCII`},
		{"not ASCII", "né", `its character 2, '\u00e9', is outside printable ASCII`},
		{"not UTF-8", "n\xff", `its character 2, '\ufffd', is outside printable ASCII`},
		{"space ahead", " a", "it starts or ends with a space"},
		{"space behind", "a ", "it starts or ends with a space"},
	} {
		t.Run(test.name, func(t *testing.T) {
			wantError(t, CheckCode(test.code), "use registration code: "+test.reason)
		})
	}
}

func TestCodeOf(t *testing.T) {
	named := func(names ...string) *x509.Certificate {
		return selfSign(t, newECKey(t, elliptic.P256()), func(c *x509.Certificate) {
			c.Subject = pkix.Name{Organization: []string{"Example"}}
			for _, name := range names {
				c.Subject.ExtraNames = append(c.Subject.ExtraNames, pkix.AttributeTypeAndValue{Type: oidCommonName, Value: name})
			}
		})
	}
	for _, test := range []struct {
		name        string
		certificate *x509.Certificate
		want        string
	}{
		{"by OpenSSL", mustCertificate(t, verificationFile("rsa2048.recipe.crt")), fixtureCode},
		{"beside an organization", named("a"), "a"},
		{"none", named(), ""},
		{"two", named("a", "b"), ""},
		{"not a code", named("a "), ""},
	} {
		if code := CodeOf(test.certificate); code != test.want {
			t.Errorf("%s: code %q, want %q", test.name, code, test.want)
		}
	}
}
