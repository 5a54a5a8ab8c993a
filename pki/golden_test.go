package pki

import (
	"crypto"
	"flag"
	"io"
	"math/big"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// repeatable signs without randomness: PKCS#1 v1.5 needs none, and ECDSA without a
// random reader is that of RFC 6979.
type repeatable struct{ crypto.Signer }

func (r repeatable) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return r.Signer.Sign(nil, digest, opts)
}

// The verification certificate is the same, byte for byte, in every build, and so is that of a
// device under an RSA and an EC CA.
func TestGolden(t *testing.T) {
	serialNumber, _ := new(big.Int).SetString("c0ffee00112233445566778899aabbcc", 16)
	for _, kind := range takenKinds {
		t.Run(kind, func(t *testing.T) {
			authority := mustAuthority(t, kind+".crt", kind+".pkcs8.key")
			authority.signer = repeatable{authority.signer}
			public := mustPublicKey(t, goldenFile("openssl.p256.pub"))
			if strings.HasPrefix(kind, "rsa") {
				public = mustPublicKey(t, goldenFile("openssl.rsa2048.pub"))
			}
			made := template(public)
			made.SerialNumber = serialNumber
			issued, err := authority.IssueVerification(made)
			if err != nil {
				t.Fatal(err)
			}
			compareGolden(t, "mqttca."+kind+".pem", EncodeCertificate(issued))
			if kind != "rsa2048" && kind != "p256" {
				return
			}
			made.Code, made.Validity = "mqttca-0011aabb", DeviceValidity
			if issued, err = authority.IssueDevice(made); err != nil {
				t.Fatal(err)
			}
			compareGolden(t, "mqttca."+kind+".device.pem", EncodeCertificate(issued))
		})
	}
}

func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(goldenFile(name), []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(mustRead(t, goldenFile(name))), got); diff != "" {
		t.Errorf("%s differs (run with -update where that is meant):\n%s", name, diff)
	}
}
