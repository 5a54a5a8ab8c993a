//go:build !cgo

package pki

var tokenSources []string

func (k *tokenObject) open(Password) (*openedKey, error) { return nil, k.refuseWithoutTokens() }

func (k *tokenObject) certificates([]byte, string) (*bundle, error) {
	return nil, k.refuseWithoutTokens()
}

func (k *tokenObject) refuseWithoutTokens() *Error {
	return k.refuse("this build of mqttca has no PKCS#11 support: it was built without cgo",
		"use a build made with CGO_ENABLED=1 and a C compiler on this platform")
}
