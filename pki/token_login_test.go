//go:build cgo

package pki

import (
	"crypto/elliptic"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"sync"
	"testing"

	"github.com/miekg/pkcs11"
)

// writePrivateKey puts the key of a fixture into the token without its public half.
func writePrivateKey(t *testing.T, module string, run func(string, ...string) string, kind, label, id string, more ...string) {
	t.Helper()
	block, _ := pem.Decode(mustRead(t, caFile(kind+".pkcs8.key")))
	args := []string{"--module", module, "--login", "--pin", "1234", "--write-object", write(t, "key.der", block.Bytes), "--type", "privkey", "--label", label, "--id", id}
	run("pkcs11-tool", append(args, more...)...)
}

// once is a PIN that may be asked for once.
func once(t *testing.T, pin string) Password {
	asked := false
	return func(string) (string, error) {
		if asked {
			t.Error("the PIN is asked for twice")
		}
		asked = true
		return pin, nil
	}
}

func tryIssue(t *testing.T, authority *Authority) (*x509.Certificate, error) {
	t.Helper()
	return authority.IssueVerification(Template{Code: fixtureCode, PublicKey: verificationKey(t, authority.CA), SerialNumber: NewSerialNumber(), Now: now, Validity: DefaultValidity})
}

// A key that wants a login for each signature, such as that of PIV slot 9c, gets one for the
// trial and for each certificate. The PIN is asked for once. Its public object is missing,
// too, as pkcs11-tool writes it.
func TestTokenLogsInForEachSignature(t *testing.T) {
	module, run := softHSM(t)
	for id, kind := range map[string]string{"05": "p256", "06": "rsa2048", "07": "p521", "08": "rsa4096"} {
		t.Run(kind, func(t *testing.T) {
			writePrivateKey(t, module, run, kind, kind, id, "--always-auth")
			authority, err := LoadAuthority(caFile(kind+".crt"), "pkcs11:module-path="+module+";token=ca;id="+id, once(t, "1234"), now)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				issued, err := tryIssue(t, authority)
				if err != nil {
					t.Fatal(err)
				}
				run("openssl", "verify", "-no_check_time", "-CAfile", caFile(kind+".crt"), write(t, "verification.crt", []byte(EncodeCertificate(issued))))
			}
			authority.Close()
			material, err := ReadMaterial(Sources{CA: caFile(kind + ".crt"), Key: "pkcs11:module-path=" + module + ";token=ca;id=" + id}, once(t, "1234"))
			if err != nil {
				t.Fatal(err)
			}
			defer material.Close()
			if findings := material.Findings(now); len(findings) != 0 || material.KeyKind() != keyKind(material.Certificate.PublicKey) {
				t.Errorf("%s: %v", material.KeyKind(), findings)
			}
		})
	}
}

