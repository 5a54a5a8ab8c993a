//go:build !cgo

package pki

var tokenSources []string

func (k *tokenObject) open(Password) (*openedKey, error) { return nil, k.refuseWithoutTokens() }

func (k *tokenObject) certificates([]byte, string) (*bundle, error) {
	return nil, k.refuseWithoutTokens()
}

func (k *tokenObject) refuseWithoutTokens() *Error {
	return k.refuse("this build of the program has no PKCS#11: it was made without cgo",
		"use one built with CGO_ENABLED=1 and a C compiler, for the platform itself")
}
