package pki

import (
	"bytes"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLoadCA(t *testing.T) {
	plain := mustRead(t, caFile("p256.crt"))
	crlf := bytes.ReplaceAll(plain, []byte("\n"), []byte("\r\n"))
	oldLabel := bytes.ReplaceAll(plain, []byte(" CERTIFICATE"), []byte(" X509 CERTIFICATE"))
	for _, test := range []struct{ name, path string }{
		{"plain", caFile("p256.crt")},
		{"text ahead", caFile("p256.text.crt")},
		{"DER", caFile("p256.der.crt")},
		{"CRLF", write(t, "ca.crt", crlf)},
		{"byte order mark", write(t, "ca.crt", byteOrderMark, plain)},
		{"older label", write(t, "ca.crt", oldLabel)},
		{"the same twice", write(t, "ca.crt", plain, byteOrderMark, crlf)},
		{"with its key", write(t, "ca.crt", mustRead(t, caFile("p256.pkcs8.key")), plain)},
		{"no line feed at the end", write(t, "ca.crt", bytes.TrimSpace(plain))},
	} {
		t.Run(test.name, func(t *testing.T) {
			ca, err := LoadCA(test.path, now)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(plain), ca.PEM()); diff != "" {
				t.Errorf("PEM differs from what OpenSSL wrote:\n%s", diff)
			}
			if ca.Path != test.path || len(ca.Warnings) != 0 {
				t.Errorf("path %q, warnings %v", ca.Path, ca.Warnings)
			}
		})
	}
}

func TestLoadCARefuses(t *testing.T) {
	plain := mustRead(t, caFile("p256.crt"))
	both := append(bytes.Clone(plain), mustRead(t, caFile("p256.renewed.crt"))...)
	wide := []byte("\xff\xfe" + strings.Join(strings.Split(string(plain), ""), "\x00") + "\x00")
	for _, test := range []struct {
		name   string
		data   []byte
		reason string
	}{
		{"two", both, "it holds 2 certificates where one is expected: " +
			described(t, "p256.crt") + "; " + described(t, "p256.renewed.crt")},
		{"one and a damaged one", append(bytes.Clone(plain), plain[:200]...), `its "CERTIFICATE" block is cut short or altered`},
		{"one and one of an unknown curve", append(bytes.Clone(plain), mustRead(t, caFile("brainpool.crt"))...),
			"a certificate in it can't be read: x509: unsupported elliptic curve"},
		{"an unknown curve alone", mustRead(t, caFile("brainpool.crt")), "a certificate in it can't be read: x509: unsupported elliptic curve"},
		{"private key", mustRead(t, caFile("p256.sec1.key")), `it holds no certificate, only "EC PRIVATE KEY"`},
		{"OpenSSL's trusted form", mustRead(t, caFile("p256.trusted.crt")), `it holds no certificate, only "TRUSTED CERTIFICATE"`},
		{"PKCS#7", []byte("-----BEGIN PKCS7-----\nMAA=\n-----END PKCS7-----\n"), `it holds no certificate, only "PKCS7"`},
		{"request", []byte("-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n"),
			`it holds no certificate, only "CERTIFICATE REQUEST"`},
		{"odd label", []byte("-----BEGIN \x1b[31m"), `it holds no certificate, only "PEM"`},
		{"begins in a line", append([]byte("x"), plain...), "it holds no certificate in PEM or DER"},
		{"UTF-16", wide, "it is UTF-16 text, as PowerShell's > writes it, not PEM"},
		{"something else", []byte("hello\n"), "it holds no certificate in PEM or DER"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := write(t, "ca.crt", test.data)
			_, err := LoadCA(path, now)
			wantError(t, err, "read CA certificate "+path+": "+test.reason)
		})
	}
}

// described is a fixture as an error lists it.
func described(t *testing.T, name string) string {
	t.Helper()
	certificate := mustCertificate(t, caFile(name))
	return fmt.Sprintf(`"%s" (serial number %x, valid 2025-01-01T00:00:00Z to 2124-12-08T00:00:00Z, SHA-256 %x)`,
		certificate.Subject, certificate.SerialNumber.Bytes(), sha256.Sum256(certificate.Raw))
}

func TestLoadCAListsNoMoreThanEight(t *testing.T) {
	var data []byte
	for range 10 {
		data = append(data, EncodeCertificate(selfSign(t, newECKey(t, elliptic.P256()), nil))...)
	}
	_, err := LoadCA(write(t, "ca.crt", data), now)
	if err == nil || strings.Count(err.Error(), "made in the test") != 8 || !strings.HasSuffix(err.Error(), "; and 2 more") {
		t.Errorf("error: %v", err)
	}
}

