package pki

import (
	"testing"
	"time"
)

func TestNewThrowawayAuthority(t *testing.T) {
	at := now.Add(700 * time.Millisecond)
	authority, err := NewThrowawayAuthority(at)
	if err != nil {
		t.Fatal(err)
	}
	certificate := authority.Certificate
	if authority.Subject() != "CN=mqttca rehearsal CA" || keyKind(certificate.PublicKey) != "EC P-256" || len(authority.Warnings) != 0 {
		t.Errorf("subject %s, key %s, warnings %v", authority.Subject(), keyKind(certificate.PublicKey), authority.Warnings)
	}
	if certificate.NotBefore != now.Add(-time.Hour) || certificate.NotAfter != now.Add(24*time.Hour) {
		t.Errorf("valid %s to %s", certificate.NotBefore, certificate.NotAfter)
	}
	if issued := issue(t, authority); issued.NotAfter != certificate.NotAfter {
		t.Errorf("the verification certificate outlives the CA: %s", issued.NotAfter)
	}
	second, err := NewThrowawayAuthority(at)
	if err != nil {
		t.Fatal(err)
	}
	if second.SerialNumber() == authority.SerialNumber() || samePublicKey(second.Certificate.PublicKey, certificate.PublicKey) {
		t.Error("the same CA twice")
	}
}
