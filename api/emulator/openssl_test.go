package emulator_test

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"mqttca/api/emulator"
)

// TestVendorsRecipe registers a CA and a verification certificate made by the commands of the vendor's documentation.
func TestVendorsRecipe(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl is not installed: the vendor's recipe is not tried")
	}
	tests := []struct {
		name   string
		genkey []string
	}{
		{"RSA", []string{"genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"}},
		{"EC", []string{"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := start(t, func(o *emulator.Options) { o.Now = nil })
			dir := t.TempDir()
			openssl(t, dir, append(test.genkey, "-out", "ca.key")...)
			openssl(t, dir, "req", "-new", "-x509", "-key", "ca.key", "-subj", "/CN=plant CA", "-days", "300", "-sha256",
				"-addext", "basicConstraints=critical,CA:TRUE", "-out", "ca.crt")
			openssl(t, dir, append(test.genkey, "-out", "verification.key")...)
			openssl(t, dir, "req", "-new", "-key", "verification.key", "-subj", "/CN="+c.registerCode(instanceID), "-out", "verification.csr")
			openssl(t, dir, "x509", "-req", "-in", "verification.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
				"-out", "verification.crt", "-days", "300", "-sha256")
			verification := read(t, dir, "verification.crt")
			t.Logf("openssl made X.509 v%d", version(t, verification))
			if got := c.send(registerRequest(instanceID, "plant", read(t, dir, "ca.crt"), verification)); got.code() != "" {
				t.Errorf("refused: %v", got.Body)
			}
		})
	}
}

func openssl(t *testing.T, dir string, arguments ...string) {
	t.Helper()
	command := exec.Command("openssl", arguments...)
	command.Dir = dir
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("openssl %v: %v\n%s", arguments, err, output)
	}
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func version(t *testing.T, content string) int {
	t.Helper()
	block, _ := pem.Decode([]byte(content))
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return certificate.Version
}
