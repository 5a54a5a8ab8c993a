package zlint

import (
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"

	"github.com/zmap/zcrypto/x509"
	"github.com/zmap/zlint/v3"
	"github.com/zmap/zlint/v3/lint"
)

// explained are the findings of error level that the certificates have on purpose, with the
// reason. All but that of RFC 8813 are from the Baseline Requirements of the CA/Browser Forum and
// from Mozilla's root program, which are for TLS servers of the public web: a verification
// certificate is shown to one service, once, a throwaway device certificate to one broker, and
// the vendor's procedures have none of these extensions. RFC 5280 has no finding.
var explained = map[string]string{
	"e_mp_ecdsa_signature_encoding_correct":      "Mozilla signs with SHA-384 under P-384 and knows no P-521; the vendor's procedure has SHA-256 and SHA-512",
	"e_dnsname_not_valid_tld":                    "the common name is a registration code and no host name",
	"e_ext_san_missing":                          "there is no host to name; the service reads the common name",
	"e_subject_common_name_not_exactly_from_san": "the code stands in the common name, and there is no SAN",
	"e_missing_crl_distrib_point":                "a private CA may have no revocation list, and the certificate serves once",
	"e_sub_cert_aia_missing":                     "a private CA may have neither OCSP nor a URL; the CA certificate is submitted beside it",
	"e_sub_cert_cert_policy_empty":               "a policy of the public web would be a false claim",
	"e_sub_cert_certificate_policies_missing":    "likewise",
	"e_sub_cert_eku_missing":                     "the proof is for no protocol, and a device must not be able to use it for one; the vendor's device certificates have none",
	"e_ecdsa_allowed_ku":                         "the vendor's procedure gives EC device certificates the usages of RSA: what it documents, the broker takes",
	"e_cabf_ecc_allowed_key_usages":              "likewise",
}

// Every finding of error level is explained, and every explanation is of a finding.
func TestGoldenCertificates(t *testing.T) {
	golden, err := filepath.Glob(filepath.Join("..", "..", "testdata", "golden", "*.pem"))
	if err != nil || len(golden) < 6 {
		t.Fatalf("%d golden certificates found: %v", len(golden), err)
	}
	met := map[string]bool{}
	for _, path := range golden {
		for name, result := range zlint.LintCertificate(parse(t, path)).Results {
			if result.Status < lint.Error {
				continue
			}
			met[name] = true
			if explained[name] == "" {
				about := lint.GlobalRegistry().ByName(name)
				t.Errorf("%s: %s (%s): %s", filepath.Base(path), name, about.Source, about.Description)
			}
		}
	}
	for name := range explained {
		if !met[name] {
			t.Errorf("%s is explained, and no certificate has it", name)
		}
	}
}

func parse(t *testing.T, path string) *x509.Certificate {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		t.Fatalf("%s has no PEM block", path)
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return certificate
}
