package api

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/url"
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

// shortestSecret is what redact goes by: something shorter is no secret of the vendor's,
// and stands in ordinary text.
const shortestSecret = 8

// redact takes the secrets of the credentials out of what came from outside, where they
// may have been echoed: as they are, percent-encoded, and in base64.
func (c Credentials) redact(data []byte) []byte {
	for _, secret := range []Secret{c.AccessKeySecret, c.SecurityToken} {
		text := string(secret)
		if len(text) < shortestSecret {
			continue
		}
		for _, form := range []string{
			text, url.QueryEscape(text), url.PathEscape(text), base64.StdEncoding.EncodeToString([]byte(text)),
		} {
			data = bytes.ReplaceAll(data, []byte(form), []byte(redacted))
		}
	}
	return data
}
