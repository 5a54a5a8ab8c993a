package pki

import (
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
)

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
