package pki

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// openssl runs the real thing.
func openssl(t *testing.T, args ...string) string {
	t.Helper()
	path, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("SKIP: no openssl on this machine: ", err)
	}
	out, err := exec.Command(path, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("openssl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func TestOpenSSLAccepts(t *testing.T) {
	for _, kind := range takenKinds {
		t.Run(kind, func(t *testing.T) {
			opensslAccepts(t, kind+".crt", kind+".pkcs8.key", "-x509_strict")
		})
	}
	for _, name := range []string{"p256.t61.crt", "p256.bmp.crt", "p256.multi.crt"} {
		t.Run(name, func(t *testing.T) { opensslAccepts(t, name, "p256.pkcs8.key", "-x509_strict") })
	}
	// RFC 5280 wants a CA to have a subject and a key identifier; these have not.
	for _, name := range []string{"p256.empty.crt", "p256.noski.crt"} {
		t.Run(name, func(t *testing.T) { opensslAccepts(t, name, "p256.pkcs8.key") })
	}
}

// opensslAccepts has openssl judge what this CA issues, at the fixed instant.
func opensslAccepts(t *testing.T, certificate, key string, options ...string) {
	t.Helper()
	authority := mustAuthority(t, certificate, key)
	ca := write(t, "ca.crt", []byte(authority.PEM()))
	verification := write(t, "verification.crt", []byte(EncodeCertificate(issue(t, authority))))
	verify := append([]string{"verify", "-attime", strconv.FormatInt(now.Unix(), 10)}, options...)
	if got := openssl(t, append(verify, "-CAfile", ca, verification)...); got != verification+": OK\n" {
		t.Errorf("verify says %q", got)
	}
	if got := openssl(t, "x509", "-noout", "-subject", "-nameopt", "RFC2253", "-in", verification); got != "subject=CN="+fixtureCode+"\n" {
		t.Errorf("subject is %q", got)
	}
}

// The command that the hint of a key in an encryption that is not read has does what it says.
func TestAdviceOnEncryption(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("no openssl")
	}
	paths, err := filepath.Glob(keyFixture("openssl.p256.legacy-provider-*.key"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no fixtures: ", err)
	}
	for _, name := range []string{"camellia", "legacy-camellia256", "pbes1"} {
		paths = append(paths, keyFixture("openssl.p256."+name+".key"))
	}
	for _, path := range paths {
		var refused *Error
		if _, err := readKey(path, unasked(t)); !errors.As(err, &refused) {
			t.Fatalf("%s: %v", path, err)
		}
		_, advice, _ := strings.Cut(refused.Advice, "re-encrypt it in a supported form: ")
		whole, err := filepath.Abs(path)
		if err != nil {
			t.Fatal(err)
		}
		command := strings.Fields(strings.Replace(advice, "FILE", whole, 1) + " -passin pass:example -passout pass:example")
		openssl := exec.CommandContext(t.Context(), command[0], command[1:]...)
		openssl.Dir = t.TempDir()
		if said, err := openssl.CombinedOutput(); err != nil {
			t.Errorf("%s: %s\n%s", path, advice, said)
			continue
		}
		if _, err := readKey(filepath.Join(openssl.Dir, "ca.key"), examplePassword); err != nil {
			t.Error(err)
		}
	}
}
