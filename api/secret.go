package api

import "fmt"

const redacted = "[redacted]"

// A Secret is text that fmt, encoding/json and log/slog never show: they print
// [redacted]. Converting it to a string is the one way to its value.
type Secret string

// Format writes [redacted] for every verb, the malformed ones too: for those fmt
// prints the bare value of a type that merely has a String method.
func (Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, redacted) }

// MarshalText is what encoding/json and log/slog call.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
