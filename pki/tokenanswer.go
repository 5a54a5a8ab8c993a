//go:build cgo

package pki

import (
	"errors"
	"fmt"

	"github.com/miekg/pkcs11"
)

const (
	lostSession   = "the session with the token was lost: it was removed, reset or restarted"
	adviceOfRetry = "look after the token and run it again: that is safe"
	adviceOfPIN   = "it was tried once and won't be again: a token locks its PIN after a few wrong ones"
)

// answers translates what a token says (PKCS#11 v2.40, section 5.1). The first text is the
// reason, the second what to do.
var answers = map[pkcs11.Error][2]string{
	pkcs11.CKR_PIN_INCORRECT:              {"the PIN is wrong", adviceOfPIN},
	pkcs11.CKR_PIN_INVALID:                {"the PIN is wrong: it has characters that the token does not take", adviceOfPIN},
	pkcs11.CKR_PIN_LEN_RANGE:              {"the PIN is wrong: it is too short or too long for the token", adviceOfPIN},
	pkcs11.CKR_PIN_LOCKED:                 {lockedPIN, adviceOfLocked},
	pkcs11.CKR_PIN_EXPIRED:                {"the PIN has expired", "set a new one with the tools of the token's vendor"},
	pkcs11.CKR_TOKEN_NOT_PRESENT:          {lostSession, adviceOfRetry},
	pkcs11.CKR_TOKEN_NOT_RECOGNIZED:       {"the module does not know this kind of token", ""},
	pkcs11.CKR_DEVICE_REMOVED:             {lostSession, adviceOfRetry},
	pkcs11.CKR_DEVICE_ERROR:               {"the token has a fault of its own", "look at its log"},
	pkcs11.CKR_SESSION_HANDLE_INVALID:     {lostSession, adviceOfRetry},
	pkcs11.CKR_SESSION_CLOSED:             {lostSession, adviceOfRetry},
	pkcs11.CKR_SESSION_COUNT:              {"the token has no session left", "close what else uses it"},
	pkcs11.CKR_USER_NOT_LOGGED_IN:         {"the token wants another login for this key, as smart cards do for each signature", ""},
	pkcs11.CKR_KEY_HANDLE_INVALID:         {"the key is gone from the token", adviceOfRetry},
	pkcs11.CKR_KEY_FUNCTION_NOT_PERMITTED: {"the key may not be used to sign (its CKA_SIGN is not set)", ""},
	pkcs11.CKR_MECHANISM_INVALID:          {"the token can't make the signature that is needed: ECDSA, or RSA PKCS#1 v1.5", ""},
}

const (
	lockedPIN      = "its PIN is locked, after too many wrong ones"
	adviceOfLocked = "the security officer of the token can unlock it"
)

func (k *tokenKey) refuseLocked() *Error { return k.refuse(lockedPIN, adviceOfLocked) }

// refuseAnswer tells what a token answered. The text of the libraries is left out: it can
// hold the URI.
func (k *tokenKey) refuseAnswer(err error) *Error {
	var code pkcs11.Error
	if !errors.As(err, &code) {
		return k.refuse("the token can't be used: its module gives an answer that makes no sense", "")
	}
	answer, known := answers[code]
	if !known {
		answer[0] = fmt.Sprintf("the token answered 0x%x", uint(code))
		if name := code.Error(); len(name) > 0 {
			answer[0] = "the token answered " + name[len("pkcs11: "):]
		}
	}
	return k.refuse(answer[0], answer[1])
}
