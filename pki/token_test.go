//go:build cgo

package pki

import (
	"crypto"
	"crypto/elliptic"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/miekg/pkcs11"
)

// softHSM makes a token "ca" with the PIN 1234 in a folder of the test's own, and returns
// the module and a function that runs its tools.
func softHSM(t *testing.T) (module string, run func(program string, args ...string) string) {
	t.Helper()
	for _, program := range []string{"softhsm2-util", "pkcs11-tool", "openssl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("SKIP: %s is not installed (Debian packages softhsm2, opensc, openssl)", program)
		}
	}
	for _, path := range []string{"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so", "/opt/homebrew/lib/softhsm/libsofthsm2.so"} {
		if _, err := os.Stat(path); err == nil {
			module = path
		}
	}
	if module == "" {
		t.Skip("SKIP: the module of SoftHSM 2 is not in a known place")
	}
	folder := t.TempDir()
	configuration := write(t, "softhsm2.conf", []byte("directories.tokendir = "+folder+"\nobjectstore.backend = file\nlog.level = ERROR\n"))
	t.Setenv("SOFTHSM2_CONF", configuration)
	run = func(program string, args ...string) string {
		t.Helper()
		output, err := exec.Command(program, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s %v: %v\n%s", program, args, err, output)
		}
		return string(output)
	}
	run("softhsm2-util", "--init-token", "--free", "--label", "ca", "--pin", "1234", "--so-pin", "5678")
	return module, run
}

// importKey puts the key of a fixture into the token.
func importKey(run func(string, ...string) string, kind, label, id string) {
	run("softhsm2-util", "--import", caFile(kind+".pkcs8.key"), "--token", "ca", "--label", label, "--id", id, "--pin", "1234")
}

// Every kind of key signs in SoftHSM, found in each way, and openssl verifies what it
// signed.
func TestTokenSigns(t *testing.T) {
	module, run := softHSM(t)
	slot := slotsOf(t, run)[0].id
	for i, kind := range []string{"rsa2048", "rsa4096", "p256", "p384"} {
		importKey(run, kind, kind+" key", fmt.Sprintf("0a%02x", i))
		for _, where := range []string{
			"token=ca;object=" + kind + "%20key", fmt.Sprintf("token=ca;id=0a%02x", i), fmt.Sprintf("token=ca;id=%%0a%%%02x", i),
			fmt.Sprintf("slot-id=%s;id=0a%02x;object=%s%%20key", slot, i, kind),
		} {
			t.Run(kind+" "+where, func(t *testing.T) {
				asked := ""
				authority, err := LoadAuthority(caFile(kind+".crt"), "pkcs11:module-path="+module+";"+where, func(what string) (string, error) { asked = what; return "1234", nil }, now)
				if err != nil {
					t.Fatal(err)
				}
				defer authority.Close()
				if asked != "PIN of token ca" || len(authority.KeyWarnings) > 0 {
					t.Errorf("asked for %q, warned of %v", asked, authority.KeyWarnings)
				}
				issued, err := tryIssue(t, authority)
				if err != nil {
					t.Fatal(err)
				}
				path := write(t, "verification.crt", []byte(EncodeCertificate(issued)))
				run("openssl", "verify", "-no_check_time", "-CAfile", caFile(kind+".crt"), path)
			})
		}
	}
}

// slot is a slot of SoftHSM with an initialized token.
type slot struct{ id, serial string }

func slotsOf(t *testing.T, run func(string, ...string) string) (slots []slot) {
	t.Helper()
	for part := range strings.SplitSeq(run("softhsm2-util", "--show-slots"), "\nSlot ") {
		id, _, _ := strings.Cut(strings.TrimPrefix(part, "Available slots:\nSlot "), "\n")
		if m := regexp.MustCompile(`Serial number:\s+(\w+)`).FindStringSubmatch(part); m != nil && strings.Contains(part, "Initialized:      yes") {
			slots = append(slots, slot{id, m[1]})
		}
	}
	return slots
}

