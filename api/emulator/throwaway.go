package emulator

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"net"
	"slices"
	"time"
)

// The lifetimes of the emulator's own certificates.
const (
	tlsLifetime      = 7 * 24 * time.Hour
	strangerLifetime = 365 * 24 * time.Hour
)

// A throwaway is a certificate made by the emulator, with its key, in memory only.
type throwaway struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// throwawayTemplate is valid from an hour ago, for clocks slightly behind. Its serial number has 17
// bytes, and a letter in the first.
func throwawayTemplate(commonName string, now time.Time, lifetime time.Duration) *x509.Certificate {
	random := make([]byte, 17)
	rand.Read(random)
	random[0] = 0x5f
	return &x509.Certificate{
		SerialNumber:          new(big.Int).SetBytes(random),
		Subject:               pkix.Name{CommonName: commonName},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.Add(lifetime),
		BasicConstraintsValid: true,
	}
}

func newThrowawayCA(commonName string, now time.Time, lifetime time.Duration) (throwaway, error) {
	template := throwawayTemplate(commonName, now, lifetime)
	template.IsCA, template.MaxPathLenZero, template.KeyUsage = true, true, x509.KeyUsageCertSign
	return throwaway{certificate: template}.issue(template)
}

// issue makes a key and its certificate, self-signed if there is no issuer key.
func (ca throwaway) issue(template *x509.Certificate) (throwaway, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return throwaway{}, err
	}
	if ca.key == nil {
		ca.key = key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, ca.certificate, key.Public(), ca.key)
	if err != nil {
		return throwaway{}, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil { // because of the CA's name, which a client chooses
		certificate = &x509.Certificate{Raw: der}
	}
	return throwaway{certificate, key}, nil
}

func (t throwaway) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: t.certificate.Raw})
}

// throwawayTLS makes a root and a certificate below it for the loopback names, ip and more names.
func throwawayTLS(ip net.IP, now time.Time, names ...string) (rootPEM []byte, config *tls.Config, err error) {
	root, err := newThrowawayCA("mqttca emulator throwaway root", now, tlsLifetime)
	if err != nil {
		return nil, nil, err
	}
	template := throwawayTemplate("localhost", now, tlsLifetime)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	template.DNSNames = append([]string{"localhost"}, names...)
	template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback, ip}
	leaf, err := root.issue(template)
	if err != nil {
		return nil, nil, err
	}
	identity := tls.Certificate{Certificate: [][]byte{leaf.certificate.Raw}, PrivateKey: leaf.key}
	return root.pem(), &tls.Config{Certificates: []tls.Certificate{identity}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}, nil
}

// populate registers the strangers and makes the CA which fills an endless list.
func (s *Service) populate() (err error) {
	for _, id := range slices.Sorted(maps.Keys(s.instances)) {
		for i := range s.options.Strangers {
			entry, err := s.newStranger(id, s.options.text(fmt.Sprintf("stranger %d", i+1)))
			if err != nil {
				return err
			}
			s.book.records = append(s.book.records, entry)
		}
	}
	if s.options.EndlessList {
		s.filler, err = s.newStranger("", "endless")
	}
	return err
}

// newStranger makes another person's CA, with its verification certificate. Every list shows it at
// once: it was registered before the list delay began.
func (s *Service) newStranger(instance, name string) (*record, error) {
	ca, err := newThrowawayCA("stranger", s.now(), strangerLifetime)
	if err != nil {
		return nil, fmt.Errorf("emulator: make a CA of a stranger: %w", err)
	}
	code := newRegisterCode(defaultCodeLength)
	verification, err := ca.issue(throwawayTemplate(code, s.now(), strangerLifetime))
	if err != nil {
		return nil, fmt.Errorf("emulator: make a verification certificate of a stranger: %w", err)
	}
	entry := &record{instance: instance, scope: s.scope(instance), ca: ca.certificate, registered: s.now().Add(-s.options.ListDelay), stranger: true}
	entry.RegistrationCode, entry.CaName, entry.Sn = code, name, s.options.Sn.format(ca.certificate.SerialNumber)
	entry.CaContent, entry.VerificationContent = string(ca.pem()), string(verification.pem())
	return entry, nil
}
