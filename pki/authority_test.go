package pki

import (
	"bytes"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLoadAuthority(t *testing.T) {
	bundle := write(t, "bundle.crt", mustRead(t, caFile("rsa2048.crt")), mustRead(t, caFile("p256.text.crt")),
		mustRead(t, caFile("brainpool.crt")), mustRead(t, caFile("p256.crt")))
	for _, test := range []struct{ name, certificate, key string }{
		{"one of a bundle, there twice, beside one that can't be read", bundle, caFile("p256.sec1.key")},
		{"the other one of the bundle", bundle, caFile("rsa2048.pkcs1.key")},
		{"certificate and key in one file", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.certificate == "" {
				test.certificate = write(t, "both.pem", mustRead(t, caFile("p384.ecparam.key")), mustRead(t, caFile("p384.ecparam.crt")))
				test.key = test.certificate
			}
			authority, err := LoadAuthority(test.certificate, test.key, nil, now)
			if err != nil {
				t.Fatal(err)
			}
			if !samePublicKey(authority.Certificate.PublicKey, authority.signer.Public()) || authority.Path != test.certificate {
				t.Errorf("certificate %s of %s", authority.Subject(), authority.Path)
			}
		})
	}
}

func TestLoadAuthorityRefuses(t *testing.T) {
	bundle := write(t, "bundle.crt", mustRead(t, caFile("rsa2048.crt")), mustRead(t, caFile("p256.crt")))
	renewed := write(t, "renewed.crt", mustRead(t, caFile("p256.crt")), mustRead(t, caFile("p256.renewed.crt")))
	damaged := write(t, "damaged.crt", mustRead(t, caFile("p256.crt")), unreadable)
	p384 := caFile("p384.pkcs8.key")
	for _, test := range []struct{ name, certificate, key, want string }{
		{"no certificate", "no.crt", p384, "read CA certificate no.crt: no such file"},
		{"no key", caFile("p256.crt"), "no.key", "read CA key no.key: no such file"},
		{"key of another kind", caFile("rsa2048.crt"), p384, "use CA key " + p384 +
			`: it is EC P-384 and does not belong to the CA certificate "CN=OpenSSL RSA 2048,O=Example Devices", whose key is RSA 2048`},
		{"key of the same kind", caFile("p384.ecparam.crt"), p384, "use CA key " + p384 +
			`: it does not belong to the CA certificate "CN=OpenSSL ecparam": both keys are EC P-384, but they differ`},
		{"none of a bundle", bundle, p384, "use CA key " + p384 +
			": it is EC P-384 and belongs to none of the 2 certificates: " + described(t, "rsa2048.crt") + "; " + described(t, "p256.crt")},
		{"renewed with the same key", renewed, caFile("p256.pkcs8.key"), "read CA certificate " + renewed +
			": 2 of its certificates belong to the key: " + described(t, "p256.crt") + "; " + described(t, "p256.renewed.crt")},
		{"none of those that can be read", damaged, p384, "read CA certificate " + damaged +
			": a certificate in it can't be read: x509: malformed tbs certificate"},
		{"expired", caFile("p256.expired.crt"), caFile("p256.pkcs8.key"),
			"use CA certificate " + caFile("p256.expired.crt") + ": it expired at 2026-01-01T00:00:00Z"},
		{"expired, and the key is another's", caFile("p256.expired.crt"), p384, "use CA key " + p384 +
			`: it is EC P-384 and does not belong to the CA certificate "CN=Expired", whose key is EC P-256`},
		{"Ed25519", caFile("ed25519.crt"), caFile("ed25519.pkcs8.key"),
			"use CA certificate " + caFile("ed25519.crt") + ": its key is Ed25519, which is neither RSA nor EC P-256, P-384 or P-521"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := LoadAuthority(test.certificate, test.key, nil, now)
			wantError(t, err, test.want)
		})
	}
}

func TestNewAuthority(t *testing.T) {
	key, other := newECKey(t, elliptic.P256()), newECKey(t, elliptic.P256())
	root := selfSign(t, key, nil)
	if _, err := NewAuthority(root, key, now); err != nil {
		t.Error(err)
	}
	_, err := NewAuthority(root, other, now)
	wantError(t, err, `use CA key: it does not belong to the CA certificate "CN=made in the test": both keys are EC P-256, but they differ`)
	leaf := selfSign(t, key, func(c *x509.Certificate) { c.IsCA = false })
	_, err = NewAuthority(leaf, key, now)
	wantError(t, err, `use CA certificate "CN=made in the test": it is an end-entity certificate: its basicConstraints say CA:FALSE`)
}

