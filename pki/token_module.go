//go:build cgo

package pki

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/miekg/pkcs11"
)

// findToken looks at the tokens of the module without logging in.
func (k *tokenKey) findToken() (slot int, token pkcs11.TokenInfo, err error) {
	module, err := k.openModule()
	if err != nil {
		return 0, token, err
	}
	defer module.close()
	slots, err := module.GetSlotList(true)
	if err != nil {
		return 0, token, k.refuseAnswer(err)
	}
	var found []string
	for _, id := range slots {
		info, err := module.GetTokenInfo(id)
		if err != nil || !k.names(id, info) {
			continue
		}
		slot, token = int(id), info
		found = append(found, fmt.Sprintf("slot-id=%d", id))
	}
	switch len(found) {
	case 0:
		return 0, token, k.refuse("the module has no such token", "pkcs11-tool --module MODULE --list-token-slots shows what there is")
	case 1:
		return slot, token, nil
	}
	return 0, token, k.refuse(fmt.Sprintf("the module has %d such tokens: %s", len(found), strings.Join(found, ", ")), "name the one that is meant by serial or slot-id")
}

// names reports whether each attribute that the URI has is the token's.
func (k *tokenKey) names(slot uint, token pkcs11.TokenInfo) bool {
	if token.Flags&pkcs11.CKF_TOKEN_INITIALIZED == 0 || k.slot != nil && *k.slot != slot {
		return false
	}
	for name, has := range map[string]string{
		"token": token.Label, "serial": token.SerialNumber, "manufacturer": token.ManufacturerID, "model": token.Model,
	} {
		if want := k.values[name]; want != "" && trimmed(want) != trimmed(has) {
			return false
		}
	}
	return true
}

// trimmed removes padding: PKCS#11 pads texts with blanks, some modules with zeros.
func trimmed(text string) string { return strings.TrimRight(text, " \x00") }

// A module is a PKCS#11 module that was loaded and initialized.
type module struct {
	*pkcs11.Ctx
	shared bool // another part of this process had initialized it
}

func (k *tokenKey) openModule() (*module, error) {
	path := k.values["module-path"]
	if err := CheckPath(k.object()+"'s module-path", "key", path); err != nil {
		return nil, err
	}
	if reason := fileThere(path); strings.Contains(path, "/") && reason != "" {
		return nil, k.refuse("its PKCS#11 module "+printable(path)+" "+reason, "")
	}
	context := pkcs11.New(path)
	if context == nil {
		return nil, k.refuse("its PKCS#11 module "+printable(path)+" can't be loaded", "it is a shared library for this machine's platform, from the vendor of the token")
	}
	switch err := context.Initialize(); err {
	case nil:
		return &module{context, false}, nil
	case pkcs11.Error(pkcs11.CKR_CRYPTOKI_ALREADY_INITIALIZED):
		return &module{context, true}, nil
	default:
		context.Destroy()
		return nil, k.refuseAnswer(err)
	}
}

func (m *module) close() {
	if !m.shared {
		m.Finalize()
	}
	m.Destroy()
}

const (
	lostSession   = "the session with the token was lost: it was removed, reset or restarted"
	adviceOfRetry = "look after the token and run it again: that is safe"
	adviceOfPIN   = "it was tried once and won't be again: a token locks its PIN after a few wrong ones"
)

// answers translates the answers of a token (PKCS#11 v2.40, section 5.1) into a reason and
// an advice.
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

// refuseAnswer is the error for an answer of a token. It leaves out the text of the
// libraries, which can hold the URI.
func (k *tokenKey) refuseAnswer(err error) *Error {
	code, ok := errors.AsType[pkcs11.Error](err)
	if !ok {
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

// fileThere returns why there is no file at path, or "".
func fileThere(path string) string {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.Mode().IsRegular():
		return ""
	case err == nil:
		return "is not a file"
	case os.IsNotExist(err):
		return "is not there"
	}
	return "can't be read"
}
