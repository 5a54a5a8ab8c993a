package pki_test

import (
	"errors"
	"fmt"
	"time"

	"mqttca/pki"
)

// The whole ceremony: load the CA with its key, issue the verification certificate for the
// code that the service returned, and check it as whoever submits it does.
func Example() {
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	password := func(what string) (string, error) { return "example", nil }
	authority, err := pki.LoadAuthority("../testdata/ca/openssl.p256.crt", "../testdata/ca/openssl.p256.encrypted.key", password, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer authority.Close()

	const code = "13274673-8f90-4630-bea1-9cccb25756ad2089123456"
	publicKey, err := pki.NewVerificationKey(authority.CA)
	if err != nil {
		fmt.Println(err)
		return
	}
	verification, err := authority.IssueVerification(pki.Template{
		Code:         code,
		PublicKey:    publicKey,
		SerialNumber: pki.NewSerialNumber(),
		Now:          now,
		Validity:     pki.DefaultValidity,
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	fmt.Println(authority.DefaultName(), "is registered with the code", pki.CodeOf(verification))
	fmt.Println("until", pki.Timestamp(verification.NotAfter))
	fmt.Println(authority.CheckVerification(verification, code, now))
	fmt.Println(authority.CheckVerification(verification, "another-code", now))
	// Output:
	// OpenSSL p256 is registered with the code 13274673-8f90-4630-bea1-9cccb25756ad2089123456
	// until 2026-07-01T00:00:00Z
	// <nil>
	// check verification certificate: its Common Name is "13274673-8f90-4630-bea1-9cccb25756ad2089123456", the registration code is "another-code"
}

// An error is one sentence, and apart from it says what to do.
func ExampleLoadCA() {
	_, err := pki.LoadCA("../testdata/ca/openssl.p256.leaf.crt", time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
	var local *pki.Error
	if errors.As(err, &local) {
		fmt.Println("the object:", local.Object)
		fmt.Println("the reason:", local.Reason)
	}
	// Output:
	// the object: CA certificate ../testdata/ca/openssl.p256.leaf.crt
	// the reason: it is an end-entity certificate: its basicConstraints say CA:FALSE; its keyUsage does not include keyCertSign
}

// Findings has all that is to be said, where the loaders stop at a fault.
func ExampleMaterial_Findings() {
	material, err := pki.ReadMaterial(pki.Sources{
		CA:           "../testdata/ca/openssl.p256.crt",
		Verification: "../testdata/verification/openssl.p256.recipe.crt",
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer material.Close()
	for _, finding := range material.Findings(time.Date(2027, 4, 1, 0, 0, 0, 0, time.UTC)) {
		fmt.Printf("%s %s: %s\n", finding.Severity, finding.Rule, finding.Message)
		fmt.Println(finding.Advice)
	}
	// Output:
	// error verification-validity: it expired at 2027-03-27T00:00:00Z
	// sign a new one
}
