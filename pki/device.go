package pki

import (
	"crypto"
	"crypto/x509"
	"slices"
	"time"
)

const deviceRole = "device certificate"

// A Device is a device certificate with its chain and its key, as a device shows them to a broker.
type Device struct {
	Certificate *x509.Certificate
	Chain       [][]byte      // DER: the certificate, its issuer and so on, as far as they are there
	Signer      crypto.Signer // signs as crypto/tls asks for
	KeyWarnings []Finding     // on the file of the key
	key         *openedKey    // nil for a key made in memory
}

// Close ends the session with the token of the key, if there is one. Close ends signing, too.
func (d *Device) Close() error {
	if d.key == nil {
		return nil
	}
	return d.key.end()
}

// LoadDevice reads a device certificate and opens its private key, from the same sources as
// [LoadAuthority] does. The file may have the chain of the certificate, too, in any order: the
// certificate that belongs to the key is the device's. LoadDevice fails if key and certificate don't
// belong together, if it is a CA certificate, if it is not valid at the given time, or if its serial
// number is not positive. The caller closes the device.
func LoadDevice(certificatePath, key string, password Password, at time.Time) (*Device, error) {
	m := &Material{path: certificatePath}
	if err := m.readPair(deviceKeyRole, key, password); err != nil {
		return nil, err
	}
	if err := m.unfitDevice(at); err != nil {
		m.Close()
		return nil, err
	}
	return &Device{m.Certificate, chainOf(m.Certificate, m.others), m.key.signer, m.deviceWarnings(at), m.key}, nil
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

func (m *Material) deviceWarnings(at time.Time) (found []Finding) {
	if reason, advice := findOpenKeyFile(m, at); reason != "" {
		found = append(found, Finding{Severity: Warning, Subject: OfPair, Object: m.key.object, Message: reason, Advice: advice})
	}
	return found
}

func findNoDevice(m *Material, at time.Time) (reason, advice string) {
	const another = "give a certificate that your CA issued for a device"
	switch c := m.Certificate; {
	case c.BasicConstraintsValid && c.IsCA:
		return "it is a CA certificate", another
	case c.SerialNumber.Sign() <= 0:
		return "its serial number " + SerialNumber(c) + " is not positive: the service names a device certificate by it", another
	default:
		return outside(c, at, "wait until then, or check this machine's clock", "issue a new one for the device, or check this machine's clock")
	}
}

// maxChain is more than the certificates of any chain.
const maxChain = 10

// chainOf is the certificate and, in order, its issuers as far as they are among others.
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

// issuedBy reports whether a certificate names the issuer, and its key signed the certificate or
// that can't be told.
func issuedBy(certificate, issuer *x509.Certificate) bool {
	return slices.Equal(canonicalName(certificate.RawIssuer), canonicalName(issuer.RawSubject)) && mayHaveSigned(certificate, issuer)
}

// Issued reports whether the CA issued a certificate: it names the CA, and the CA's key signed it,
// or that can't be told, as of MD5.
func (c *CA) Issued(certificate *x509.Certificate) bool { return issuedBy(certificate, c.Certificate) }

// ReadDevice reads a device certificate: the first of the file, which the chain may follow.
func ReadDevice(path string) (*x509.Certificate, error) {
	b, err := readBundle(deviceRole, path)
	if err != nil {
		return nil, err
	}
	return b.certificates[0], nil
}
