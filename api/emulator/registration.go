package emulator

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"math/big"
	"unicode/utf8"
)

// maxNameLength bounds a CaName, in characters.
//
// Invented: the vendor states no limit and no character set.
const maxNameLength = 64

// submission is a registration whose certificates have passed every check that needs no book.
type submission struct {
	instance      string
	name          string
	caContent     string
	verifyContent string
	ca            *x509.Certificate
	registerCode  string // "" where the verification certificate carries none
}

// registerCA is RegisterCaCertificate.
//
// Invented: the order of the checks: parameters, instance, the CA by itself, the verification certificate by itself, its code, and last
// the serial number. A refused registration changes nothing and uses up no code.
func (s *Service) registerCA(c *call) (any, *refusal) {
	sub, refused := s.readSubmission(c)
	if refused != nil {
		return nil, refused
	}
	if sub.ca, refused = parseCA(sub.caContent, c.now); refused != nil {
		return nil, refused
	}
	verification, refused := parseVerification(sub.verifyContent, sub.ca, c.now)
	if refused != nil {
		return nil, refused
	}
	sub.registerCode = onlyCommonName(verification)
	if refused := s.book.register(sub, c.now); refused != nil {
		return nil, refused
	}
	return snAnswer{c.requestID, formatSn(sub.ca.SerialNumber)}, nil
}

func (s *Service) readSubmission(c *call) (submission, *refusal) {
	var sub submission
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
func (sub submission) record() *record {
	sum := sha256.Sum256(sub.ca.Raw)
	return &record{
		instance: sub.instance,
		caSHA256: hex.EncodeToString(sum[:]),
		serial:   sub.ca.SerialNumber.Text(16),
		certificate: caCertificate{
			RegistrationCode:    sub.registerCode,
			CaName:              sub.name,
			Sn:                  formatSn(sub.ca.SerialNumber),
			CaContent:           sub.caContent,
			VerificationContent: sub.verifyContent,
			ValidBegin:          sub.ca.NotBefore.UnixMilli(),
			ValidEnd:            sub.ca.NotAfter.UnixMilli(),
			Status:              statusActive,
		},
	}
}

// formatSn gives a serial number the look of the vendor's examples ("007269004887"): whole bytes in lower-case hex.
//
// Invented: that the zero byte ahead is always there. The examples have it before both small and large first bytes.
func formatSn(serial *big.Int) string {
	digits := serial.Text(16)
	if len(digits)%2 == 1 {
		digits = "0" + digits
	}
	return "00" + digits
}
