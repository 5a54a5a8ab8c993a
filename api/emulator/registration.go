package emulator

import (
	"crypto/x509"
	"fmt"
	"math/rand/v2"
	"time"
)

// A submission is a CA that a client registers, with its verification certificate.
type submission struct {
	caCertificateVO        // RegistrationCode is that of the verification certificate; "" if it has none
	instance, scope string // where it is registered, and where its serial number has to be unique
	ca              *x509.Certificate
}

// registerCA is RegisterCaCertificate. Invented: registration-order.
func (s *Service) registerCA(c *call) (any, *refusal) {
	sub := submission{instance: c.value("MqttInstanceId"), scope: s.scope(c.value("MqttInstanceId"))}
	sub.CaName, sub.CaContent, sub.VerificationContent = c.value("CaName"), c.value("CaContent"), c.value("VerificationContent")
	refused := s.checkSubmission(&sub, c.now)
	if refused == nil {
		refused = s.book.register(sub, c.now)
	}
	if refused != nil {
		s.book.codes.refused(sub.instance, sub.RegistrationCode)
		return nil, refused
	}
	return answer{RequestID: c.requestID, Sn: sub.Sn}, nil
}

// checkSubmission reads and checks both certificates. It reads the code first, because a
// refused submission may use it up.
func (s *Service) checkSubmission(sub *submission, now time.Time) (refused *refusal) {
	if verification, ok := parseCertificate(sub.VerificationContent); ok {
		sub.RegistrationCode = onlyCommonName(verification)
	}
	if sub.ca, refused = parseCA(sub.CaContent, now); refused != nil {
		return refused
	}
	sub.Sn = s.options.Sn.format(sub.ca.SerialNumber)
	return checkVerification(sub.VerificationContent, sub.ca, now)
}

func (s *Service) getRegisterCode(c *call) (any, *refusal) {
	return answer{RequestID: c.requestID, RegisterCode: s.book.codes.fetch(c.value("MqttInstanceId"), c.now)}, nil
}

// The codes are the registration codes of all instances.
type codes struct {
	options Options
	current map[string]issuedCode // by instance
	used    map[string]bool
}

type issuedCode struct {
	text string
	at   time.Time
}

// fetch returns an instance's code, a new one if there is none or it is time for another.
// Invented: code-stays.
func (c *codes) fetch(instance string, now time.Time) string {
	code, ok := c.current[instance]
	if !ok || c.options.RotateCodes || c.expired(code, now) {
		code = issuedCode{c.options.NewCode(), now}
		c.current[instance] = code
	}
	return code.text
}

func (c *codes) expired(code issuedCode, now time.Time) bool {
	return c.options.CodeLifetime > 0 && now.Sub(code.at) >= c.options.CodeLifetime
}

// check refuses a code that is not the instance's current one. It refuses a used code as
// used, also at other instances.
// Invented: code-used.
func (c *codes) check(instance, text string, now time.Time) *refusal {
	code, ok := c.current[instance]
	switch {
	case c.used[text]:
		return refuse("RegisterCodeUsed")
	case !ok || code.text != text || c.expired(code, now):
		return refuse("RegisterCodeError")
	}
	return nil
}

func (c *codes) spend(instance, text string) {
	c.used[text] = true
	delete(c.current, instance)
}

// refused uses up the instance's code, too, under Options.SingleUseCodes.
func (c *codes) refused(instance, text string) {
	if code, ok := c.current[instance]; ok && c.options.SingleUseCodes && code.text == text {
		c.spend(instance, text)
	}
}

// uuidLength is the number of characters of a UUID.
const uuidLength = 36

// defaultCodeLength is the length of the vendor's example: a UUID and ten digits.
const defaultCodeLength = 46

// newRegisterCode makes a code in the form of the vendor's example: a UUID and digits.
func newRegisterCode(length int) string {
	code := newUUID()
	for len(code) < length {
		code += fmt.Sprintf("%010d", rand.Int64N(10_000_000_000))
	}
	return code[:length]
}