// A token signs for many at once, with two of its keys, of which one wants a login each time.
func TestTokenSignsForManyAtOnce(t *testing.T) {
	module, run := softHSM(t)
	importKey(run, "p256", "p256", "01")
	writePrivateKey(t, module, run, "rsa2048", "rsa2048", "02", "--always-auth")
	var group sync.WaitGroup
	for _, kind := range []string{"p256", "rsa2048"} {
		authority, err := LoadAuthority(caFile(kind+".crt"), "pkcs11:module-path="+module+";token=ca;object="+kind, once(t, "1234"), now)
		if err != nil {
			t.Fatal(err)
		}
		defer authority.Close()
		key := verificationKey(t, authority.CA)
		for range 8 {
			group.Go(func() {
				for range 5 {
					if _, err := authority.IssueVerification(Template{Code: fixtureCode, PublicKey: key, SerialNumber: NewSerialNumber(), Now: now, Validity: DefaultValidity}); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
	}
	group.Wait()
}

// tokenKeyOf is the private key of an authority.
func tokenKeyOf(authority *Authority) *tokenSession {
	return authority.signer.(provenSigner).Signer.(*tokenSession)
}

// Some modules do not tell that a key wants a login for each signature: the answer to a
// signature without does.
func TestTokenTellsLateThatItWantsALogin(t *testing.T) {
	module, run := softHSM(t)
	writePrivateKey(t, module, run, "p256", "root", "05", "--always-auth")
	authority, err := LoadAuthority(caFile("p256.crt"), "pkcs11:module-path="+module+";token=ca;object=root", once(t, "1234"), now)
	if err != nil {
		t.Fatal(err)
	}
	defer authority.Close()
	key := tokenKeyOf(authority)
	if !key.everyTime {
		t.Fatal("the key does not want a login for each signature")
	}
	key.everyTime = false
	if _, err := tryIssue(t, authority); err != nil || !key.everyTime {
		t.Errorf("%v; a login for each signature: %t", err, key.everyTime)
	}
}

// A PIN that a login for a signature refused is not tried again, even if it has become right
// meanwhile; so it is with the trial signature.
func TestTokenTriesNoRefusedPINAgain(t *testing.T) {
	module, run := softHSM(t)
	writePrivateKey(t, module, run, "p256", "root", "05", "--always-auth")
	authority, err := LoadAuthority(caFile("p256.crt"), "pkcs11:module-path="+module+";token=ca;object=root", once(t, "1234"), now)
	if err != nil {
		t.Fatal(err)
	}
	defer authority.Close()
	session := tokenKeyOf(authority)
	change := func(old, new string) {
		t.Helper()
		second, err := session.OpenSession(session.slot, pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION)
		if err == nil {
			err = session.SetPIN(second, old, new)
		}
		if err != nil {
			t.Fatal(err)
		}
		session.CloseSession(second)
	}
	change("1234", "8642")
	_, err = tryIssue(t, authority)
	wantError(t, err, "use CA key pkcs11:token=ca;object=root: the PIN is wrong")
	change("8642", "1234")
	_, err = tryIssue(t, authority)
	wantError(t, err, "use CA key pkcs11:token=ca;object=root: the PIN is wrong")
}

// A private key without its public object works with the CA certificate that verifies what
// it signs, also one among others; another certificate is refused.
func TestTokenWithoutPublicObject(t *testing.T) {
	module, run := softHSM(t)
	for id, kind := range map[string]string{"01": "p256", "02": "rsa2048"} {
		writePrivateKey(t, module, run, kind, kind, id)
		key := "pkcs11:module-path=" + module + ";token=ca;id=" + id
		bundle := write(t, "bundle.crt", mustRead(t, caFile("p384.crt")), mustRead(t, caFile(kind+".crt")), mustRead(t, caFile("rsa3072.crt")))
		for _, file := range []string{caFile(kind + ".crt"), bundle} {
			authority, err := LoadAuthority(file, key, once(t, "1234"), now)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tryIssue(t, authority); err != nil || !authority.Certificate.Equal(mustCertificate(t, caFile(kind+".crt"))) {
				t.Errorf("%s: %v, CA %s", kind, err, authority.Subject())
			}
			authority.Close()
		}
	}
	key := "pkcs11:module-path=" + module + ";token=ca;id=01"
	other := write(t, "other.crt", []byte(EncodeCertificate(selfSign(t, newECKey(t, elliptic.P256()), nil))))
	_, err := LoadAuthority(other, key, passwordOf("1234"), now)
	wantError(t, err, "use CA key pkcs11:token=ca;id=01: it does not belong to the CA certificate \"CN=made in the test\", whose key does not verify its trial signature")
	_, err = LoadAuthority(caFile("rsa2048.crt"), key, passwordOf("1234"), now)
	wantError(t, err, "use CA key pkcs11:token=ca;id=01: it does not belong to the CA certificate \"CN=OpenSSL RSA 2048,O=Example Devices\", whose key does not verify its trial signature")
	_, err = LoadAuthority(write(t, "two.crt", mustRead(t, caFile("p384.crt")), mustRead(t, other)), key, passwordOf("1234"), now)
	if err == nil || !strings.HasPrefix(err.Error(), "use CA key pkcs11:token=ca;id=01: it belongs to none of the 2 certificates: \"CN=OpenSSL p384") {
		t.Errorf("error %v", err)
	}
}

// A token that is about to lock its PIN says so where the PIN is asked for.
func TestTokenBeforeItLocks(t *testing.T) {
	source, err := parseTokenURI(keyRole, "pkcs11:module-path=m;token=ca;object=root")
	if err != nil {
		t.Fatal(err)
	}
	token := pkcs11.TokenInfo{Label: "ca", Flags: pkcs11.CKF_USER_PIN_INITIALIZED | pkcs11.CKF_USER_PIN_FINAL_TRY}
	_, err = source.askPIN(token, func(what string) (string, error) {
		if what != "PIN of token ca (a wrong one locks it)" {
			t.Errorf("asked for %q", what)
		}
		return "1234", nil
	})
	if err != nil {
		t.Error(err)
	}
}