// Of two tokens with one label, each attribute of the URI says which is meant: with its
// value the key opens, with another the token or the key is not found.
func TestTokenAttributesChoose(t *testing.T) {
	module, run := softHSM(t)
	run("softhsm2-util", "--init-token", "--free", "--label", "ca", "--pin", "1234", "--so-pin", "5678")
	slots := slotsOf(t, run)
	if len(slots) != 2 {
		t.Fatalf("tokens: %v", slots)
	}
	own, other := slots[0], slots[1]
	for i, kind := range []string{"p256", "p384"} {
		run("softhsm2-util", "--import", caFile(kind+".pkcs8.key"), "--slot", slots[i].id, "--label", "root", "--id", "01", "--pin", "1234")
	}
	run("softhsm2-util", "--import", caFile("rsa2048.pkcs8.key"), "--slot", own.id, "--label", "second", "--id", "02", "--pin", "1234")
	const noToken, noKey, otherKey = "the module has no matching token", "the token has no matching private key", "does not belong to the CA certificate"
	pin := write(t, "pin", []byte("1234\n"))
	tests := map[string]struct{ base, value, wrong, reason string }{
		"module-path":  {"serial=" + own.serial + ";object=root?pin-value=1234", module, "/no/such.so", "does not exist"},
		"token":        {"serial=" + own.serial + ";object=root?pin-value=1234", "ca", "none", noToken},
		"serial":       {"token=ca;object=root?pin-value=1234", own.serial, other.serial, otherKey},
		"slot-id":      {"token=ca;object=root?pin-value=1234", own.id, other.id, otherKey},
		"manufacturer": {"serial=" + own.serial + ";object=root?pin-value=1234", "SoftHSM%20project", "SoftHSM", noToken},
		"model":        {"serial=" + own.serial + ";object=root?pin-value=1234", "SoftHSM%20v2", "SoftHSM%20v1", noToken},
		"object":       {"serial=" + own.serial + ";id=01?pin-value=1234", "root", "second", noKey},
		"id":           {"serial=" + own.serial + ";object=root?pin-value=1234", "01", "02", noKey},
		"pin-source":   {"serial=" + own.serial + ";object=root", pin, "/no/such/file", "no such file"},
		"pin-value":    {"serial=" + own.serial + ";object=root", "1234", "8642", "the PIN is wrong"},
	}
	for _, name := range tokenAttributes {
		test, known := tests[name]
		if !known {
			t.Errorf("nothing is tried of %s", name)
		}
		uri := "pkcs11:" + test.base
		if name != "module-path" {
			uri = "pkcs11:module-path=" + module + ";" + test.base
		}
		authority, err := LoadAuthority(caFile("p256.crt"), uri+";"+name+"="+test.value, unasked(t), now)
		if err != nil {
			t.Errorf("%s=%s: %v", name, test.value, err)
			continue
		}
		authority.Close()
		_, err = LoadAuthority(caFile("p256.crt"), uri+";"+name+"="+test.wrong, unasked(t), now)
		if err == nil || !strings.Contains(err.Error(), test.reason) {
			t.Errorf("%s=%s: error %v, want %q", name, test.wrong, err, test.reason)
		}
	}
}

// Each attribute that chooses the token is compared with that of the token, but for padding.
func TestTokenNames(t *testing.T) {
	token := pkcs11.TokenInfo{Label: "ca   ", SerialNumber: "77\x00\x00", ManufacturerID: "maker ", Model: "v2", Flags: pkcs11.CKF_TOKEN_INITIALIZED}
	const base = "pkcs11:module-path=m;object=root;"
	for uri, want := range map[string]bool{
		"token=ca": true, "token=cb": false, "serial=77": true, "serial=7": false, "slot-id=5": true, "slot-id=0": false,
		"token=ca;manufacturer=maker": true, "token=ca;manufacturer=other": false,
		"token=ca;model=v2": true, "token=ca;model=v1": false,
		"token=ca;serial=77;slot-id=5;manufacturer=maker;model=v2": true, "token=cb;serial=77": false,
	} {
		source, err := parseTokenURI(keyRole, base+uri)
		if err != nil {
			t.Fatal(err)
		}
		if got := source.names(5, token); got != want {
			t.Errorf("%s names the token: %t, want %t", uri, got, want)
		}
	}
	token.Flags = 0
	source, _ := parseTokenURI(keyRole, base+"token=ca")
	if source.names(5, token) {
		t.Error("a token that is not initialized is taken")
	}
}

