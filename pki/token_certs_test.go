//go:build cgo

package pki

import (
	"encoding/pem"
	"errors"
	"strings"
	"testing"

	"github.com/miekg/pkcs11"
)

// writeCertificate puts a certificate into the token.
func writeCertificate(t *testing.T, module string, run func(string, ...string) string, path, label, id string) {
	t.Helper()
	block, _ := pem.Decode(mustRead(t, path))
	run("pkcs11-tool", "--module", module, "--login", "--pin", "1234", "--write-object", write(t, "ca.der", block.Bytes), "--type", "cert", "--label", label, "--id", id)
}

// hideCertificate puts a certificate into the token that can be read after a login only.
func hideCertificate(t *testing.T, module, path, label string) {
	t.Helper()
	token, err := mustTokenURI(t, "pkcs11:module-path="+module+";token=ca;object=any").openSession()
	if err != nil {
		t.Fatal(err)
	}
	defer token.close()
	certificate := mustCertificate(t, path)
	session, err := token.OpenSession(token.slot, pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION)
	if err == nil {
		err = token.Login(session, pkcs11.CKU_USER, "1234")
	}
	if err == nil {
		_, err = token.CreateObject(session, []*pkcs11.Attribute{
			pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_CERTIFICATE), pkcs11.NewAttribute(pkcs11.CKA_CERTIFICATE_TYPE, pkcs11.CKC_X_509),
			pkcs11.NewAttribute(pkcs11.CKA_TOKEN, true), pkcs11.NewAttribute(pkcs11.CKA_PRIVATE, true), pkcs11.NewAttribute(pkcs11.CKA_LABEL, label),
			pkcs11.NewAttribute(pkcs11.CKA_SUBJECT, certificate.RawSubject), pkcs11.NewAttribute(pkcs11.CKA_VALUE, certificate.Raw),
		})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// The CA certificate may come from the token, by label or id and without a PIN, for all that
// reads one.
func TestCertificateInToken(t *testing.T) {
	module, run := softHSM(t)
	importKey(run, "p256", "root", "01")
	writeCertificate(t, module, run, caFile("p256.crt"), "root", "01")
	writeCertificate(t, module, run, caFile("p384.crt"), "twice", "02")
	writeCertificate(t, module, run, caFile("rsa2048.crt"), "twice", "03")
	hideCertificate(t, module, caFile("p521.crt"), "hidden")
	at := "pkcs11:module-path=" + module + ";token=ca;"
	pin := write(t, "pin", []byte("1234\n"))
	for _, uri := range []string{at + "object=root", at + "id=%01", at + "id=01;object=root;type=cert", at + "object=root?pin-value=1234", at + "object=root;pin-source=" + pin} {
		ca, err := LoadCA(uri, now)
		if err != nil {
			t.Errorf("%s: %v", uri, err)
			continue
		}
		if !ca.Certificate.Equal(mustCertificate(t, caFile("p256.crt"))) || strings.Contains(ca.Path, "pin") || !strings.HasPrefix(ca.Path, "pkcs11:token=ca;") {
			t.Errorf("%s is CA %s of %s", uri, ca.Subject(), ca.Path)
		}
	}
	proof := write(t, "verification.crt", mustRead(t, "../testdata/verification/openssl.p256.recipe.crt"))
	if _, err := LoadProof(at+"object=root", proof, now); err != nil {
		t.Error(err)
	}
	for _, key := range []string{at + "object=root", caFile("p256.pkcs8.key")} {
		authority, err := LoadAuthority(at+"object=root", key, once(t, "1234"), now)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tryIssue(t, authority); err != nil {
			t.Error(err)
		}
		authority.Close()
	}
	if authority, err := LoadAuthority(at+"object=twice", caFile("rsa2048.pkcs8.key"), nil, now); err != nil || authority.Path != "pkcs11:token=ca;object=twice" {
		t.Errorf("the one of the key among two: %v", err)
	}
	for uri, want := range map[string]string{
		at + "object=none":           "use CA certificate pkcs11:token=ca;object=none: the token has no matching certificate readable without a PIN",
		at + "object=hidden":         "use CA certificate pkcs11:token=ca;object=hidden: the token has no matching certificate readable without a PIN",
		at + "object=twice":          "read CA certificate pkcs11:token=ca;object=twice: it holds 2 certificates, not one: ",
		at + "object=none;slot-id=x": "read CA certificate's pkcs11 URI: its slot-id is not a number",
		"pkcs11:token=ca":            "read CA certificate's pkcs11 URI: it names no certificate: add object (its label) or id",
	} {
		_, err := ReadCA(uri)
		wantStart(t, err, want)
		var refused *Error
		if errors.As(err, &refused) && strings.Contains(refused.Advice, "file") {
			t.Errorf("%s: the advice is for a file: %s", uri, refused.Advice)
		}
	}
}

// Without a CA certificate, the token's own is taken if it is the only one that the key
// proves to be its own, whatever labels and ids say.
func TestCertificateBesideKeyInToken(t *testing.T) {
	module, run := softHSM(t)
	importKey(run, "p256", "root", "01")
	writePrivateKey(t, module, run, "rsa2048", "second", "02")
	writePrivateKey(t, module, run, "p384", "third", "03", "--always-auth")
	key := func(object string) string { return "pkcs11:module-path=" + module + ";token=ca;object=" + object }
	refused := func(password Password) {
		t.Helper()
		_, err := LoadAuthority("", key("root"), password, now)
		wantError(t, err, "use CA key pkcs11:token=ca;object=root: no CA certificate is given, and the token has none for this key")
		if !errors.Is(err, ErrNoCertificate) {
			t.Error("the cause is lost")
		}
	}
	refused(unasked(t))
	writeCertificate(t, module, run, caFile("p521.crt"), "root", "01")
	refused(passwordOf("1234")) // a certificate of the same label and id, and of another key
	for object, kind := range map[string]string{"root": "p256", "second": "rsa2048", "third": "p384"} {
		writeCertificate(t, module, run, caFile(kind+".crt"), "of "+kind, "77")
		authority, err := LoadAuthority("", key(object), once(t, "1234"), now)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tryIssue(t, authority); err != nil || authority.Path != "pkcs11:token=ca" || !authority.Certificate.Equal(mustCertificate(t, caFile(kind+".crt"))) {
			t.Errorf("%s of %s: %v", authority.Subject(), authority.Path, err)
		}
		authority.Close()
	}
	writeCertificate(t, module, run, caFile("p256.renewed.crt"), "renewed", "01")
	_, err := LoadAuthority("", key("root"), passwordOf("1234"), now)
	wantStart(t, err, "read CA certificate pkcs11:token=ca: 2 of its certificates belong to the key: ")
}
