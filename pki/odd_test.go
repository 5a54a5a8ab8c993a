package pki

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func oddFile(name string) string { return filepath.Join("../testdata/odd", name) }

// oddCAs are the files of CAs that testdata/make-odd-cas.sh made.
func oddCAs(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob(oddFile("*.crt"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no fixtures: ", err)
	}
	return paths
}

// keyOf is the file of a CA's key: beside it, or the one of testdata/ca of its algorithm.
func keyOf(path string) string {
	own := strings.TrimSuffix(path, ".crt") + ".pkcs8.key"
	if found, _ := filepath.Glob(own); found != nil {
		return own
	}
	return caFile(strings.Split(filepath.Base(path), ".")[1] + ".pkcs8.key")
}

// The faults of those CAs that are unfit, by the rules' names. All others are registered.
var unfit = map[string][]string{
	"by-hand.p256.no-extensions.crt":    {"basic-constraints"},
	"openssl.SM2.plain.crt":             {"key"},
	"openssl.brainpoolP384r1.plain.crt": {"key"},
	"openssl.secp224r1.plain.crt":       {"key"},
	"openssl.secp256k1.plain.crt":       {"key"},
	"openssl.p256.explicit.crt":         {"key"},
}

// A CA that OpenSSL verifies and no rule refuses signs, whatever crypto/x509 says of it, and
// OpenSSL verifies what it signed.
func TestOddCAs(t *testing.T) {
	for _, path := range slices.Concat(oddCAs(t), takenCAs(t)) {
		name := filepath.Base(path)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var faults []string
			for _, f := range (&Material{Certificate: mustCertificate(t, path)}).Findings(now) {
				if f.Severity == Fault {
					faults = append(faults, f.Rule)
				}
			}
			if !slices.Equal(faults, unfit[name]) {
				t.Fatalf("faults %v, want %v", faults, unfit[name])
			}
			if faults != nil {
				return
			}
			authority, err := LoadAuthority(path, keyOf(path), nil, now)
			if err != nil {
				t.Fatal(err)
			}
			issued := issue(t, authority)
			if !bytes.Equal(issued.RawIssuer, authority.Certificate.RawSubject) {
				t.Error("the issuer is not byte for byte the CA's subject")
			}
			if !opensslVerifies(t, path, path) { // read and judged all the same
				return
			}
			if !opensslVerifies(t, path, write(t, "verification.crt", []byte(EncodeCertificate(issued)))) {
				t.Error("OpenSSL does not verify the verification certificate")
			}
		})
	}
}

func takenCAs(t *testing.T) []string {
	t.Helper()
	var paths []string
	for _, kind := range takenKinds {
		paths = append(paths, caFile(kind+".crt"))
	}
	return paths
}

func opensslVerifies(t *testing.T, ca, certificate string) bool {
	t.Helper()
	program, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("SKIP: no openssl on this machine: ", err)
	}
	args := []string{"verify", "-attime", strconv.FormatInt(now.Unix(), 10), "-CAfile", ca, certificate}
	if !selfSigned(mustCertificate(t, ca)) {
		args = slices.Insert(args, 1, "-partial_chain")
	}
	out, err := exec.Command(program, args...).CombinedOutput()
	t.Logf("openssl verify: %s", out)
	return err == nil
}
