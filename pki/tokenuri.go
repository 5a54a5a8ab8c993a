package pki

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// EnvModule names the environment variable with the PKCS#11 module for URIs without one.
const EnvModule = "MQTTCA_PKCS11_MODULE"

const (
	tokenScheme = "pkcs11:"
	pinRole     = "PIN file"
)

// InToken reports whether place is a URI of RFC 7512, not a path.
func InToken(place string) bool {
	return len(place) >= len(tokenScheme) && strings.EqualFold(place[:len(tokenScheme)], tokenScheme)
}

// tokenAttributes are the supported attributes of RFC 7512, ignoredAttributes its others, as in
// p11tool's URIs.
var (
	tokenAttributes   = []string{"module-path", "token", "serial", "manufacturer", "model", "slot-id", "object", "id", "pin-source", "pin-value"}
	ignoredAttributes = []string{"type", "slot-description", "slot-manufacturer", "library-description", "library-manufacturer", "library-version", "module-name"}
	tokenSelectors    = []string{"token", "serial", "slot-id"}
	shownAttributes   = []string{"token", "serial", "slot-id", "object", "id"}
)

// objectTypes are the values of the attribute type for each role.
var objectTypes = map[string]string{keyRole: "private", deviceKeyRole: "private", caRole: "cert"}

// A tokenObject is a key or a certificate in a PKCS#11 token, named by a URI.
type tokenObject struct {
	role   string            // keyRole, deviceKeyRole or caRole
	raw    map[string]string // as written in the URI
	values map[string]string // decoded
	id     []byte
	pin    string // from pin-value or pin-source
}

// parseTokenURI reads a URI of RFC 7512, and its PIN if it names one.
func parseTokenURI(role, text string) (*tokenObject, error) {
	k, err := readTokenURI(role, text)
	if err != nil {
		return nil, err
	}
	return k, k.readPIN()
}

// CheckTokenURI checks the pkcs11 URI of a CA key written by somebody else, and opens nothing. It
// refuses a URI with a module, a PIN or a file with a PIN.
func CheckTokenURI(uri string) error {
	k, err := readTokenURI(keyRole, uri)
	if err != nil {
		return err
	}
	for _, name := range []string{"module-path", "pin-value", "pin-source"} {
		if k.raw[name] != "" {
			return &Error{Action: "read", Object: keyRole + "'s pkcs11 URI", Reason: "it has " + name, Advice: "omit it: give the module by " + EnvModule + " or p11-kit, and the PIN by a password file"}
		}
	}
	return nil
}

// readTokenURI opens nothing. Its errors show only the names of attributes: the URI may contain a
// PIN.
func readTokenURI(role, text string) (*tokenObject, error) {
	k := &tokenObject{role: role, raw: map[string]string{}, values: map[string]string{}}
	if reason := cmp.Or(k.parse(text[len(tokenScheme):]), k.check()); reason != "" {
		return nil, &Error{Action: "read", Object: role + "'s pkcs11 URI", Reason: reason,
			Advice: "write it like 'pkcs11:module-path=/usr/lib/softhsm/libsofthsm2.so;token=ca;object=root', quoted for the shell"}
	}
	return k, nil
}

func (k *tokenObject) parse(text string) (reason string) {
	for attribute := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ';' || r == '?' || r == '&' }) {
		name, raw, found := strings.Cut(attribute, "=")
		switch {
		case !found || raw == "":
			return "an attribute in it has no value"
		case name == "type" && raw != objectTypes[k.role]:
			return fmt.Sprintf("its type must be %s for a %s", objectTypes[k.role], k.role)
		case slices.Contains(ignoredAttributes, name), strings.HasPrefix(name, "x-"): // vendor-specific
			continue
		case !slices.Contains(tokenAttributes, name) && (strings.Contains(text, "pin-value=") || HasContent(name)):
			return "an attribute in it is unknown; a semicolon in a value is written %3B" // the name may contain a PIN
		case !slices.Contains(tokenAttributes, name):
			return fmt.Sprintf("its attribute %q is unknown; the supported attributes are %s", name, strings.Join(tokenAttributes, ", "))
		case k.raw[name] != "":
			return "it has " + name + " twice"
		}
		// PathUnescape leaves + unchanged, as RFC 7512 requires.
		value, err := url.PathUnescape(raw)
		if err != nil || strings.ContainsRune(value, 0) && name != "id" {
			return "its " + name + " is not correctly percent-encoded"
		}
		k.raw[name], k.values[name] = raw, value
	}
	return ""
}

