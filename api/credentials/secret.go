package credentials

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"sync"
)

const redacted = "[redacted]"

// A Secret is text that fmt, encoding/json and log/slog never show: they print
// [redacted]. Converting it to a string is the one way to its value.
type Secret string

// Format writes [redacted] for every verb, the malformed ones too: for those fmt
// prints the bare value of a type that merely has a String method.
func (Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, redacted) }

// MarshalText is what encoding/json and log/slog call.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// shortestSecret is the least length that is redacted: the vendor's secrets are longer, and
// shorter texts occur in ordinary words.
const shortestSecret = 8

// Redact takes the secrets of the credentials out of a text from outside, which may echo
// them: as they are, percent-encoded, and in base64.
func (c Credentials) Redact(text string) string {
	return string(redactAll([]byte(text), []Secret{c.AccessKeySecret, c.SecurityToken}))
}

// RedactJSON is [Credentials.Redact] for JSON: it finds secrets that are spelled with
// escapes, too, and writes the escapes of printing ASCII characters as these.
func (c Credentials) RedactJSON(data []byte) []byte {
	return redactAll(withoutEscapes(data), []Secret{c.AccessKeySecret, c.SecurityToken})
}

func redactAll(data []byte, secrets []Secret) []byte {
	for _, secret := range secrets {
		text := string(secret)
		if len(text) < shortestSecret {
			continue
		}
		for _, form := range []string{
			text,
			url.QueryEscape(text), url.PathEscape(text),
			url.QueryEscape(url.QueryEscape(text)), // as in the text that the older signature is made of
			base64.RawStdEncoding.EncodeToString([]byte(text)), base64.RawURLEncoding.EncodeToString([]byte(text)),
		} {
			if bytes.Contains(data, []byte(form)) { // ReplaceAll copies in any case
				data = bytes.ReplaceAll(data, []byte(form), []byte(redacted))
			}
		}
	}
	return data
}

// withoutEscapes writes the printing ASCII characters of JSON as they are that stand as
// \/ or \u002b there, which is the same text: a secret that some encoder spelled so would
// escape redact.
func withoutEscapes(text []byte) []byte {
	if !bytes.Contains(text, []byte(`\u`)) && !bytes.Contains(text, []byte(`\/`)) {
		return text // most answers, and a list is long
	}
	return []byte(unescaping().Replace(string(text)))
}

// unescaping leaves an escaped backslash as it is: it escapes nothing behind it.
var unescaping = sync.OnceValue(func() *strings.Replacer {
	pairs := []string{`\\`, `\\`, `\/`, `/`}
	for c := ' '; c < 0x7f; c++ {
		if c != '"' && c != '\\' {
			pairs = append(pairs, fmt.Sprintf(`\u%04x`, c), string(c), fmt.Sprintf(`\u%04X`, c), string(c))
		}
	}
	return strings.NewReplacer(pairs...)
})
