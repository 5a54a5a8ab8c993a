package pki

import (
	"crypto"
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"math/big"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"
)

// A fleet is a root, a CA below it that issues device certificates, and another of its name.
type fleet struct {
	rootKey, key             crypto.Signer
	root, issuing, unrelated *x509.Certificate
}

func newFleet(t testing.TB) *fleet {
	t.Helper()
	f := &fleet{rootKey: newECKey(t, elliptic.P256()), key: newECKey(t, elliptic.P384())}
	ca := func(name string) *x509.Certificate {
		return &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: name}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
			IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	}
	f.root = sign(t, ca("root"), ca("root"), f.rootKey.Public(), f.rootKey)
	f.issuing = sign(t, ca("issuing"), f.root, f.key.Public(), f.rootKey)
	other := newECKey(t, elliptic.P256())
	f.unrelated = sign(t, ca("issuing"), ca("issuing"), other.Public(), other)
	return f
}

// device issues a certificate for the public key of a fixture.
func (f *fleet) device(t testing.TB, kind string, change func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(4711), Subject: pkix.Name{CommonName: "device of " + kind}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 1, 0),
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature}
	if change != nil {
		change(template)
	}
	return sign(t, template, f.issuing, mustCertificate(t, caFile(kind+".crt")).PublicKey, f.key)
}

// bundleOf writes certificates into one file.
func bundleOf(t testing.TB, certificates ...*x509.Certificate) string {
	t.Helper()
	var text []byte
	for _, c := range certificates {
		text = append(text, EncodeCertificate(c)...)
	}
	return write(t, "device.crt", text)
}

// wantIn has the device connect by TLS 1.2 and 1.3 to a server that verifies its chain up to the
// root, a minute after its certificate began.
func (f *fleet) wantIn(t *testing.T, d *Device) {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AddCert(f.root)
	at := func() time.Time { return d.Certificate.NotBefore.Add(time.Minute) }
	key := newECKey(t, elliptic.P256())
	server := tls.Certificate{Certificate: [][]byte{selfSign(t, key, nil).Raw}, PrivateKey: key}
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		near, far := net.Pipe()
		asServer := tls.Server(far, &tls.Config{Certificates: []tls.Certificate{server}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool,
			MinVersion: version, MaxVersion: version, Time: at})
		asClient := tls.Client(near, &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{{Certificate: d.Chain, PrivateKey: d.Signer}}})
		done := make(chan error)
		go func() { done <- asServer.Handshake(); far.Close() }()
		client := asClient.Handshake()
		near.Close()
		if err := <-done; err != nil || client != nil {
			t.Errorf("%s: server: %v; client: %v", tls.VersionName(version), err, client)
			continue
		}
		if got := asServer.ConnectionState(); !got.PeerCertificates[0].Equal(d.Certificate) || got.Version != version {
			t.Errorf("%s: the server met %s", tls.VersionName(got.Version), got.PeerCertificates[0].Subject)
		}
	}
}

