//go:build cgo

package pki

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/miekg/pkcs11"
)

// A module is a loaded PKCS#11 module. A process initializes it once, for all of its keys.
type module struct {
	*pkcs11.Ctx
	path  string
	first bool // initialized for this key, so finalized with it
}

// openModule opens the module of the URI, else of [EnvModule], else p11-kit's proxy, which gives
// access to all modules of p11-kit.
func (k *tokenObject) openModule() (*module, error) {
	path := cmp.Or(k.values["module-path"], os.Getenv(EnvModule))
	if err := CheckPath(k.object()+"'s PKCS#11 module", contents[k.role], path); err != nil {
		return nil, err
	}
	if info, err := os.Stat(path); strings.Contains(path, "/") && (err != nil || !info.Mode().IsRegular()) {
		reason := "is not a file"
		if errors.Is(err, os.ErrNotExist) {
			reason = "does not exist"
		}
		return nil, k.refuse("its PKCS#11 module "+printable(path)+" "+reason, "")
	}
	paths := []string{path}
	if path == "" {
		paths = []string{"p11-kit-proxy.so", "libp11-kit.so.0", "p11-kit-proxy.dylib"}
	}
	m, err := k.loadModule(paths)
	if err != nil {
		return nil, err
	}
	err = m.Initialize()
	if m.first = err == nil; err != nil && err != pkcs11.Error(pkcs11.CKR_CRYPTOKI_ALREADY_INITIALIZED) {
		m.Destroy()
		return nil, k.refuseAnswer(err)
	}
	return m, nil
}

// loadModule loads the first existing module.
func (k *tokenObject) loadModule(paths []string) (*module, error) {
	for _, path := range paths {
		if context := pkcs11.New(path); context != nil {
			return &module{Ctx: context, path: path}, nil
		}
	}
	if len(paths) > 1 {
		return nil, k.refuse("no PKCS#11 module is named, and p11-kit is not installed",
			"name the module by module-path in the URI or by "+EnvModule+": 'mqttca help hsm'")
	}
	return nil, k.refuse("its PKCS#11 module "+printable(paths[0])+" can't be loaded", "give the shared library of the token's vendor, built for this machine's platform")
}

func (m *module) close() {
	if m.first {
		m.Finalize()
	}
	m.Destroy()
}

const (
	lockedPIN       = "its PIN is locked, after too many wrong ones"
	lostSession     = "the session with the token was lost: it was removed, reset or restarted"
	adviceOfRetry   = "check the token and run the command again: this is safe"
	adviceOfFailure = "look at the module's log; for SoftHSM, set SOFTHSM2_CONF to a configuration file readable for this user: 'mqttca help hsm'"
	adviceOfPIN     = "give the right PIN: mqttca tries it only once, since a token locks its PIN after a few wrong ones"
)

// answers translates a token's errors (PKCS#11 v2.40, section 5.1) into a reason and an advice.
var answers = map[pkcs11.Error][2]string{
	pkcs11.CKR_GENERAL_ERROR:              {"its module failed without a reason (CKR_GENERAL_ERROR)", adviceOfFailure},
	pkcs11.CKR_PIN_INCORRECT:              {"the PIN is wrong", adviceOfPIN},
	pkcs11.CKR_PIN_INVALID:                {"the PIN is wrong: the token does not accept its characters", adviceOfPIN},
	pkcs11.CKR_PIN_LEN_RANGE:              {"the PIN is wrong: it is too short or too long for the token", adviceOfPIN},
	pkcs11.CKR_PIN_LOCKED:                 {lockedPIN, "have the token's security officer unlock it"},
	pkcs11.CKR_PIN_EXPIRED:                {"the PIN has expired", "set a new one with the tools of the token's vendor"},
	pkcs11.CKR_TOKEN_NOT_PRESENT:          {lostSession, adviceOfRetry},
	pkcs11.CKR_TOKEN_NOT_RECOGNIZED:       {"the module does not know this kind of token", ""},
	pkcs11.CKR_DEVICE_REMOVED:             {lostSession, adviceOfRetry},
	pkcs11.CKR_DEVICE_ERROR:               {"the token has an internal fault", "look at the token's log"},
	pkcs11.CKR_SESSION_HANDLE_INVALID:     {lostSession, adviceOfRetry},
	pkcs11.CKR_SESSION_CLOSED:             {lostSession, adviceOfRetry},
	pkcs11.CKR_SESSION_COUNT:              {"the token has no session left", "close other programs using it"},
	pkcs11.CKR_USER_NOT_LOGGED_IN:         {"the token requires a login for each signature with this key, as smart cards do", ""},
	pkcs11.CKR_KEY_HANDLE_INVALID:         {"the token no longer has the key", adviceOfRetry},
	pkcs11.CKR_KEY_FUNCTION_NOT_PERMITTED: {"the token does not allow signatures with this key (its CKA_SIGN is not set)", ""},
	pkcs11.CKR_KEY_TYPE_INCONSISTENT:      {"the key is neither RSA nor EC", ""},
	pkcs11.CKR_MECHANISM_INVALID:          {"the token can't make the required signature: ECDSA, RSA PKCS#1 v1.5 or, for TLS, RSA-PSS", ""},
}

// refuseAnswer translates a token's error, and returns an error of this package unchanged. It drops
// the libraries' text, which may contain the URI.
func (k *tokenObject) refuseAnswer(err error) *Error {
	if own, ok := errors.AsType[*Error](err); ok {
		return own
	}
	code, ok := errors.AsType[pkcs11.Error](err)
	if !ok {
		return k.refuse("the token can't be used: its module returned an invalid answer", "")
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
