package cmd

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// sign works in an empty network namespace, where there is not even loopback.
func TestSignWithoutNetwork(t *testing.T) {
	if output, err := exec.Command("unshare", "-rn", "true").CombinedOutput(); err != nil {
		t.Skipf("no network namespace can be made here: %v: %s", err, output)
	}
	program, err := exec.LookPath("mqttca")
	if err != nil {
		t.Fatal(err)
	}
	ca, out := filepath.Join(testdata(), "ca", "openssl.p256"), filepath.Join(t.TempDir(), "verification.crt")
	sign := exec.Command("unshare", "-rn", program, "sign", "--ca-cert", ca+".crt", "--ca-key", ca+".pkcs8.key", "--code", "some-code", "--out", out)
	if output, err := sign.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, output)
	}
}
