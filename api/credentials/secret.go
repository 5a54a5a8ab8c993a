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

// A Secret is text never shown by fmt, encoding/json and log/slog: they print [redacted]. Only a
// conversion to string returns its value.
type Secret string

// Format writes [redacted] for every verb, including malformed ones: for those fmt prints the bare
// value of a type with only a String method.
func (Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, redacted) }

// MarshalText is called by encoding/json and log/slog.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// shortestSecret is the minimum length to redact: the vendor's secrets are longer, and shorter
// texts occur in ordinary words.
const shortestSecret = 8

// Redact removes the credentials' secrets from a text from outside, which may repeat them:
// unchanged, percent-encoded, and in base64.
func (c Credentials) Redact(text string) string {
	return string(redactAll([]byte(text), []Secret{c.AccessKeySecret, c.SecurityToken}))
}

// RedactJSON is [Credentials.Redact] for JSON: it also finds secrets spelled with escapes, and
// replaces escapes of printable ASCII characters by the characters.
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
			url.QueryEscape(url.QueryEscape(text)), // as in the signed text of the older signature
			base64.RawStdEncoding.EncodeToString([]byte(text)), base64.RawURLEncoding.EncodeToString([]byte(text)),
		} {
			if bytes.Contains(data, []byte(form)) { // ReplaceAll always copies
				data = bytes.ReplaceAll(data, []byte(form), []byte(redacted))
			}
		}
	}
	return data
}

// withoutEscapes replaces escapes of printable ASCII characters in JSON, \/ or \u002b, by the
// characters, which does not change its meaning: redact would miss an escaped secret.
func withoutEscapes(text []byte) []byte {
	if !bytes.Contains(text, []byte(`\u`)) && !bytes.Contains(text, []byte(`\/`)) {
		return text // as in most answers; a list is long
	}
	return []byte(unescaping().Replace(string(text)))
}

// unescaping keeps an escaped backslash: it escapes nothing after it.
var unescaping = sync.OnceValue(func() *strings.Replacer {
	pairs := []string{`\\`, `\\`, `\/`, `/`}
	for c := ' '; c < 0x7f; c++ {
		if c != '"' && c != '\\' {
			pairs = append(pairs, fmt.Sprintf(`\u%04x`, c), string(c), fmt.Sprintf(`\u%04X`, c), string(c))
		}
	}
	return strings.NewReplacer(pairs...)
})
