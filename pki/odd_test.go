package pki

import (
	"bytes"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	tag "golang.org/x/crypto/cryptobyte/asn1"
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
	"by-hand.p256.no-extensions.crt":        {"basic-constraints"},
	"openssl.SM2.plain.crt":                 {"key"},
	"openssl.brainpoolP384r1.plain.crt":     {"key"},
	"openssl.secp224r1.plain.crt":           {"key"},
	"openssl.secp256k1.plain.crt":           {"key"},
	"openssl.p256.permitted.crt":            {"name-constraints-proof"},
	"by-hand.p256.flipped-aki.crt":          {"self-signature"},
	"openssl.p256.explicit.crt":             {"key"},
	"by-hand.p256.constraints-capitals.crt": {"name-constraints-proof"},
	"by-hand.p256.constraints-maximum.crt":  {"name-constraints-proof"},
	// Those that OpenSSL refuses, too.
	"by-hand.p256.octets.crt":            {"decoding"},
	"by-hand.p256.visible.crt":           {"decoding"},
	"by-hand.p256.generalstring.crt":     {"decoding"},
	"by-hand.p256.bmp-odd.crt":           {"decoding"},
	"by-hand.p256.utf8-broken.crt":       {"decoding"},
	"by-hand.p256.crl-damaged.crt":       {"decoding"},
	"by-hand.p256.constraints-twice.crt": {"decoding"},
	"by-hand.p256.path-negative.crt":     {"basic-constraints", "decoding"},
	"by-hand.p256.usage-none.crt":        {"key-usage"},
	"by-hand.p256.ski-bare.crt":          {"decoding"},
}

// The warnings of which one says why OpenSSL refuses a CA: not all that they are about is refused.
var doubtful = []string{"name-encoding", "extension-encoding", "time-encoding", "critical-extensions", "signature-scheme", "authority-key-identifier"}

// Those whose times or structure neither crypto/x509 nor OpenSSL takes are not read.
var unread = []string{"by-hand.p256.no-zone.crt", "by-hand.p256.fraction.crt", "by-hand.p256.critical-long.crt"}

// A CA that OpenSSL verifies and no rule refuses signs, whatever crypto/x509 says of it, and
// OpenSSL verifies what it signed.
func TestOddCAs(t *testing.T) {
	for _, path := range slices.Concat(oddCAs(t), takenCAs(t)) {
		name := filepath.Base(path)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if slices.Contains(unread, name) {
				if _, err := ParseCertificate(string(mustRead(t, path))); err == nil || opensslVerifies(t, path, path) {
					t.Error("read or verified: ", err)
				}
				return
			}
			m := &Material{Certificate: mustCertificate(t, path)}
			if m.Certificate.PublicKey != nil && !slices.Contains(unfit[name], "key") {
				signer, err := readKey(keyOf(path), nil)
				if err != nil {
					t.Fatal(err)
				}
				m.key = &openedKey{role: keyRole, object: keyRole, signer: signer}
			}
			var faults []string
			doubted := false
			for _, f := range m.Findings(now) {
				if f.Severity == Fault {
					faults = append(faults, f.Rule)
				}
				doubted = doubted || slices.Contains(doubtful, f.Rule)
				if strings.Contains(f.Meaning, "OpenSSL accepts it") && slices.Contains(faults, "decoding") {
					t.Errorf("%s says that OpenSSL takes it", f.Rule)
				}
				if len(f.Message) > 1000 {
					t.Errorf("%s has a message of %d bytes", f.Rule, len(f.Message))
				}
			}
			if slices.Contains(faults, "decoding") && opensslVerifies(t, path, path) {
				t.Error("OpenSSL verifies it")
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
				if !doubted {
					t.Error("OpenSSL refuses it, and no rule says so")
				}
				return
			}
			if !opensslVerifies(t, path, write(t, "verification.crt", []byte(EncodeCertificate(issued)))) {
				t.Error("OpenSSL does not verify the verification certificate")
			}
		})
	}
}