// From every source of a key and whatever the order of the chain, the device's certificate is
// first, and the pair passes TLS.
func TestLoadDevice(t *testing.T) {
	f := newFleet(t)
	for _, test := range []struct{ kind, key string }{
		{"p256", caFile("p256.pkcs8.key")}, {"p256", caFile("p256.sec1.key")}, {"p384", caFile("p384.pkcs8.key")}, {"p521", caFile("p521.pkcs8.key")},
		{"rsa2048", caFile("rsa2048.pkcs1.key")}, {"rsa2048", caFile("rsa2048.pkcs8.key")}, {"rsa1024", caFile("rsa1024.pkcs8.key")},
		{"rsa2048", keyFixture("openssl.rsa2048.pbkdf2-aes256.key")}, {"p256", keyFixture("openssl.p256.legacy-aes256.key")}, {"p256", keyFixture("openssl.p256.aes256.p12")},
	} {
		t.Run(test.key, func(t *testing.T) {
			device := f.device(t, test.kind, nil)
			for _, path := range []string{
				bundleOf(t, device, f.issuing, f.root), bundleOf(t, f.root, f.unrelated, f.issuing, device, f.root),
			} {
				asked := ""
				loaded, err := LoadDevice(path, test.key, func(what string) (string, error) { asked = what; return "example", nil }, now)
				if err != nil {
					t.Fatal(err)
				}
				if asked != "" && asked != "password of device key "+test.key {
					t.Errorf("asked for the %s", asked)
				}
				wantChain(t, loaded.Chain, device, f.issuing, f.root)
				f.wantIn(t, loaded)
				if err := loaded.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// A device that OpenSSL made by the vendor's recipe passes, from a key in PKCS#8, encrypted or
// not, and from PKCS#12.
func TestDeviceByOpenSSL(t *testing.T) {
	extensions := write(t, "client.crt.cfg", []byte("authorityKeyIdentifier=keyid,issuer\nbasicConstraints=CA:FALSE\nkeyUsage=digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment\n"))
	for kind, how := range map[string][]string{"rsa2048": {"-algorithm", "RSA"}, "p256": {"-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"}} {
		folder, ca := t.TempDir()+"/", caFile(kind+".crt")
		openssl(t, append([]string{"genpkey", "-out", folder + "plain.key"}, how...)...)
		openssl(t, "pkcs8", "-topk8", "-in", folder+"plain.key", "-passout", "pass:example", "-out", folder+"encrypted.key")
		openssl(t, "req", "-new", "-key", folder+"plain.key", "-subj", "/C=CN/O=Example/CN=client-test", "-out", folder+"client.csr")
		openssl(t, "x509", "-req", "-in", folder+"client.csr", "-CA", ca, "-CAkey", caFile(kind+".pkcs8.key"), "-set_serial", "4711", "-days", "30", "-extfile", extensions, "-out", folder+"client.crt")
		openssl(t, "pkcs12", "-export", "-inkey", folder+"plain.key", "-in", folder+"client.crt", "-certfile", ca, "-passout", "pass:example", "-out", folder+"client.p12")
		certificate, err := ReadDevice(folder + "client.crt")
		if err != nil {
			t.Fatal(err)
		}
		for key, file := range map[string]string{"plain.key": folder + "client.crt", "encrypted.key": folder + "client.crt", "client.p12": ""} {
			loaded, err := LoadDevice(file, folder+key, examplePassword, certificate.NotBefore.Add(time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			(&fleet{root: mustCertificate(t, ca)}).wantIn(t, loaded)
			if (len(loaded.Chain) == 2) != (key == "client.p12") || !mustCA(t, kind+".crt").Issued(loaded.Certificate) {
				t.Errorf("%s: a chain of %d", key, len(loaded.Chain))
			}
		}
	}
}

func wantChain(t *testing.T, chain [][]byte, want ...*x509.Certificate) {
	t.Helper()
	if !slices.EqualFunc(chain, want, func(der []byte, c *x509.Certificate) bool { return string(der) == string(c.Raw) }) {
		t.Errorf("a chain of %d certificates, or others than the %d that are meant", len(chain), len(want))
	}
}

// A PKCS#12 archive has all that a device needs. A file in DER has the certificate alone.
func TestLoadDeviceFromOneFile(t *testing.T) {
	f := newFleet(t)
	device := f.device(t, "rsa2048", nil)
	signer, err := readKey(caFile("rsa2048.pkcs8.key"), nil)
	if err != nil {
		t.Fatal(err)
	}
	archive, err := pkcs12.Modern.Encode(signer, device, []*x509.Certificate{f.root, f.issuing}, "example")
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := LoadDevice("", write(t, "device.p12", archive), examplePassword, now)
	if err != nil {
		t.Fatal(err)
	}
	wantChain(t, loaded.Chain, device, f.issuing, f.root)
	f.wantIn(t, loaded)
	together := write(t, "device.pem", mustRead(t, caFile("rsa2048.pkcs8.key")), []byte(EncodeCertificate(device)))
	for certificate, key := range map[string]string{together: together, write(t, "device.der", device.Raw): caFile("rsa2048.pkcs8.key")} {
		loaded, err := LoadDevice(certificate, key, unasked(t), now)
		if err != nil {
			t.Fatal(err)
		}
		wantChain(t, loaded.Chain, device)
	}
}

// A throwaway device passes TLS, too.
func TestThrowawayDevice(t *testing.T) {
	for _, kind := range []string{"rsa2048", "p256"} {
		authority := mustAuthority(t, kind+".crt", kind+".pkcs8.key")
		issued, key := issueDevice(t, authority)
		d := &Device{Certificate: issued, Chain: [][]byte{issued.Raw, authority.Certificate.Raw}, Signer: key}
		(&fleet{root: authority.Certificate}).wantIn(t, d)
		if err := d.Close(); err != nil || !authority.Issued(issued) {
			t.Error(err, "or not issued by the CA")
		}
	}
}

func TestLoadDeviceRefuses(t *testing.T) {
	f := newFleet(t)
	key, own := caFile("p256.pkcs8.key"), f.device(t, "p256", nil)
	other, renewed := f.device(t, "p384", nil), f.device(t, "p256", func(c *x509.Certificate) { c.SerialNumber = big.NewInt(4712) })
	certificate := bundleOf(t, own)
	late, early := own.NotAfter.Add(time.Second), own.NotBefore.Add(-time.Second)
	const pair = "give the private key of the device certificate"
	object := func(path string) string { return "use device certificate " + path + ": " }
	ofOther, ofMany, ofBoth, ofCA := bundleOf(t, other), bundleOf(t, other, f.root), bundleOf(t, own, renewed), caFile("p256.crt")
	negative := bundleOf(t, &x509.Certificate{Raw: []byte(strings.Replace(string(own.Raw), "\x02\x02\x12\x67", "\x02\x02\x92\x67", 1))})
	archive, keys := keyFixture("openssl.p256.keyonly.p12"), write(t, "keys.pem", mustRead(t, caFile("rsa2048.pkcs8.key")), mustRead(t, caFile("p521.pkcs8.key")))
	request, putty := "../testdata/handed/openssl.p256.csr", "../testdata/handed/puttygen.p256.ppk"
	for _, test := range []struct {
		certificate, key string
		at               time.Time
		want, advice     string
	}{
		{ofOther, key, now, "use device key " + key + `: it is EC P-256 and does not belong to the device certificate "CN=device of p384", whose key is EC P-384`, pair},
		{ofMany, key, now, "use device key " + key + ": it is EC P-256 and belongs to none of the 2 certificates: " + list([]*x509.Certificate{other, f.root}), pair},
		{certificate, keys, now, "use device key " + keys + ": none of its 2 private keys belongs to the device certificate", pair},
		{ofBoth, key, now, "read device certificate " + ofBoth + ": 2 of its certificates belong to the key: " + list([]*x509.Certificate{own, renewed}),
			"leave only the device certificate to use in the file"},
		{ofCA, key, now, object(ofCA) + "it is a CA certificate", "give a certificate that your CA issued for a device"},
		{negative, key, now, object(negative) + "its serial number -6d99 is not positive; the service identifies a device certificate by it", "give a certificate that your CA issued for a device"},
		{certificate, key, late, object(certificate) + "it expired at 2026-07-01T00:00:00Z", "issue a new one for the device, or check this machine's clock"},
		{certificate, key, early, object(certificate) + "it is not valid before 2026-05-31T23:00:00Z", "wait until then, or check this machine's clock"},
		{"", key, now, "use device key " + key + ": no device certificate is given, and the key comes without one", ""},
		{"", archive, now, "read device key " + archive + ": its PKCS#12 archive holds a private key and no certificate", "give the file with the device certificate as well"},
		{"/no/such/file", key, now, "read device certificate /no/such/file: no such file", ""},
		{request, key, now, "read device certificate " + request + `: it holds no certificate, only "CERTIFICATE REQUEST"`, "give the certificate issued for this request"},
		{base64.StdEncoding.EncodeToString(own.Raw), key, now, "read device certificate: this is the certificate itself, not the path of a file",
			"write it to a file and give the path of that file: every user of this machine can read a command line"},
		{certificate, certificate, now, "read device key " + certificate + ": it holds a certificate, but no private key", "give the file with the device's private key"},
		{certificate, putty, now, "read device key " + putty + ": it is a key of PuTTY", "convert it: puttygen FILE -O private-openssh -o device.key"},
		{"pkcs11:token=ca;object=x", key, now, "read device certificate: this is a pkcs11 URI, not the path of a file", "only keys and the CA certificate can be in a token"},
		{certificate, string(mustRead(t, key)), now, "read device key: this is the key itself, not the path of a file", "write it to a file and give the path of that file: every user of this machine can read a command line"},
		{certificate, "pkcs11:token=ca;object=x;type=cert", now, "read device key's pkcs11 URI: its type must be private for a device key",
			"write it like 'pkcs11:module-path=/usr/lib/softhsm/libsofthsm2.so;token=ca;object=root', quoted for the shell"},
		{certificate, "pkcs11:token=ca", now, "read device key's pkcs11 URI: it names no key: add object (its label) or id",
			"write it like 'pkcs11:module-path=/usr/lib/softhsm/libsofthsm2.so;token=ca;object=root', quoted for the shell"},
	} {
		t.Run(test.want, func(t *testing.T) {
			_, err := LoadDevice(test.certificate, test.key, examplePassword, test.at)
			wantError(t, err, test.want)
			wantAdvice(t, err, test.advice)
			if errors.Is(err, ErrNoCertificate) != (test.certificate == "" && test.key == key) {
				t.Errorf("the cause is %v", errors.Unwrap(err))
			}
		})
	}
	encrypted := keyFixture("openssl.p256.aes256.p12")
	_, err := LoadDevice(certificate, encrypted, passwordOf("8642"), now)
	wantError(t, err, "read device key "+encrypted+": the password is wrong, or the file is damaged")
	_, err = LoadDevice(certificate, encrypted, nil, now)
	wantError(t, err, "read device key "+encrypted+": it is encrypted, and no password is given")
}

// A chain has each certificate once, also if two CAs have certified each other, and ends.
func TestChainOf(t *testing.T) {
	f := newFleet(t)
	device := f.device(t, "p256", nil)
	crossed := sign(t, &x509.Certificate{SerialNumber: big.NewInt(8), Subject: f.root.Subject, NotBefore: now, NotAfter: now.AddDate(1, 0, 0), IsCA: true, BasicConstraintsValid: true},
		f.issuing, f.rootKey.Public(), f.key)
	wantChain(t, chainOf(device, []*x509.Certificate{device, crossed, f.issuing}), device, f.issuing, crossed)
	wantChain(t, chainOf(device, []*x509.Certificate{f.root, f.unrelated, device}), device)
	renewed := sign(t, &x509.Certificate{SerialNumber: big.NewInt(9), Subject: f.root.Subject, NotBefore: now, NotAfter: now.AddDate(2, 0, 0), IsCA: true, BasicConstraintsValid: true},
		f.root, f.rootKey.Public(), f.rootKey)
	wantChain(t, chainOf(device, []*x509.Certificate{f.issuing, f.root, renewed}), device, f.issuing, f.root)
	many := []*x509.Certificate{device}
	for range 20 {
		many = append(many, f.issuing, crossed)
	}
	if n := len(chainOf(device, many)); n != maxChain {
		t.Errorf("a chain of %d", n)
	}
}

// A CA issued a certificate if the certificate names it, however that is encoded, and if its key
// made the signature.
func TestIssued(t *testing.T) {
	f := newFleet(t)
	device := f.device(t, "p256", nil)
	respelt := *f.issuing
	respelt.RawSubject = []byte(strings.Replace(string(respelt.RawSubject), "issuing", "ISSUING", 1))
	renamed := *f.issuing
	renamed.RawSubject = f.root.RawSubject
	old := *device
	old.SignatureAlgorithm = x509.MD5WithRSA
	for name, test := range map[string]struct {
		ca, device *x509.Certificate
		want       bool
	}{
		"its CA":                        {f.issuing, device, true},
		"its CA, spelt otherwise":       {&respelt, device, true},
		"signed with MD5":               {f.issuing, &old, true},
		"another CA of the same name":   {f.unrelated, device, false},
		"another name for the same key": {&renamed, device, false},
		"the CA above":                  {f.root, device, false},
	} {
		if got := (&CA{Certificate: test.ca}).Issued(test.device); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
