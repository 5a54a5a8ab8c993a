package cmd

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"time"

	"mqttca/pki"
)

// The types of optional fields in JSON documents. If such a field does not apply, it is null, never
// "" or 0. Reading null gives the zero value.
type (
	text    string // null if empty
	instant string // a time in RFC 3339; null if empty
	number  int    // null if 0
)

// A fingerprint is the bytes of a SHA-256, hexadecimal in JSON; null if empty. A long list of
// certificates has room for bytes, and none for digits.
type fingerprint string

func fingerprintOf(digits string) fingerprint {
	sum, _ := hex.DecodeString(digits) // none if it is not hexadecimal
	return fingerprint(sum)
}

func (f fingerprint) String() string { return hex.EncodeToString([]byte(f)) }

func (f fingerprint) MarshalJSON() ([]byte, error) { return nullable(f.String()) }

func (f *fingerprint) UnmarshalJSON(data []byte) error {
	var digits text
	err := json.Unmarshal(data, &digits)
	*f = fingerprintOf(string(digits))
	return err
}

func instantOf(t time.Time) instant { return instant(pki.Timestamp(t)) }

func (t text) MarshalJSON() ([]byte, error) { return nullable(string(t)) }

func (i instant) MarshalJSON() ([]byte, error) { return nullable(string(i)) }

func (n number) MarshalJSON() ([]byte, error) { return nullable(int(n)) }

// nullable is the JSON of a value, null if it is zero.
func nullable[T comparable](value T) ([]byte, error) {
	var zero T
	if value == zero {
		return []byte("null"), nil
	}
	data, err := json.Marshal(value)
	if bytes.Contains(data, []byte(`\u00`)) { // as HTML wants it; encode is slower
		return encode(value)
	}
	return data, err
}
