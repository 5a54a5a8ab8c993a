//go:build cgo

package pki

import (
	"crypto"
	"fmt"
	"strings"

	"github.com/ThalesGroup/crypto11"
	"github.com/miekg/pkcs11"
)

const hasTokens = true

// open finds the token, asks for the PIN only then, logs in once and finds the key.
func (k *tokenKey) open(password Password) (*openedKey, error) {
	slot, token, err := k.findToken()
	if err != nil {
		return nil, err
	}
	config := &crypto11.Config{Path: k.values["module-path"], SlotNumber: &slot}
	if config.LoginNotSupported = token.Flags&pkcs11.CKF_LOGIN_REQUIRED == 0; !config.LoginNotSupported {
		if config.Pin, err = k.askPIN(token, password); err != nil {
			return nil, err
		}
	}
	session, err := crypto11.Configure(config)
	if err != nil {
		return nil, k.refuseAnswer(err)
	}
	signer, err := k.findPair(session, token)
	if err != nil {
		session.Close()
		return nil, err
	}
	signer = &tokenSigner{signer, k}
	return &openedKey{source: k, object: k.object(), signer: signer, prove: k.prover(signer), close: session.Close}, nil
}

// askPIN never returns an empty one: a token counts the attempt.
func (k *tokenKey) askPIN(token pkcs11.TokenInfo, password Password) (string, error) {
	switch {
	case token.Flags&pkcs11.CKF_USER_PIN_LOCKED != 0:
		return "", k.refuseLocked()
	case token.Flags&pkcs11.CKF_USER_PIN_INITIALIZED == 0:
		return "", k.refuse("the token has no user PIN yet", "set it up first, for example with pkcs11-tool --init-pin")
	case k.pin != "":
		return k.pin, nil
	}
	pin, err := password.ask("PIN of token " + printable(trimmed(token.Label)))
	switch {
	case err == ErrNoPassword:
		refusal := k.refuse("the token wants a PIN, and none is given", "")
		refusal.Err = ErrNoPassword
		return "", refusal
	case err != nil:
		return "", err
	case pin == "":
		return "", k.refuse("the PIN is empty, and an empty one is never tried", "")
	}
	return pin, nil
}

// findPair wants exactly one key: crypto11's FindKeyPair and what stands on it would take
// the first of several in silence.
func (k *tokenKey) findPair(session *crypto11.Context, token pkcs11.TokenInfo) (crypto.Signer, error) {
	var label []byte
	if object := k.values["object"]; object != "" {
		label = []byte(object)
	}
	pairs, err := session.FindKeyPairs(k.id, label)
	switch {
	case err != nil:
		return nil, k.refuseAnswer(err)
	case len(pairs) == 0:
		return nil, k.refuse("the token has no such key, or no public key or certificate with the same id beside the private key",
			fmt.Sprintf("pkcs11-tool --module %s --token-label '%s' --login --list-objects shows what it has",
				k.values["module-path"], printable(trimmed(token.Label))))
	case len(pairs) > 1:
		return nil, k.refuse(fmt.Sprintf("the token has %d such keys", len(pairs)), "name the one that is meant by object and id")
	case pairs[0].Public() == nil:
		return nil, k.refuse("the token does not give the public key", "")
	}
	return pairs[0], nil
}

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

// names reports whether the URI means this token. What it does not say is no matter.
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

// trimmed: PKCS#11 pads texts with blanks, some modules with zeros.
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