// A PIN in the URI or in a file that it names is used without asking; the first is warned
// about, and never shown.
func TestTokenPIN(t *testing.T) {
	module, run := softHSM(t)
	importKey(run, "p256", "root", "01")
	uri := "pkcs11:module-path=" + module + ";token=ca;object=root"
	lines := write(t, "pin", []byte("1234\n5678\n"))
	good, bad, empty := write(t, "pin", []byte("1234\n")), write(t, "pin", []byte("8642\n")), write(t, "pin", []byte("\n"))
	marked, wide := write(t, "pin", byteOrderMark, []byte("1234\r\n")), write(t, "pin", []byte("1\x002\x003\x004\x00"))
	for _, key := range []string{uri + "?pin-source=" + good, uri + "?pin-source=" + marked, uri + ";pin-source=file:" + good, uri + "?pin-value=1234"} {
		authority, err := LoadAuthority(caFile("p256.crt"), key, unasked(t), now)
		if err != nil {
			t.Fatal(err)
		}
		if warned := len(authority.KeyWarnings) == 1; warned != strings.Contains(key, "pin-value") || strings.Contains(fmt.Sprint(authority.KeyWarnings), "1234") {
			t.Errorf("%s: warned of %v", key, authority.KeyWarnings)
		}
		authority.Close()
	}
	const object = "use CA key pkcs11:token=ca;object=root: "
	for _, test := range []struct {
		key      string
		password Password
		want     string
	}{
		{uri + "?pin-value=8642", unasked(t), object + "the PIN is wrong"},
		{uri + "?pin-source=" + bad, unasked(t), object + "the PIN is wrong"},
		{uri + "?pin-source=" + empty, unasked(t), "read PIN file " + empty + ": it must hold one line with the PIN"},
		{uri + "?pin-source=" + lines, unasked(t), "read PIN file " + lines + ": it must hold one line with the PIN"},
		{uri + "?pin-source=" + wide, unasked(t), "read PIN file " + wide + ": it is UTF-16 text, as PowerShell's > writes it"},
		{uri + "?pin-source=/no/such/file", unasked(t), "read PIN file: no such file"},
		{uri, passwordOf("8642"), object + "the PIN is wrong"},
		{uri, passwordOf(""), object + "the PIN is empty; mqttca never tries an empty PIN"},
		{uri, nil, object + "the token requires a PIN, and none is given"},
	} {
		_, err := LoadAuthority(caFile("p256.crt"), test.key, test.password, now)
		wantError(t, err, test.want)
		if strings.Contains(fmt.Sprintf("%+v %#v", err, err), "8642") {
			t.Errorf("the PIN is in the error")
		}
	}
}

// What a token or module can't do is told before a PIN is asked for, where that can be known.
func TestTokenRefuses(t *testing.T) {
	module, run := softHSM(t)
	importKey(run, "p256", "root", "01")
	importKey(run, "p384", "twice", "02")
	importKey(run, "rsa2048", "twice", "03")
	at := "pkcs11:module-path=" + module + ";"
	noModule := write(t, "module.so", []byte("hello"))
	for _, test := range []struct {
		key      string
		password Password
		want     string
	}{
		{at + "token=none;object=root", unasked(t), "use CA key pkcs11:token=none;object=root: the module has no matching token"},
		{"pkcs11:module-path=/no/such.so;token=ca;object=root", unasked(t), "use CA key pkcs11:token=ca;object=root: its PKCS#11 module /no/such.so does not exist"},
		{"pkcs11:module-path=" + noModule + ";token=ca;object=root", unasked(t), "use CA key pkcs11:token=ca;object=root: its PKCS#11 module " + noModule + " can't be loaded"},
		{at + "token=ca;object=none", passwordOf("1234"), "use CA key pkcs11:token=ca;object=none: the token has no matching private key"},
		{at + "token=ca;object=twice", passwordOf("1234"), "use CA key pkcs11:token=ca;object=twice: the token has 2 matching keys"},
		{at + "token=ca;object=twice;id=02", passwordOf("1234"), `use CA key pkcs11:token=ca;object=twice;id=02: it does not belong to the CA certificate "CN=OpenSSL p256,O=Example Devices", whose key does not verify its trial signature`},
	} {
		_, err := LoadAuthority(caFile("p256.crt"), test.key, test.password, now)
		wantError(t, err, test.want)
	}
	_, err := LoadAuthority("", at+"token=ca;object=root", unasked(t), now)
	if !errors.Is(err, ErrNoCertificate) {
		t.Errorf("error %v", err)
	}
	run("softhsm2-util", "--init-token", "--free", "--label", "ca", "--pin", "1234", "--so-pin", "5678")
	_, err = LoadAuthority(caFile("p256.crt"), at+"token=ca;object=root", unasked(t), now)
	if err == nil || !strings.Contains(err.Error(), "the module has 2 matching tokens: slot-id=") {
		t.Errorf("error %v", err)
	}
}

