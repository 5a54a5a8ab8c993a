package emulator

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"time"
)

// strangerLifetime is how long a stranger's certificates are good for; they start an hour ago.
const strangerLifetime = 365 * 24 * time.Hour

// populate makes what is there from the start.
func (s *Service) populate(o Options) error {
	for _, instance := range slices.Sorted(maps.Keys(s.owners)) {
		if err := s.addStrangers(instance, o.Strangers); err != nil {
			return err
		}
	}
	if o.EndlessList {
		sub, err := s.newStranger("", "endless")
		if err != nil {
			return fmt.Errorf("emulator: make a CA for an endless list: %w", err)
		}
		s.filler = &record{submission: sub}
	}
	return nil
}

// addStrangers puts CAs of other people into an instance.
func (s *Service) addStrangers(instance string, count int) error {
	for i := range count {
		sub, err := s.newStranger(instance, s.forms.text(fmt.Sprintf("stranger %d", i+1)))
		if err != nil {
			return fmt.Errorf("emulator: make a CA of a stranger: %w", err)
		}
		s.book.addStranger(sub, s.now())
	}
	return nil
}

func (s *Service) newStranger(instance, name string) (submission, error) {
	now := s.now()
	sub := submission{instance: instance, name: name, registerCode: newRegisterCode(defaultCodeLength)}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return sub, err
	}
	root := strangerTemplate("stranger", now)
	root.IsCA, root.BasicConstraintsValid = true, true
	if sub.ca, err = signStranger(root, root, key); err != nil {
		return sub, err
	}
	verification, err := signStranger(strangerTemplate(sub.registerCode, now), sub.ca, key)
	if err != nil {
		return sub, err
	}
	sub.sn = s.sn.format(sub.ca.SerialNumber)
	sub.caContent, sub.verifyContent = encodeCertificate(sub.ca), encodeCertificate(verification)
	return sub, nil
}

// strangerTemplate has a serial number of 17 bytes, the first of them with a letter in it.
func strangerTemplate(commonName string, now time.Time) *x509.Certificate {
	var random [16]byte
	rand.Read(random[:])
	return &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(append([]byte{0x5f}, random[:]...)),
		Subject:      pkix.Name{CommonName: commonName},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(strangerLifetime),
	}
}

func signStranger(template, parent *x509.Certificate, key *ecdsa.PrivateKey) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func encodeCertificate(certificate *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}))
}
