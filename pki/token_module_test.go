//go:build cgo

package pki

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The module may be named by the variable, or be one that p11-kit knows.
func TestTokenWithoutModulePath(t *testing.T) {
	module, run := softHSM(t)
	importKey(run, "p256", "root", "01")
	const uri = "pkcs11:token=ca;object=root"
	t.Setenv(EnvModule, module)
	authority, err := LoadAuthority(caFile("p256.crt"), uri, once(t, "1234"), now)
	if err != nil {
		t.Fatal(err)
	}
	authority.Close()

	t.Setenv(EnvModule, "/no/such.so")
	_, err = LoadAuthority(caFile("p256.crt"), uri, unasked(t), now)
	wantError(t, err, "use CA key pkcs11:token=ca;object=root: its PKCS#11 module /no/such.so does not exist")
	t.Setenv(EnvModule, "pass:hunter2")
	_, err = LoadAuthority(caFile("p256.crt"), uri, unasked(t), now)
	wantError(t, err, "read CA key pkcs11:token=ca;object=root's PKCS#11 module: this is the password itself, not the path of a file")

	t.Setenv(EnvModule, "")
	authority, err = LoadAuthority(caFile("p256.crt"), uri, once(t, "1234"), now)
	switch {
	case err == nil:
		defer authority.Close()
		if _, err := tryIssue(t, authority); err != nil {
			t.Error(err)
		}
	case strings.Contains(err.Error(), "p11-kit is not installed"):
		t.Log("SKIP: p11-kit is not installed")
	default:
		configured, _ := filepath.Glob("/usr/share/p11-kit/modules/softhsm*.module")
		if len(configured) > 0 {
			t.Fatal(err)
		}
		t.Log("SKIP: p11-kit does not know SoftHSM")
	}
}

// Without p11-kit, too, nothing names a module.
func TestTokenWithoutModule(t *testing.T) {
	_, err := mustTokenURI(t, "pkcs11:token=ca;object=root").loadModule([]string{"no-p11-kit.so", "neither.so"})
	wantError(t, err, "use CA key pkcs11:token=ca;object=root: no PKCS#11 module is named, and p11-kit is not installed")
	if hint := err.(*Error).Hint(); !strings.Contains(hint, EnvModule) || !strings.Contains(hint, "module-path") {
		t.Errorf("hint %q", hint)
	}
}

// SoftHSM that can't read its configuration, as of a user who is not root, answers
// CKR_GENERAL_ERROR: the hint names the variable.
func TestSoftHSMWithoutConfiguration(t *testing.T) {
	module, _ := softHSM(t)
	t.Setenv("SOFTHSM2_CONF", "/no/such.conf")
	_, err := LoadAuthority(caFile("p256.crt"), "pkcs11:module-path="+module+";token=ca;object=root", unasked(t), now)
	wantError(t, err, "use CA key pkcs11:token=ca;object=root: its module failed without a reason (CKR_GENERAL_ERROR)")
	if hint := err.(*Error).Hint(); !strings.Contains(hint, "SOFTHSM2_CONF") {
		t.Errorf("hint %q", hint)
	}
}

// wantStart is wantError for an error that ends in paths.
func wantStart(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error:\n%v\nwant at its start:\n%s", err, want)
	}
}

func mustTokenURI(t *testing.T, uri string) *tokenObject {
	t.Helper()
	k, err := parseTokenURI(keyRole, uri)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Two keys of one token sign while both are open, and one when the other is closed.
func TestTwoKeysOfATokenAtOnce(t *testing.T) {
	module, run := softHSM(t)
	var open []*Authority
	for n, kind := range []string{"p256", "rsa2048"} {
		importKey(run, kind, kind, fmt.Sprintf("0%d", n+1))
		authority, err := LoadAuthority(caFile(kind+".crt"), "pkcs11:module-path="+module+";token=ca;object="+kind, once(t, "1234"), now)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, authority)
	}
	for _, authority := range slices.Backward(open) {
		for _, each := range open {
			if _, err := tryIssue(t, each); err != nil {
				t.Error(err)
			}
		}
		authority.Close()
		open = open[:len(open)-1]
	}
}