func (k *tokenObject) check() (reason string) {
	slot, err := strconv.ParseUint(cmp.Or(k.values["slot-id"], "0"), 10, 32)
	switch {
	case k.uriOf(tokenSelectors) == tokenScheme:
		return "it names no token: add token, serial or slot-id"
	case k.raw["object"] == "" && k.raw["id"] == "":
		return "it names no " + contents[k.role] + ": add object (its label) or id"
	case k.raw["pin-value"] != "" && k.raw["pin-source"] != "":
		return "it has both pin-value and pin-source"
	case err != nil:
		return "its slot-id is not a number"
	case k.values["slot-id"] != "":
		k.values["slot-id"] = strconv.FormatUint(slot, 10)
	}
	// RFC 7512 percent-encodes the bytes of an id; the hexadecimal form of pkcs11-tool and
	// go.step.sm/crypto has no percent sign.
	k.id, err = hex.DecodeString(strings.TrimPrefix(k.raw["id"], "0x"))
	if err != nil {
		k.id = []byte(k.values["id"])
	}
	return ""
}

// readPIN reads the PIN from pin-value or pin-source. It fails if the source is unreadable: a token
// must not be tried with an empty PIN.
func (k *tokenObject) readPIN() error {
	k.pin = k.values["pin-value"]
	source := strings.TrimPrefix(strings.TrimPrefix(k.values["pin-source"], "file://"), "file:")
	if source == "" {
		return nil
	}
	f, err := readFile(pinRole, source)
	if err != nil {
		return err
	}
	text, err := Text(f.data)
	if err != nil {
		return f.refuse(err.Error(), AdviceOnUTF16)
	}
	k.pin = strings.TrimRight(text, "\r\n")
	if k.pin == "" || strings.ContainsAny(k.pin, "\r\n") {
		return f.refuse("it must hold one line with the PIN", "")
	}
	return nil
}

func (k *tokenObject) object() string { return k.role + " " + k.place() }

// place returns the URI with only the token and the object: no PIN, no module.
func (k *tokenObject) place() string { return k.uriOf(shownAttributes) }

func (k *tokenObject) uriOf(names []string) string {
	var shown []string
	for _, name := range names {
		if raw := k.raw[name]; raw != "" {
			shown = append(shown, name+"="+raw)
		}
	}
	return tokenScheme + strings.Join(shown, ";")
}

func (k *tokenObject) refuse(reason, advice string) *Error {
	return &Error{Action: "use", Object: k.object(), Reason: reason, Advice: advice}
}

// bundle reads the certificates named by the URI of a CA certificate. For the URI of a key, it
// reads all certificates of its token: the key's trial signature selects its own.
func (k *tokenObject) bundle() (*bundle, error) {
	id, label, shown, implied := k.id, k.values["object"], shownAttributes, k.role == keyRole
	if implied {
		id, label, shown = nil, "", tokenSelectors
	}
	b, err := k.certificates(id, label)
	switch {
	case err != nil:
		return nil, err
	case len(b.certificates)+len(b.damaged) > 0:
		b.file.path, b.implied = k.uriOf(shown), implied
		return b, nil
	case implied:
		return nil, refuseNoCertificate(k.role, k.object(), noneInToken)
	}
	return nil, k.refuse("the token has no matching certificate readable without a PIN",
		"name it by object or id: pkcs11-tool --list-objects --type cert shows them")
}

const noneInToken = "the token has none for this key"

// refuseNoCertificate returns the error for a key without a certificate.
func refuseNoCertificate(role, key, reason string) *Error {
	return &Error{Action: "use", Object: key, Reason: "no " + certificateOf[role] + " is given, and " + reason, Err: ErrNoCertificate}
}
