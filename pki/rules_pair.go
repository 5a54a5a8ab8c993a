package pki

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"time"
)

// pairRules are the rules on the CA key.
var pairRules = []rule{
	{"key-pair", OfPair, Fault, findStrangeKey, pageOfRegistration + " (VerificationContent)",
		"a signature by this key proves nothing about the CA: the service would refuse it"},
	{"key-proof", OfPair, Fault, findFailedTrial, "PKCS #11 v2.40 (CKA_ID); " + pageOfRegistration + " (VerificationContent)",
		"the verification certificate can't be signed; in a token only labels and ids link a private key to its public key"},
	{"key-permissions", OfPair, Warning, findOpenKeyFile, "NIST SP 800-57 part 1 section 6.2.2",
		"anybody who can read the file has the CA key, or can try passwords on it, and can issue device certificates"},
	{"key-values", OfPair, Warning, func(m *Material, _ time.Time) (string, string) {
		k, isFile := m.key.source.(keyFile)
		return when(isFile && k.repaired, "its RSA key has a private exponent or CRT values which do not match its primes, or numbers in an unusual encoding",
			"export the key again from the program which created it, and do not use this file with other programs")
	}, "RFC 8017 section 3.2; Boneh, DeMillo, Lipton: On the Importance of Checking Cryptographic Protocols for Faults",
		"a program using these values signs wrongly, and one wrong signature can reveal the key; mqttca does not use them"},
	{"archive-mac", OfPair, Warning, func(m *Material, _ time.Time) (string, string) {
		k, isFile := m.key.source.(keyFile)
		return when(isFile && k.unsealed, "its PKCS#12 archive has no MAC", "export it again: openssl pkcs12 -export adds one")
	}, "RFC 7292 section 4", "a replaced part of the file goes unnoticed; mqttca still checks the key against the CA certificate"},
	{"pin-on-command-line", OfPair, Warning, func(m *Material, _ time.Time) (string, string) {
		k, inToken := m.key.source.(*tokenObject)
		return when(inToken && k.raw["pin-value"] != "", "its PIN is in its URI, readable for every user of this machine",
			"name a PIN file with pin-source, or omit the PIN: mqttca then asks for it; if others may have seen the PIN, change it")
	}, "RFC 7512 section 2.4 (pin-value)", "anybody who knows the PIN can sign with the token"},
	{"name-constraints-proof", OfPair, Fault, func(m *Material, _ time.Time) (string, string) {
		reason := outsideConstraints(m.Certificate, codeAlone)
		return when(m.Verification == nil && reason != "", reason+": a certificate with only a code as its subject does not verify", adviceOfConstraints)
	}, "RFC 5280 sections 4.2.1.10 and 6.1.3", "a verification certificate with only the code as its subject does not verify"},
}

const adviceOfTrial = "see the permitted uses of the key: pkcs11-tool --login --list-objects"

func adviceOfPair(role string) string {
	return "give the private key of the " + certificateOf[role]
}

func findStrangeKey(m *Material, _ time.Time) (string, string) {
	public := m.key.signer.Public()
	if samePublicKey(m.Certificate.PublicKey, public) {
		return "", ""
	}
	kind, wanted, advice := keyKind(public), certificateKeyKind(m.Certificate), adviceOfPair(m.key.role)
	other := "does not belong to the " + certificateOf[m.key.role] + " " + quoteSubject(m.Certificate)
	switch {
	case public == nil:
		return "it " + other + ", whose key does not verify its trial signature", advice
	case kind == wanted:
		return "it " + other + ": both keys are " + kind + ", but they differ", advice
	}
	return "it is " + kind + " and " + other + ", whose key is " + wanted, advice
}

// findFailedTrial reports why the trial signature of a token's key failed.
func findFailedTrial(m *Material, _ time.Time) (string, string) {
	failed, ok := errors.AsType[*Error](m.key.failed)
	switch {
	case ok:
		return failed.Reason, cmp.Or(failed.Advice, adviceOfTrial)
	case m.key.failed != nil:
		return m.key.failed.Error(), adviceOfTrial
	}
	return "", ""
}

// findOpenKeyFile checks the mode of a regular file, except on Windows, which has no such bits. If
// another user owns the file, its group may read it.
func findOpenKeyFile(m *Material, _ time.Time) (string, string) {
	k, isFile := m.key.source.(keyFile)
	if !isFile || runtime.GOOS == "windows" || !k.mode.IsRegular() {
		return "", ""
	}
	open, advice := fs.FileMode(0o077), "restrict the permissions: chmod 600"
	if k.lent {
		open, advice = 0o037, "have its owner restrict the permissions: chmod 440"
	}
	return when(k.mode&open != 0, fmt.Sprintf("users other than its owner have access (mode %04o)", k.mode.Perm()), advice)
}
