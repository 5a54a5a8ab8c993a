//go:build !cgo

package pki

const hasTokens = false

func (k *tokenKey) open(Password) (*openedKey, error) {
	return nil, k.refuse("this build of the program has no PKCS#11: it was made without cgo",
		"use one that was built with CGO_ENABLED=1 and a C compiler, for the platform itself")
}
