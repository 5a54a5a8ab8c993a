package pki

import (
	"os"
	"strings"
	"testing"
)

func TestTokenURIRefused(t *testing.T) {
	for uri, reason := range map[string]string{
		"pkcs11:module-path=m;object=root":                                   "it names no token: add token, serial or slot-id",
		"pkcs11:module-path=m;token=ca":                                      "it names no key: add object (its label) or id",
		"pkcs11:module-path=m;token=ca;object":                               "an attribute in it has no value",
		"pkcs11:module-path=m;token=ca;objct=8642":                           `its attribute "objct" is unknown; the supported attributes are ` + strings.Join(tokenAttributes, ", "),
		"pkcs11:module-path=m;token=ca;pin-value=12;8642=3":                  "an attribute in it is unknown; a semicolon in a value is written %3B",
		"pkcs11:module-path=m;token=ca;object=o;type=cert":                   "its type must be private for a CA key",
		"pkcs11:module-path=m;token=ca;token=8642;object=o":                  "it has token twice",
		"pkcs11:module-path=m;token=%8642g%;object=o":                        "its token is not correctly percent-encoded",
		"PKCS11:module-path=m;slot-id=8642x;object=o":                        "its slot-id is not a number",
		"pkcs11:module-path=m;token=ca;object=o?pin-value=8642&pin-source=x": "it has both pin-value and pin-source",
	} {
		_, err := LoadAuthority(caFile("p256.crt"), uri, unasked(t), now)
		wantError(t, err, "read CA key's pkcs11 URI: "+reason)
		if strings.Contains(err.Error(), "8642") {
			t.Errorf("the error shows what may be a PIN: %s", err)
		}
	}
}

// Values are percent-encoded as RFC 7512 has it: a plus sign is one. An id may be in
// hexadecimal, too.
func TestTokenURI(t *testing.T) {
	for uri, want := range map[string]string{
		"pkcs11:module-path=m;token=a+b%20c;id=%30%31":                "a+b c|01",
		"pkcs11:type=private;model=x;module-path=m;token=t;id=0x3031": "t|01",
		"pkcs11:module-path=m;token=t;id=3031":                        "t|01",
		"pkcs11:module-path=m;token=t;x-vendor=8642;id=3031":          "t|01",
		"pkcs11:module-path=m;token=t;id=root":                        "t|root",
	} {
		source, err := parseTokenURI(keyRole, uri)
		if err != nil {
			t.Fatal(err)
		}
		if k := source; k.values["token"]+"|"+string(k.id) != want {
			t.Errorf("%s is %q, id %q", uri, k.values, k.id)
		}
	}
}

// Whoever can read a key file is warned about; a PKCS#12 archive is one.
func TestKeyPermissions(t *testing.T) {
	for mode, want := range map[uint32]int{0o600: 0, 0o400: 0, 0o640: 1, 0o604: 1, 0o644: 1} {
		path := writeMode(t, mustRead(t, caFile("p256.pkcs8.key")), mode)
		authority, err := LoadAuthority(caFile("p256.crt"), path, unasked(t), now)
		if err != nil {
			t.Fatal(err)
		}
		if len(authority.KeyWarnings) != want || len(authority.Warnings) != 0 {
			t.Errorf("mode %04o: warned of %v, %v", mode, authority.KeyWarnings, authority.Warnings)
		}
	}
}

func writeMode(t *testing.T, data []byte, mode uint32) string {
	t.Helper()
	path := write(t, "ca.key", data)
	if err := os.Chmod(path, os.FileMode(mode)); err != nil {
		t.Fatal(err)
	}
	return path
}

// The URI of a key that somebody else wrote names no module and no PIN, and is checked without
// opening anything.
func TestCheckTokenURI(t *testing.T) {
	for uri, want := range map[string]string{
		"pkcs11:token=ca;object=root":                           "",
		"pkcs11:module-path=/tmp/other.so;token=ca;object=root": "it has module-path",
		"pkcs11:token=ca;object=root?pin-source=/no/such/file":  "it has pin-source",
		"pkcs11:token=ca;object=root?pin-value=73915284":        "it has pin-value",
		"pkcs11:token=ca": "it names no key",
		"pkcs11:token=ca;object=root;object=other?pin-value=73915": "it has object twice",
	} {
		err := CheckTokenURI(uri)
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "73915")) {
			t.Errorf("%s: %v, want %q", uri, err, want)
		}
	}
}
