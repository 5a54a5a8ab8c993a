//go:build cgo

package pki

import (
	"fmt"
	"strings"

	"github.com/miekg/pkcs11"
)

// tokenSources are the key sources added by cgo builds.
var tokenSources = []string{"pkcs11"}

// open finds the token, asks for its PIN, logs in once and finds the key.
func (k *tokenObject) open(password Password) (*openedKey, error) {
	s, err := k.openSession()
	if err != nil {
		return nil, err
	}
	if err := s.logIn(password); err != nil {
		s.close()
		return nil, err
	}
	return &openedKey{source: k, role: k.role, object: k.object(), signer: s, close: s.close}, nil
}

// A tokenSession is a session with a token, and the private key with which it signs.
type tokenSession struct {
	*module
	pkcs11.TokenInfo
	key       *tokenObject
	slot      uint
	handle    pkcs11.SessionHandle
	pin       string // "" until it is needed
	private   pkcs11.ObjectHandle
	isRSA     bool  // otherwise an EC key
	everyTime bool  // the key wants a login for each signature (CKA_ALWAYS_AUTHENTICATE)
	refused   error // the error of such a login: a refused PIN is not tried again
}

// openSession finds the token without logging in.
func (k *tokenObject) openSession() (s *tokenSession, err error) {
	module, err := k.openModule()
	if err != nil {
		return nil, err
	}
	if s, err = k.tokenOf(module); err == nil {
		s.handle, err = module.OpenSession(s.slot, pkcs11.CKF_SERIAL_SESSION)
	}
	if err != nil {
		module.close()
		return nil, k.refuseAnswer(err)
	}
	return s, nil
}

// tokenOf fails unless the URI matches exactly one token.
func (k *tokenObject) tokenOf(module *module) (s *tokenSession, err error) {
	slots, err := module.GetSlotList(true)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, slot := range slots {
		if info, err := module.GetTokenInfo(slot); err == nil && k.names(slot, info) {
			s = &tokenSession{module: module, TokenInfo: info, key: k, slot: slot}
			found = append(found, fmt.Sprintf("slot-id=%d", slot))
		}
	}
	switch len(found) {
	case 0:
		return nil, k.refuse("the module has no matching token",
			"list its tokens, for SoftHSM with the same SOFTHSM2_CONF: pkcs11-tool --module "+printable(module.path)+" --list-token-slots")
	case 1:
		return s, nil
	}
	return nil, k.refuse(fmt.Sprintf("the module has %d matching tokens: %s", len(found), strings.Join(found, ", ")), "select one by serial or slot-id")
}

// names reports whether the token matches each attribute in the URI.
func (k *tokenObject) names(slot uint, token pkcs11.TokenInfo) bool {
	for name, has := range map[string]string{"slot-id": fmt.Sprint(slot),
		"token": token.Label, "serial": token.SerialNumber, "manufacturer": token.ManufacturerID, "model": token.Model} {
		if want := k.values[name]; want != "" && trimmed(want) != trimmed(has) {
			return false
		}
	}
	return token.Flags&pkcs11.CKF_TOKEN_INITIALIZED != 0
}

// trimmed removes padding: PKCS#11 pads texts with blanks, some modules with zeros.
func trimmed(text string) string { return strings.TrimRight(text, " \x00") }

// logIn logs in if the token requires it, and finds the key, which may also require a login.
func (s *tokenSession) logIn(password Password) (err error) {
	if s.Flags&pkcs11.CKF_LOGIN_REQUIRED != 0 {
		if s.pin, err = s.key.askPIN(s.TokenInfo, password); err != nil {
			return err
		}
		err = s.Login(s.handle, pkcs11.CKU_USER, s.pin)
	}
	if err != nil && err != pkcs11.Error(pkcs11.CKR_USER_ALREADY_LOGGED_IN) {
		return s.key.refuseAnswer(err)
	}
	if err = s.findKey(); err == nil && s.everyTime && s.pin == "" {
		s.pin, err = s.key.askPIN(s.TokenInfo, password)
	}
	return err
}

func (s *tokenSession) close() error {
	defer s.module.close()
	return s.CloseSession(s.handle)
}

// askPIN never returns an empty PIN: a token would count the attempt.
func (k *tokenObject) askPIN(token pkcs11.TokenInfo, password Password) (string, error) {
	what := "PIN of token " + printable(trimmed(token.Label))
	switch {
	case token.Flags&pkcs11.CKF_USER_PIN_LOCKED != 0:
		return "", k.refuseAnswer(pkcs11.Error(pkcs11.CKR_PIN_LOCKED))
	case token.Flags&pkcs11.CKF_USER_PIN_INITIALIZED == 0:
		return "", k.refuse("the token has no user PIN yet", "set it up first, for example with pkcs11-tool --init-pin")
	case k.pin != "":
		return k.pin, nil
	case token.Flags&pkcs11.CKF_USER_PIN_FINAL_TRY != 0:
		what += " (a wrong one locks it)"
	}
	pin, err := password.ask(what)
	switch {
	case err == ErrNoPassword:
		return "", k.refuse("the token requires a PIN, and none is given", "").because(ErrNoPassword)
	case err != nil:
		return "", err
	case pin == "":
		return "", k.refuse("the PIN is empty; mqttca never tries an empty PIN", "")
	}
	return pin, nil
}
