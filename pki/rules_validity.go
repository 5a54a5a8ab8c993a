package pki

import (
	"crypto/x509"
	"fmt"
	"time"
)

const (
	day = 24 * time.Hour

	// soonExpired leaves time to renew a CA and to give devices certificates of the new one.
	soonExpired = 90 * day
	// longestLife is the vendor's own: its procedure makes verification certificates for 300 days.
	longestLife = 300 * day
	// shortestLife is enough time between a check and a submission.
	shortestLife = time.Hour
)

// outside returns a message if the time is not within the validity, whose ends are included
// (RFC 5280 section 4.1.2.5).
func outside(certificate *x509.Certificate, at time.Time) (early bool, message string) {
	switch {
	case at.Before(certificate.NotBefore):
		return true, "it is not valid before " + Timestamp(certificate.NotBefore)
	case at.After(certificate.NotAfter):
		return false, "it expired at " + Timestamp(certificate.NotAfter)
	}
	return false, ""
}

func findOutsideValidity(m *Material, at time.Time) (string, string) {
	early, message := outside(m.Certificate, at)
	if early {
		return message, "wait until then, or check this machine's clock"
	}
	return message, "renew the CA certificate, or check this machine's clock"
}

func findSoonExpired(m *Material, at time.Time) (string, string) {
	left := m.Certificate.NotAfter.Sub(at)
	return when(left >= 0 && left <= soonExpired,
		fmt.Sprintf("it expires at %s, %s from now", Timestamp(m.Certificate.NotAfter), days(left)),
		"renew the CA first, with a validity that its devices can rely on")
}

// days are the whole days of a duration.
func days(d time.Duration) string {
	switch n := int(d / day); n {
	case 0:
		return "less than a day"
	case 1:
		return "1 day"
	default:
		return fmt.Sprintf("%d days", n)
	}
}

func findVerificationOutside(m *Material, at time.Time) (string, string) {
	early, message := outside(m.Verification, at)
	if early {
		return message, "check the clock of this machine and of the one that signed"
	}
	return message, "sign a new one"
}

func findLongLife(m *Material, _ time.Time) (string, string) {
	life := m.Verification.NotAfter.Sub(m.Verification.NotBefore)
	return when(life > longestLife,
		fmt.Sprintf("it is valid for %s, until %s", days(life), Timestamp(m.Verification.NotAfter)),
		"destroy its private key, or sign one for a few days: the registration does not end with it")
}

func findShortLife(m *Material, at time.Time) (string, string) {
	left := m.Verification.NotAfter.Sub(at)
	return when(left >= 0 && left < shortestLife,
		fmt.Sprintf("it expires at %s, in less than an hour", Timestamp(m.Verification.NotAfter)), "submit it at once, or sign a new one")
}
