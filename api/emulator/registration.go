package emulator

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// registerCA is RegisterCaCertificate. Invented: registration-order.
func (s *Service) registerCA(c *call) (answer, *refusal) {
	sub := &record{instance: c.value("MqttInstanceId"), scope: s.scope(c.value("MqttInstanceId"))}
	sub.CaName, sub.CaContent, sub.VerificationContent = c.value("CaName"), c.value("CaContent"), c.value("VerificationContent")
	refused := s.checkSubmission(sub, c.now)
	if refused == nil {
		refused = s.book.register(sub, c.now)
	}
	if refused != nil {
		if current, ok := s.book.codes[sub.instance]; ok && s.options.SingleUseCodes && current.text == sub.RegistrationCode {
			s.book.spendCode(sub.instance, sub.RegistrationCode)
		}
		return answer{}, refused
	}
	return answer{Sn: sub.Sn}, nil
}

// checkSubmission reads and checks both certificates. It reads the code first, because a refused
// submission may use it up.
func (s *Service) checkSubmission(sub *record, now time.Time) (refused *refusal) {
	if verification, ok := parseCertificate(sub.VerificationContent); ok {
		sub.RegistrationCode = onlyCommonName(verification)
	}
	if sub.ca, refused = parseCA(sub.CaContent, now); refused != nil {
		return refused
	}
	sub.Sn = s.options.Sn.format(sub.ca.SerialNumber)
	return checkVerification(sub.VerificationContent, sub.ca, now)
}

func (s *Service) getRegisterCode(c *call) (answer, *refusal) {
	return answer{RegisterCode: s.book.fetchCode(c.value("MqttInstanceId"), c.now)}, nil
}

type issuedCode struct {
	text string
	at   time.Time
}

// fetchCode returns an instance's code. It makes a new one if there is none or a new one is due.
// Invented: code-stays.
func (b *book) fetchCode(instance string, now time.Time) string {
	code, ok := b.codes[instance]
	if !ok || b.options.RotateCodes || b.expired(code, now) {
		code = issuedCode{newRegisterCode(b.options.CodeLength), now}
		b.codes[instance] = code
	}
	return code.text
}

func (b *book) expired(code issuedCode, now time.Time) bool {
	return b.options.CodeLifetime > 0 && now.Sub(code.at) >= b.options.CodeLifetime
}

// checkCode refuses any code but the instance's current one. A code used at any instance is refused
// as used.
// Invented: code-used.
func (b *book) checkCode(instance, text string, now time.Time) *refusal {
	code, ok := b.codes[instance]
	switch {
	case b.usedCodes[text]:
		return refuse("RegisterCodeUsed")
	case !ok || code.text != text || b.expired(code, now):
		return refuse("RegisterCodeError")
	}
	return nil
}

func (b *book) spendCode(instance, text string) {
	b.usedCodes[text] = true
	delete(b.codes, instance)
}

// newRegisterCode makes a code like the vendor's example: a UUID and digits.
func newRegisterCode(length int) string {
	code := newUUID()
	for len(code) < length {
		code += fmt.Sprintf("%010d", rand.Int64N(10_000_000_000))
	}
	return code[:length]
}
