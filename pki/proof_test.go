package pki

import "testing"

func TestLoadProof(t *testing.T) {
	recipe := verificationFile("p256.recipe.crt")
	proof, err := LoadProof(caFile("p256.crt"), recipe, now)
	if err != nil {
		t.Fatal(err)
	}
	if !proof.CA.Certificate.Equal(mustCertificate(t, caFile("p256.crt"))) || !proof.Verification.Equal(mustCertificate(t, recipe)) || len(proof.Warnings) > 0 {
		t.Errorf("read %s and %s, warned of %v", proof.CA.Subject(), proof.Verification.Subject, proof.Warnings)
	}
}

func TestLoadProofRefuses(t *testing.T) {
	ca, recipe := caFile("p256.crt"), verificationFile("p256.recipe.crt")
	for _, test := range []struct{ name, ca, verification, want string }{
		{"no verification certificate", ca, "no.crt", "read verification certificate no.crt: no such file"},
		{"no CA certificate", "no.crt", recipe, "read CA certificate no.crt: no such file"},
		{"unfit CA", caFile("p256.expired.crt"), recipe, "use CA certificate " + caFile("p256.expired.crt") + ": it expired at 2026-01-01T00:00:00Z"},
		{"not a proof", ca, ca, "check verification certificate " + ca + ": it is the CA certificate itself"},
		{"SHA-1 with a bundle", write(t, "bundle.crt", mustRead(t, ca), mustRead(t, caFile("p384.crt"))), verificationFile("rsa2048.sha1.crt"),
			"check verification certificate " + verificationFile("rsa2048.sha1.crt") + ": it is signed with SHA1-RSA, not with SHA-256, SHA-384 or SHA-512"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := LoadProof(test.ca, test.verification, now)
			wantError(t, err, test.want)
		})
	}
}