// A token may pair a private key with the public key of another: only a signature shows it.
func TestTokenPairThatIsNone(t *testing.T) {
	module, run := softHSM(t)
	importKey(run, "p256", "root", "01")
	run("pkcs11-tool", "--module", module, "--login", "--pin", "1234", "--delete-object", "--type", "pubkey", "--id", "01")
	other := newECKey(t, elliptic.P256())
	der, _ := x509.MarshalPKIXPublicKey(other.Public())
	public := write(t, "other.pub", der)
	run("pkcs11-tool", "--module", module, "--login", "--pin", "1234", "--write-object", public, "--type", "pubkey", "--label", "root", "--id", "01")
	certificate := write(t, "ca.crt", []byte(EncodeCertificate(selfSign(t, other, nil))))
	_, err := LoadAuthority(certificate, "pkcs11:module-path="+module+";token=ca;object=root", passwordOf("1234"), now)
	wantError(t, err, `use CA key pkcs11:token=ca;object=root: it does not belong to the CA certificate "CN=made in the test", whose key does not verify its trial signature`)
	authority, err := LoadAuthority(caFile("p256.crt"), "pkcs11:module-path="+module+";token=ca;object=root", passwordOf("1234"), now)
	if err != nil {
		t.Fatal(err) // what the public object says does not count
	}
	authority.Close()
}

// brokenSigner answers with an error, as a token that was pulled out does.
type brokenSigner struct {
	crypto.Signer
	err error
}

func (s brokenSigner) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return nil, s.err }

func TestTokenAnswers(t *testing.T) {
	source, err := parseTokenURI(keyRole, "pkcs11:module-path=m;token=ca;object=root;pin-value=8642")
	if err != nil {
		t.Fatal(err)
	}
	for want, answer := range map[string]error{
		lostSession: pkcs11.Error(pkcs11.CKR_DEVICE_REMOVED),
		lockedPIN:   pkcs11.Error(pkcs11.CKR_PIN_LOCKED),
		"the token answered 0x6: CKR_FUNCTION_FAILED":                    pkcs11.Error(pkcs11.CKR_FUNCTION_FAILED),
		"the token can't be used: its module returned an invalid answer": errors.New("pin-value=8642"),
	} {
		authority := mustAuthority(t, "p256.crt", "p256.pkcs8.key")
		authority.signer = brokenSigner{authority.signer, source.refuseAnswer(answer)}
		_, err := authority.IssueVerification(Template{Code: "x", PublicKey: newECKey(t, elliptic.P256()).Public(), SerialNumber: NewSerialNumber(), Now: now, Validity: DefaultValidity})
		wantError(t, err, "use CA key pkcs11:token=ca;object=root: "+want)
	}
	locked := pkcs11.TokenInfo{Flags: pkcs11.CKF_USER_PIN_INITIALIZED | pkcs11.CKF_USER_PIN_LOCKED}
	_, err = source.askPIN(locked, unasked(t))
	wantError(t, err, "use CA key pkcs11:token=ca;object=root: "+lockedPIN)
	_, err = source.askPIN(pkcs11.TokenInfo{}, unasked(t))
	wantError(t, err, "use CA key pkcs11:token=ca;object=root: the token has no user PIN yet")
}
