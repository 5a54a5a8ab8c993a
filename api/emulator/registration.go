package emulator

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"time"
	"unicode/utf8"
)

// maxNameLength bounds a CaName, in characters.
//
// Invented: the vendor states no limit and no character set.
const maxNameLength = 64

// submission is a registration on its way into the book.
type submission struct {
	instance      string
	name          string
	caContent     string
	verifyContent string
	ca            *x509.Certificate
	registerCode  string // "" where the verification certificate carries none
	sn            SnForm
}

// registerCA is RegisterCaCertificate.
//
// Invented: the order of the checks: parameters, instance, the CA by itself, the verification certificate by itself, its code, and last
// the serial number. A refused registration changes nothing, and uses up no code unless Options.SingleUseCodes.
func (s *Service) registerCA(c *call) (any, *refusal) {
	sub, refused := s.readSubmission(c)
	if refused != nil {
		return nil, refused
	}
	if refused = sub.check(c.now); refused == nil {
		refused = s.book.register(sub, c.now)
	}
	if refused != nil {
		s.book.refused(sub.instance, sub.registerCode)
		return nil, refused
	}
	return snAnswer{c.requestID, sub.sn.format(sub.ca.SerialNumber)}, nil
}

// check reads and judges both certificates.
func (sub *submission) check(now time.Time) (refused *refusal) {
	if verification, ok := parseCertificate(sub.verifyContent); ok {
		sub.registerCode = onlyCommonName(verification)
	}
	if sub.ca, refused = parseCA(sub.caContent, now); refused != nil {
		return refused
	}
	return checkVerification(sub.verifyContent, sub.ca, now)
}

func (s *Service) readSubmission(c *call) (submission, *refusal) {
	sub := submission{sn: s.sn}
	var refused *refusal
	if sub.name, refused = c.parameters.required("CaName"); refused != nil {
		return sub, refused
	}
	if !utf8.ValidString(sub.name) || utf8.RuneCountInString(sub.name) > maxNameLength {
		return sub, refuseParameter("CaName")
	}
	if sub.caContent, refused = c.parameters.required("CaContent"); refused != nil {
		return sub, refused
	}
	if sub.verifyContent, refused = c.parameters.required("VerificationContent"); refused != nil {
		return sub, refused
	}
	sub.instance, refused = s.instance(c)
	return sub, refused
}

// record makes the entry for the book out of a submission that has been accepted.
func (sub submission) record(now time.Time) *record {
	sum := sha256.Sum256(sub.ca.Raw)
	return &record{
		instance:   sub.instance,
		caSHA256:   hex.EncodeToString(sum[:]),
		serial:     sub.ca.SerialNumber.Text(16),
		registered: now,
		certificate: caCertificate{
			registerCode: sub.registerCode,
			name:         sub.name,
			sn:           sub.sn.format(sub.ca.SerialNumber),
			content:      sub.caContent,
			verification: sub.verifyContent,
			notBefore:    sub.ca.NotBefore,
			notAfter:     sub.ca.NotAfter,
			status:       statusActive,
		},
	}
}
