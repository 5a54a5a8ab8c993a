package cmd

import (
	"time"

	"mqttca/pki"
)

// The types of fields of JSON documents that may not apply. Such a field is there as null,
// never as "" or 0. Reading null gives the zero value.
type (
	text    string // null if empty
	instant string // a time in RFC 3339; null if empty
	number  int    // null if 0
)

// instantOf is the time as documents have it.
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
	return encode(value)
}
