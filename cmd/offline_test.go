package cmd

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// sign and check work in an empty network namespace, where there is not even loopback.
func TestWithoutNetwork(t *testing.T) {
	if output, err := exec.Command("unshare", "-rn", "true").CombinedOutput(); err != nil {
		t.Skipf("no network namespace can be made here: %v: %s", err, output)
	}
	program, err := exec.LookPath("mqttca")
	if err != nil {
		t.Fatal(err)
	}
	ca, out := filepath.Join(testdata(), "ca", "openssl.p256"), filepath.Join(t.TempDir(), "verification.crt")
	for _, command := range [][]string{
		{"sign", "--ca-cert", ca + ".crt", "--ca-key", ca + ".pkcs8.key", "--code", "some-code", "--out", out},
		{"check", "--ca-cert", ca + ".crt", "--ca-key", ca + ".pkcs8.key", "--verification-cert", out, "--code", "some-code"},
	} {
		if output, err := exec.Command("unshare", append([]string{"-rn", program}, command...)...).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, output)
		}
	}
}
