package pki

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"time"
)

const (
	adviceOfPair  = "give the private key that the CA certificate was made for"
	adviceOfTrial = "pkcs11-tool --login --list-objects shows what the key may be used for"
)

func findStrangeKey(m *Material, _ time.Time) (string, string) {
	public := m.key.signer.Public()
	if samePublicKey(m.Certificate.PublicKey, public) {
		return "", ""
	}
	kind, wanted := keyKind(public), certificateKeyKind(m.Certificate)
	if kind == wanted {
		return fmt.Sprintf("it does not belong to the CA certificate %s: both keys are %s, but different ones",
			quoteSubject(m.Certificate), kind), adviceOfPair
	}
	return fmt.Sprintf("it is %s and does not belong to the CA certificate %s, whose key is %s",
		kind, quoteSubject(m.Certificate), wanted), adviceOfPair
}

// findFailedTrial tells why a token's key could not prove that it belongs to the certificate.
func findFailedTrial(m *Material, _ time.Time) (string, string) {
	var failed *Error
	switch {
	case m.key.failed == nil:
		return "", ""
	case errors.As(m.key.failed, &failed):
		return failed.Reason, cmp.Or(failed.Advice, adviceOfTrial)
	}
	return m.key.failed.Error(), adviceOfTrial
}

// findOpenKeyFile: Windows has no such bits; a pipe is gone when it was read.
func findOpenKeyFile(m *Material, _ time.Time) (string, string) {
	k, isFile := m.key.source.(keyFile)
	if !isFile || runtime.GOOS == "windows" || !k.mode.IsRegular() || k.mode.Perm()&0o077 == 0 {
		return "", ""
	}
	return fmt.Sprintf("it is open to others than its owner (mode %04o)", k.mode.Perm()), "take the permissions away: chmod 600"
}

func findShownPIN(m *Material, _ time.Time) (string, string) {
	k, inToken := m.key.source.(*tokenKey)
	if !inToken || k.raw["pin-value"] == "" {
		return "", ""
	}
	return "its PIN is in its URI, where every user of this machine can read it",
		"name a file by pin-source, or leave the PIN out to be asked; change it if others may have seen it"
}
