package pki

import (
	"crypto"
	"crypto/x509"
	"slices"
	"time"
)

const deviceRole = "device certificate"

// A Device is a device certificate with its chain and key, as a device presents them to a broker.
type Device struct {
	Certificate *x509.Certificate
	Chain       [][]byte      // DER: the certificate, its issuer and so on, as far as available
	Signer      crypto.Signer // signs as crypto/tls requires
	KeyWarnings []Finding     // on the key's file
	key         *openedKey    // nil for a key made in memory
}

// Close ends the session with the token of the key, if there is one. Close ends signing, too.
func (d *Device) Close() error { return d.key.end() }

// LoadDevice reads a device certificate and opens its private key, from the same sources as
// [LoadAuthority]. The file may also contain the certificate's chain, in any order: the certificate
// of the key is the device's. LoadDevice fails if key and certificate don't match, if the
// certificate is a CA certificate or not valid at the given time, or if its serial number is not
// positive. The caller closes the device.
func LoadDevice(certificatePath, key string, password Password, at time.Time) (*Device, error) {
	m := &Material{path: certificatePath}
	if err := m.readPair(deviceKeyRole, key, password); err != nil {
		return nil, err
	}
	if err := m.unfitDevice(at); err != nil {
		m.Close()
		return nil, err
	}
	d := &Device{Certificate: m.Certificate, Chain: chainOf(m.Certificate, m.others), Signer: m.key.signer, key: m.key}
	if reason, advice := findOpenKeyFile(m, at); reason != "" {
		d.KeyWarnings = []Finding{{Severity: Warning, Subject: OfPair, Object: m.key.object, Message: reason, Advice: advice}}
	}
	return d, nil
}

func (m *Material) unfitDevice(at time.Time) error {
	certificate := (&file{role: deviceRole, path: m.path}).object()
	for _, check := range []struct {
		object string
		find   func(*Material, time.Time) (reason, advice string)
	}{{m.key.object, findFailedTrial}, {m.key.object, findStrangeKey}, {certificate, findNoDevice}} {
		if reason, advice := check.find(m, at); reason != "" {
			return &Error{Action: "use", Object: check.object, Reason: reason, Advice: advice}
		}
	}
	return nil
}

func findNoDevice(m *Material, at time.Time) (reason, advice string) {
	const another = "give a certificate that your CA issued for a device"
	switch c := m.Certificate; {
	case c.BasicConstraintsValid && c.IsCA:
		return "it is a CA certificate", another
	case c.SerialNumber.Sign() <= 0:
		return "its serial number " + SerialNumber(c) + " is not positive; the service identifies a device certificate by it", another
	default:
		return outside(c, at, "wait until then, or check this machine's clock", "issue a new one for the device, or check this machine's clock")
	}
}

// maxChain exceeds the length of any real chain.
const maxChain = 10

// chainOf returns the certificate followed by its issuers in order, as far as others has them.
func chainOf(certificate *x509.Certificate, others []*x509.Certificate) (chain [][]byte) {
	for range maxChain {
		chain = append(chain, certificate.Raw)
		next := slices.IndexFunc(others, func(other *x509.Certificate) bool { return issuedBy(certificate, other) })
		if selfSigned(certificate) || next < 0 {
			break
		}
		certificate, others = others[next], slices.Concat(others[:next], others[next+1:])
	}
	return chain
}

// issuedBy reports whether a certificate names the issuer and is signed by the issuer's key, or its
// signature can't be verified.
func issuedBy(certificate, issuer *x509.Certificate) bool {
	return slices.Equal(canonicalName(certificate.RawIssuer), canonicalName(issuer.RawSubject)) && mayHaveSigned(certificate, issuer)
}

// Issued reports whether the CA issued a certificate: the certificate names the CA, and is signed
// by its key. A signature which can't be verified, such as MD5, counts as the CA's.
func (c *CA) Issued(certificate *x509.Certificate) bool { return issuedBy(certificate, c.Certificate) }

// ReadDevice reads a device certificate: the first in the file; its chain may follow.
func ReadDevice(path string) (*x509.Certificate, error) {
	b, err := readBundle(deviceRole, path)
	if err != nil {
		return nil, err
	}
	return b.certificates[0], nil
}
