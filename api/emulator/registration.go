package emulator

import (
	"crypto/x509"
	"time"
	"unicode/utf8"
)

// maxNameLength bounds a CaName, in characters.
//
// Invented: the vendor states no limit and no character set.
const maxNameLength = 64

// submission is a CA that a client registers, with its verification certificate.
type submission struct {
	instance      string
	name          string
	caContent     string
	verifyContent string
	ca            *x509.Certificate
	registerCode  string // of the verification certificate; "" if it has none
	sn            string // the CA's serial number as the service writes it
}

// snAnswer is the answer to a registration and to every change of a CA.
type snAnswer struct {
	RequestID string `json:"RequestId" xml:"RequestId"`
	Sn        string
}

// registerCA is RegisterCaCertificate.
//
// Invented: the order of the checks: parameters, instance, the CA by itself, the verification certificate by itself, its code, and last
// the serial number. A refused registration changes nothing, and uses up no code unless Options.SingleUseCodes is set.
func (s *Service) registerCA(c *call) (any, *refusal) {
	sub, refused := s.readSubmission(c)
	if refused != nil {
		return nil, refused
	}
	if refused = s.checkSubmission(&sub, c.now); refused == nil {
		refused = s.book.register(sub, c.now)
	}
	if refused != nil {
		s.book.codes.refused(sub.instance, sub.registerCode)
		return nil, refused
	}
	return snAnswer{c.requestID, sub.sn}, nil
}

func (s *Service) readSubmission(c *call) (sub submission, refused *refusal) {
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

// checkSubmission reads and checks both certificates. It reads the code first, because a refused submission may use it up.
func (s *Service) checkSubmission(sub *submission, now time.Time) (refused *refusal) {
	if verification, ok := parseCertificate(sub.verifyContent); ok {
		sub.registerCode = onlyCommonName(verification)
	}
	if sub.ca, refused = parseCA(sub.caContent, now); refused != nil {
		return refused
	}
	sub.sn = s.options.Sn.format(sub.ca.SerialNumber)
	return checkVerification(sub.verifyContent, sub.ca, now)
}