// A CA below a root whose signature or key crypto/x509 does not verify: nothing is said of what
// it can't tell.
func TestChainsUnverified(t *testing.T) {
	paths, err := filepath.Glob(oddFile("*.chain"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no fixtures: ", err)
	}
	for _, path := range paths {
		authority, err := LoadAuthority(path, keyOf(path), nil, now)
		if err != nil {
			t.Error(err)
			continue
		}
		if !opensslVerifies(t, path, write(t, "verification.crt", []byte(EncodeCertificate(issue(t, authority))))) {
			t.Errorf("%s: OpenSSL does not verify the verification certificate", path)
		}
	}
}

// A modulus of megabits is not computed with: to verify one signature took minutes.
func TestHugeModulus(t *testing.T) {
	ca := mustAuthority(t, "rsa2048.crt", "rsa2048.pkcs8.key")
	modulus := new(big.Int).SetBit(bits(1<<22), 0, 1)
	template := &x509.Certificate{RawSubject: ca.Certificate.RawSubject, SerialNumber: big.NewInt(1), BasicConstraintsValid: true, IsCA: true,
		NotBefore: ca.Certificate.NotBefore, NotAfter: ca.Certificate.NotAfter}
	m := &Material{Certificate: sign(t, template, template, &rsa.PublicKey{N: modulus, E: 65537}, ca.signer)}
	m.Verification, m.others = m.Certificate, []*x509.Certificate{ca.Certificate, m.Certificate}
	if Describe(m.Certificate).Key != "RSA 4194304" {
		t.Error(Describe(m.Certificate).Key)
	}
	if err := refusal(m.Findings(now)); err == nil || !strings.Contains(err.Error(), "its RSA key has 4194304 bits, more than OpenSSL's limit of 16384") {
		t.Error(err)
	}
	fits, _ := try(ca.signer)
	if fits(m.Certificate) {
		t.Error("it verifies the trial signature of another key")
	}
}

// Names of any length leave messages short, and the default name within the service's limit.
func TestLongNames(t *testing.T) {
	long := made(t, func(c *x509.Certificate) {
		c.Subject = pkix.Name{CommonName: strings.Repeat("名", 65), OrganizationalUnit: strings.Split(strings.Repeat("unit ", 300), " ")}
	})
	ca := &CA{Certificate: long.Certificate}
	if name := ca.DefaultName(); name != "ca-"+ca.SHA256()[:12] {
		t.Error("default name ", name)
	}
	for _, text := range []string{ca.Subject(), quoteSubject(ca.Certificate), quoteIssuer(ca.Certificate)} {
		if len(text) > 700 || !strings.HasPrefix(strings.Trim(text, `"`), "CN=名") {
			t.Errorf("%d bytes: %s", len(text), text)
		}
	}
	many := slices.Repeat([]string{strings.Repeat("n", 200)}, 400)
	if text := some("", many, ""); len(text) > 800 || !strings.HasSuffix(text, "; and 397 more") {
		t.Error(text)
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
	if parsed, err := ParseCertificate(string(mustRead(t, ca))); err == nil && !selfSigned(parsed) {
		args = slices.Insert(args, 1, "-partial_chain")
	}
	out, err := exec.Command(program, args...).CombinedOutput()
	t.Logf("openssl verify: %s", out)
	return err == nil
}

// oddCases are the rules on what crypto/x509 refuses, and their siblings, on CAs of other tools.
func oddCases(t *testing.T) []ruleCase {
	t.Helper()
	odd := func(name string) *Material { return &Material{Certificate: mustCertificate(t, oddFile(name))} }
	proof := func(ca, name string) *Material {
		return &Material{Certificate: mustCertificate(t, ca), Verification: mustCertificate(t, oddFile(name))}
	}
	key := func(name string) *Material {
		m := odd(name)
		m.key = &openedKey{role: keyRole, object: keyRole, signer: newECKey(t, elliptic.P256())}
		return m
	}
	ca := mustAuthority(t, "p256.crt", "p256.pkcs8.key")
	authority := func(identifier string) *Material {
		value := wrap(tag.SEQUENCE, []byte(identifier))
		template := &x509.Certificate{SerialNumber: big.NewInt(1), ExtraExtensions: []pkix.Extension{{Id: oidAuthorityKeyIdentifier, Value: value}}}
		return &Material{Certificate: ca.Certificate, Verification: sign(t, template, ca.Certificate, verificationKey(t, ca.CA), ca.signer)}
	}
	good := &Material{Certificate: ca.Certificate, Verification: issue(t, ca)}
	plain, constrained := odd("node-forge.rsa2048.plain.crt"), oddFile("openssl.p256.permitted.crt")
	return []ruleCase{
		{"name-encoding", "PrintableString", plain, now, ""},
		{"name-encoding", "T61String", odd("by-hand.p256.t61.crt"), now, ""},
		{"name-encoding", "_", odd("node-forge.rsa2048.underscore.crt"), now, "strict parsers refuse CN=plant_ca as PrintableString in its subject"},
		{"name-encoding", "umlaut", odd("node-forge.rsa2048.umlaut.crt"), now, "strict parsers refuse O=Müller Geräte as PrintableString in its subject"},
		{"name-encoding", "UniversalString", odd("by-hand.p256.universal.crt"), now, "strict parsers refuse CN=工厂😀 as UniversalString in its subject"},
		{"name-encoding", "no string", odd("by-hand.p256.octets.crt"), now, ""},
		{"decoding", "odd to strict parsers alone", odd("by-hand.p256.ip8.crt"), now, ""},
		{"decoding", "no string", odd("by-hand.p256.octets.crt"), now, "OpenSSL refuses it because of 2.5.4.3=#04066f6374657473 as a non-string value: a chain with it does not verify"},
		{"decoding", "twice", odd("by-hand.p256.constraints-twice.crt"), now, "OpenSSL refuses it because of its extension 2.5.29.19, which occurs twice: a chain with it does not verify"},
		{"decoding", "no OCTET STRING", odd("by-hand.p256.ski-bare.crt"), now, "OpenSSL refuses it because of its extension 2.5.29.14, which can't be read: a chain with it does not verify"},
		{"basic-constraints", "a negative path length", odd("by-hand.p256.path-negative.crt"), now, "its basicConstraints can't be read"},
		{"critical-extensions", "critical key identifier", odd("by-hand.p256.ski-critical.crt"), now, "it has critical extensions unknown to some verifiers: 2.5.29.14"},
		{"verification-decoding", "odd itself", proof(oddFile("by-hand.p256.underscore.crt"), "by-hand.p256.odd.proof"), now, ""},
		{"verification-decoding", "twice", proof(oddFile("by-hand.p256.underscore.crt"), "by-hand.p256.constraints-twice.crt"), now,
			"OpenSSL refuses it because of its extension 2.5.29.19, which occurs twice: a chain with it does not verify"},
		{"verification-authority", "the CA", good, now, ""},
		{"verification-authority", "another key identifier", authority("\x80\x04\x01\x02\x03\x04"), now,
			"its authority key identifier differs from the CA's subject key identifier: it does not verify under this CA"},
		{"verification-authority", "another serial number", authority("\x82\x01\x05"), now,
			"its authority key identifier has a serial number other than the CA's: it does not verify under this CA"},
		{"verification-authority", "another issuer", authority("\xa1\x04\xa4\x02\x30\x00"), now,
			"its authority key identifier has an issuer other than the CA's: it does not verify under this CA"},
		{"verification-authority", "of another CA", &Material{Certificate: plain.Certificate, Verification: authority("\x82\x01\x05").Verification}, now, ""},
		{"authority-key-identifier", "renewed", odd("openssl.p256.same-key.crt"), now,
			"it is self-signed, but its authority key identifier has a serial number other than its own"},
		{"authority-key-identifier", "in full", odd("openssl.p256.full-identifier.crt"), now, ""},
		{"name-constraints-proof", "in capitals", key("by-hand.p256.constraints-capitals.crt"), now,
			`the CA's name constraints exclude names below "CN=\\ CODE\\ ": a certificate with only a code as its subject does not verify`},
		{"name-constraints-proof", "a maximum", key("by-hand.p256.constraints-maximum.crt"), now,
			"the CA's name constraints have a minimum or a maximum, which verifiers refuse: a certificate with only a code as its subject does not verify"},
		{"verification-issuer-encoding", "other letters", proof(caFile("p256.crt"), "openssl.p256.respelt.proof"), now,
			"its issuer is the CA's subject, but written differently: O=EXAMPLE  devices instead of O=Example Devices; CN=openssl p256 instead of CN=OpenSSL p256"},
		{"verification-critical-extensions", "none", proof(oddFile("by-hand.p256.underscore.crt"), "by-hand.p256.odd.proof"), now, ""},
		{"verification-critical-extensions", "unknown", proof(oddFile("by-hand.p256.underscore.crt"), "by-hand.p256.unknown-critical.crt"), now,
			"it has critical extensions unknown to some verifiers: 1.2.3.5"},
		{"extension-encoding", "none", plain, now, ""},
		{"extension-encoding", "address", odd("node-forge.rsa2048.ip8.crt"), now, "strict parsers refuse its extensions 2.5.29.17 (cannot parse IP address of length 10)"},
		{"extension-encoding", "twice", odd("by-hand.p256.twice.crt"), now, "strict parsers refuse its extensions 1.2.3.4 (it occurs twice)"},
		{"extension-encoding", "UUID", odd("by-hand.p256.uuid-extension.crt"), now, "strict parsers refuse its extensions 2.25.329800735698586629295641978511506172918 (malformed extension OID field)"},
		{"key-encoding", "with NULL", plain, now, ""},
		{"key-encoding", "without", odd("by-hand.rsa2048.no-null.crt"), now, "strict parsers refuse its public key: RSA key missing NULL parameters"},
		{"key-encoding", "compressed", odd("openssl.p256.compressed.crt"), now, "strict parsers refuse its public key: invalid uncompressed public key"},
		{"time-encoding", "UTCTime, GeneralizedTime after 2050", plain, now, ""},
		{"time-encoding", "GeneralizedTime", odd("by-hand.p256.generalized.crt"), now, "its validity has a time in a form not allowed by RFC 5280: GeneralizedTime before 2050, or not YYMMDDHHMMSSZ"},
		{"time-encoding", "without seconds", odd("by-hand.p256.no-seconds.crt"), now, "its validity has a time in a form not allowed by RFC 5280: GeneralizedTime before 2050, or not YYMMDDHHMMSSZ"},
		{"encoding", "DER", plain, now, ""},
		{"encoding", "BER", odd("by-hand.p256.ber-pieces.crt"), now, "parts of it are encoded in BER instead of DER"},
		{"basic-constraints", "a path length of 72 bits", odd("by-hand.p256.path-huge.crt"), now, ""},
		{"key-usage", "in BER", odd("by-hand.p256.ber-lengths.crt"), now, ""},
		{"version", "v3", plain, now, ""},
		{"version", "v1", odd("by-hand.p256.v1.crt"), now, "it has extensions, which X.509 v1 does not have"},
		{"version", "v4", odd("by-hand.p256.v4.crt"), now, "it claims to be X.509 v4, which does not exist"},
		{"self-signature", "good", plain, now, ""},
		{"self-signature", "SHA-1", odd("openssl.rsa2048.sha1.crt"), now, ""},
		{"self-signature", "flipped", odd("by-hand.p256.flipped-aki.crt"), now,
			"its names and key identifiers mark it as self-signed, but its own key does not verify its signature"},
		{"self-signature", "an exponent of 33 bits", last(t, "openssl.p256.below-exponent.chain"), now, ""},
		{"self-issued", "an exponent of 33 bits", last(t, "openssl.p256.below-exponent.chain"), now, ""},
		{"key", "an exponent of 33 bits", last(t, "openssl.p256.below-exponent.chain"), now, "its RSA key has the public exponent 4294967297; it must be odd, and from 3 to 2147483647"},
		{"chain", "beside another of its name, SHA-1", besideNamesake(t, "openssl.rsa2048.sha1.crt"), now, ""},
		{"chain", "beside another of its name, SHA-3", besideNamesake(t, "openssl.rsa2048.sha3.crt"), now, ""},
		{"chain", "beside another of its name, longest salt", besideNamesake(t, "openssl.rsa2048.pss-max.crt"), now, ""},
		{"self-issued", "good", plain, now, ""},
		{"self-issued", "beside its old one", &Material{Certificate: mustCertificate(t, oddFile("openssl.p256.renewed.crt")),
			others: []*x509.Certificate{mustCertificate(t, oddFile("openssl.p384.old.crt"))}}, now, ""},
		{"self-issued", "renewed", odd("openssl.p256.renewed.crt"), now, "its issuer is its own name, but its own key does not verify its signature: it was signed with another key, as after a key rollover, or damaged"},
		{"name-constraints", "permitted names", odd("openssl.p256.permitted.crt"), now,
			`the CA's name constraints permit only names below "O=Plant": a verification certificate with only the code as its subject does not verify`},
		{"name-constraints", "permitted DNS", odd("openssl.p256.permitted-dns.crt"), now, "it has name constraints, which apply to the certificates below it"},
		{"name-constraints-proof", "excluded names", key("openssl.p256.excluded.crt"), now, ""},
		{"name-constraints-proof", "permitted names", key("openssl.p256.permitted.crt"), now,
			`the CA's name constraints permit only names below "O=Plant": a certificate with only a code as its subject does not verify`},
		{"verification-name-constraints", "inside", proof(constrained, "openssl.p256.permitted.proof"), now, ""},
		{"verification-name-constraints", "outside", proof(constrained, "openssl.p256.outside.proof"), now, `the CA's name constraints permit only names below "O=Plant"`},
		{"verification-issuer-encoding", "the same bytes", proof(constrained, "openssl.p256.permitted.proof"), now, ""},
		{"verification-issuer-encoding", "PrintableString", proof(caFile("p256.crt"), "openssl.p256.recoded.proof"), now,
			"its issuer is the CA's subject, but encoded differently: O=Example Devices as PrintableString instead of UTF8String; CN=OpenSSL p256 as PrintableString instead of UTF8String"},
		{"verification-issuer", "PrintableString", proof(caFile("p256.crt"), "openssl.p256.recoded.proof"), now, ""},
		{"verification-encoding", "of an odd CA", proof(oddFile("by-hand.p256.underscore.crt"), "openssl.p256.underscore.proof"), now, ""},
		{"verification-encoding", "odd itself", proof(oddFile("by-hand.p256.underscore.crt"), "by-hand.p256.odd.proof"), now,
			"strict parsers refuse OU=plant_7 as PrintableString in its subject; its serial number is negative"},
		{"serial-sign", "negative", odd("node-forge.rsa2048.negative.crt"), now, "its serial number is negative"},
		{"key", "secp256k1", odd("openssl.secp256k1.plain.crt"), now, "its key is EC secp256k1, which is neither RSA nor EC P-256, P-384 or P-521"},
		{"key", "explicit parameters", odd("openssl.p256.explicit.crt"), now, "its key is EC with explicit parameters, which few parsers read"},
	}
}

// last is the last certificate of a bundle.
func last(t *testing.T, name string) *Material {
	t.Helper()
	b, err := readBundle(caRole, oddFile(name))
	if err != nil {
		t.Fatal(err)
	}
	return &Material{Certificate: b.certificates[len(b.certificates)-1]}
}

// besideNamesake is a root in a file with another of its name.
func besideNamesake(t *testing.T, name string) *Material {
	t.Helper()
	root := mustCertificate(t, oddFile(name))
	namesake := *mustCertificate(t, caFile("p384.crt"))
	namesake.RawSubject, namesake.RawIssuer = root.RawSubject, root.RawSubject
	return &Material{Certificate: root, others: []*x509.Certificate{root, &namesake}}
}

// In DER, also with a line feed behind it, such a certificate is the same as in PEM.
func TestOddCAsInDER(t *testing.T) {
	for _, path := range oddCAs(t) {
		block, _ := pem.Decode(mustRead(t, path))
		want, err := readBundle(caRole, path)
		got, errOfDER := readBundle(caRole, write(t, "ca.crt", block.Bytes, []byte("\n")))
		if (err == nil) != (errOfDER == nil) || err == nil && !got.certificates[0].Equal(want.certificates[0]) {
			t.Errorf("%s: %v in PEM, %v in DER", path, err, errOfDER)
		}
	}
}