// Every fault of a CA is in one sentence.
func TestLoadCAJoinsFaults(t *testing.T) {
	path := caFile("rsa1024.crt")
	_, err := LoadCA(path, mustCertificate(t, path).NotAfter.AddDate(1, 0, 0))
	wantError(t, err, "use CA certificate "+path+": it expired at 2124-12-08T00:00:00Z; its RSA key has 1024 bits, fewer than 2048")
}

// Advice that serves for two faults is given once.
func TestRefusalAdvisesOnce(t *testing.T) {
	m := altering(t, "rsa1024.crt", func(c *x509.Certificate) { c.PublicKey.(*rsa.PublicKey).E = 1 })
	err := refusal(m.Findings(now))
	wantError(t, err, `use CA certificate "CN=OpenSSL RSA 1024": its RSA key has 1024 bits, fewer than 2048; its RSA key has the public exponent 1, which is not odd and at least 3`)
	var local *Error
	if errors.As(err, &local) && local.Advice != adviceOfKey {
		t.Errorf("advice %q", local.Advice)
	}
}

func TestLoadCAWarns(t *testing.T) {
	ca, err := LoadCA(caFile("p256.shortserial.crt"), now)
	if err != nil {
		t.Fatal(err)
	}
	want := []Finding{{
		Rule: "serial-entropy", Severity: Warning,
		Subject: OfCA, Object: "CA certificate " + caFile("p256.shortserial.crt"),
		Message: "its serial number 1f has fewer than 64 bits",
		Meaning: "the service wants a CA's serial number unique among all its customers, and a short one may be taken",
		Advice:  "should the service refuse it as taken, issue the CA certificate anew with a random serial number of 128 bits",
		Source:  "ApsaraMQ for MQTT: RegisterCaCertificate (SnNotUnique); CA/Browser Forum Baseline Requirements section 7.1",
	}}
	if diff := cmp.Diff(want, ca.Warnings); diff != "" {
		t.Error(diff)
	}
}

func TestCANames(t *testing.T) {
	for _, test := range []struct{ file, subject, name string }{
		{"p256.crt", "CN=OpenSSL p256,O=Example Devices", "OpenSSL p256"},
		{"p256.t61.crt", "CN=T61,O=Müller Geräte", "T61"},
		{"p256.bmp.crt", "CN=BMP,O=设备", "BMP"},
		{"p256.multi.crt", "OU=设备+CN=Two in one,O=Example Devices", "Two in one"},
		{"p256.empty.crt", "", "ca-" + sum(t, "p256.empty.crt")[:12]},
	} {
		t.Run(test.file, func(t *testing.T) {
			ca, err := LoadCA(caFile(test.file), now)
			if err != nil {
				t.Fatal(err)
			}
			if ca.Subject() != test.subject || ca.DefaultName() != test.name {
				t.Errorf("subject %q, name %q, want %q, %q", ca.Subject(), ca.DefaultName(), test.subject, test.name)
			}
			if ca.SHA256() != sum(t, test.file) {
				t.Errorf("SHA-256 %s", ca.SHA256())
			}
		})
	}
}

// sum is the SHA-256 of a fixture, taken from its DER without this package.
func sum(t *testing.T, name string) string {
	digest := sha256.Sum256(mustCertificate(t, caFile(name)).Raw)
	return hex.EncodeToString(digest[:])
}

func TestSubjectEscapesWhatDoesNotPrint(t *testing.T) {
	ca := &CA{Certificate: selfSign(t, newECKey(t, elliptic.P256()), func(c *x509.Certificate) {
		c.Subject.CommonName = "a\x1b[31m\nb\u202e, \"c\""
	})}
	if want := `CN=a\1B[31m\0Ab\E2\80\AE\, \"c\"`; ca.Subject() != want {
		t.Errorf("subject %s, want %s", ca.Subject(), want)
	}
}

func TestSerialNumber(t *testing.T) {
	for file, want := range map[string]string{"p256.shortserial.crt": "1f"} {
		ca, err := LoadCA(caFile(file), now)
		if err != nil {
			t.Fatal(err)
		}
		if ca.SerialNumber() != want {
			t.Errorf("serial number %s, want %s", ca.SerialNumber(), want)
		}
	}
}