// An intermediate CA works: its chain is checked where it is given, and the one
// certificate is what comes out.
func TestLoadAuthorityOfAChain(t *testing.T) {
	rootKey, otherKey, key := newECKey(t, elliptic.P256()), newECKey(t, elliptic.P256()), mustAuthority(t, "p256.crt", "p256.pkcs8.key")
	root := selfSign(t, rootKey, func(c *x509.Certificate) { c.Subject = pkix.Name{CommonName: "root"} })
	impostor := selfSign(t, otherKey, func(c *x509.Certificate) { c.Subject = pkix.Name{CommonName: "root"} })
	stranger := selfSign(t, otherKey, func(c *x509.Certificate) { c.Subject = pkix.Name{CommonName: "stranger"} })
	intermediate := sign(t, &x509.Certificate{
		SerialNumber:          new(big.Int).Lsh(big.NewInt(1), 90),
		Subject:               pkix.Name{CommonName: "intermediate"},
		NotBefore:             root.NotBefore,
		NotAfter:              root.NotAfter,
		KeyUsage:              x509.KeyUsageCertSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}, root, key.Certificate.PublicKey, rootKey)
	pem := func(certificates ...*x509.Certificate) []byte {
		var text []byte
		for _, c := range certificates {
			text = append(text, EncodeCertificate(c)...)
		}
		return text
	}
	const fault = `its issuer "CN=root" is in the same file, but did not sign it`
	for _, test := range []struct {
		name  string
		file  []byte
		fault string
	}{
		{"alone", pem(intermediate), ""},
		{"with its root", pem(intermediate, root), ""},
		{"root first", pem(root, intermediate), ""},
		{"with its root and another of that name", pem(intermediate, impostor, root), ""},
		{"without its root", pem(intermediate, stranger), ""},
		{"with another root of that name", pem(intermediate, impostor), fault},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := write(t, "chain.crt", test.file)
			authority, err := LoadAuthority(path, caFile("p256.pkcs8.key"), nil, now)
			if test.fault != "" {
				wantError(t, err, "use CA certificate "+path+": "+test.fault)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if authority.PEM() != EncodeCertificate(intermediate) {
				t.Errorf("what is registered is not the intermediate alone:\n%s", authority.PEM())
			}
		})
	}
}

func TestNewThrowawayAuthority(t *testing.T) {
	at := now.Add(700 * time.Millisecond)
	authority, err := NewThrowawayAuthority(at)
	if err != nil {
		t.Fatal(err)
	}
	certificate := authority.Certificate
	if authority.Subject() != "CN=mqttca rehearsal CA" || keyKind(certificate.PublicKey) != "EC P-256" || len(authority.Warnings) != 0 {
		t.Errorf("subject %s, key %s, warnings %v", authority.Subject(), keyKind(certificate.PublicKey), authority.Warnings)
	}
	if len(certificate.SubjectKeyId) == 0 || certificate.SignatureAlgorithm != x509.ECDSAWithSHA256 {
		t.Errorf("key identifier %x, signed with %s", certificate.SubjectKeyId, certificate.SignatureAlgorithm)
	}
	if certificate.NotBefore != now.Add(-time.Hour) || certificate.NotAfter != now.Add(24*time.Hour) {
		t.Errorf("valid %s to %s", certificate.NotBefore, certificate.NotAfter)
	}
	if issued := issue(t, authority); issued.NotAfter != certificate.NotAfter {
		t.Errorf("the verification certificate outlives the CA: %s", issued.NotAfter)
	}
	second, err := NewThrowawayAuthority(at)
	if err != nil {
		t.Fatal(err)
	}
	if second.SerialNumber() == authority.SerialNumber() || samePublicKey(second.Certificate.PublicKey, certificate.PublicKey) {
		t.Error("the same CA twice")
	}
}

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
		{"two", both, "it holds 2 certificates, not one: " +
			described(t, "p256.crt") + "; " + described(t, "p256.renewed.crt")},
		{"one and a damaged one", append(bytes.Clone(plain), plain[:200]...), `its "CERTIFICATE" block is cut short or altered`},
		{"one and one without content", append(bytes.Clone(plain), unreadable...),
			"a certificate in it can't be read: x509: malformed tbs certificate"},
		{"one without content alone", unreadable, "a certificate in it can't be read: x509: malformed tbs certificate"},
		{"private key", mustRead(t, caFile("p256.sec1.key")), `it holds no certificate, only "EC PRIVATE KEY"`},
		{"OpenSSL's trusted form", mustRead(t, caFile("p256.trusted.crt")), `it holds no certificate, only "TRUSTED CERTIFICATE"`},
		{"PKCS#7", []byte("-----BEGIN PKCS7-----\nMAA=\n-----END PKCS7-----\n"), `it holds no certificate, only "PKCS7"`},
		{"request", []byte("-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n"),
			`it holds no certificate, only "CERTIFICATE REQUEST"`},
		{"odd label", []byte("-----BEGIN \x1b[31m"), `it holds no certificate, only "PEM"`},
		{"half of one in a line", append([]byte("x"), plain[:200]...), "it holds no certificate in PEM or DER"},
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
	fault := func(message string) Finding {
		return Finding{Severity: Fault, Subject: OfCA, Object: "CA certificate ca.crt", Message: message, Advice: adviceOfIssuer}
	}
	err := refusal([]Finding{fault("first"), fault("second")})
	wantError(t, err, "use CA certificate ca.crt: first; second")
	var local *Error
	if errors.As(err, &local) && local.Advice != adviceOfIssuer {
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
		Meaning: "the service requires a unique serial number of a CA (\"in global\", says the message of SnNotUnique): a short one may already be in use",
		Advice:  "if the service refuses it as already in use, reissue the CA certificate with a random serial number of 128 bits",
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
