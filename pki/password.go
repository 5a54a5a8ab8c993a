package pki

import "errors"

// Password gives the password or PIN that opens something; what names it for a person:
// "password of CA key ca.key", "PIN of token ca". It is called at most once for a key,
// and only for one that needs it. What it returns as an error is returned to the caller
// as it is, but for [ErrNoPassword].
type Password func(what string) (string, error)

// ErrNoPassword is what a [Password] returns where there is none to be had, and the cause
// of the [*Error] about it.
var ErrNoPassword = errors.New("no password is given")

// ask calls the function, which may be nil.
func (p Password) ask(what string) (string, error) {
	if p == nil {
		return "", ErrNoPassword
	}
	return p(what)
}

// askPassword asks for what opens an encrypted file.
func (f *file) askPassword(password Password) (string, error) {
	text, err := password.ask("password of " + f.object())
	if errors.Is(err, ErrNoPassword) {
		refusal := f.refuse("it is encrypted, and no password is given", "")
		refusal.Err = ErrNoPassword
		return "", refusal
	}
	return text, err
}

// wrongPassword is the error for a file that a password does not open. Only PKCS#12 can
// tell a wrong password from a damaged file.
func (f *file) wrongPassword() *Error {
	return f.refuse("the password is wrong, or the file is damaged", "")
}
