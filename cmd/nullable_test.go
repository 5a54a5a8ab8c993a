package cmd

import (
	"encoding/json"
	"testing"
)

// What does not apply is null, also inside of other documents, and is read as nothing.
func TestNullable(t *testing.T) {
	type document struct {
		Text    text    `json:"text"`
		Instant instant `json:"instant"`
		Number  number  `json:"number"`

		Fingerprint fingerprint `json:"fingerprint"`
	}
	for want, d := range map[string]document{
		"{\n  \"text\": null,\n  \"instant\": null,\n  \"number\": null,\n  \"fingerprint\": null\n}\n":                                {},
		"{\n  \"text\": \"R&D <root> \\u001b\",\n  \"instant\": \"2026-01-01\",\n  \"number\": 200,\n  \"fingerprint\": \"00ff\"\n}\n": {"R&D <root> \x1b", "2026-01-01", 200, "\x00\xff"},
	} {
		data, err := encode(d)
		if err != nil || string(data) != want {
			t.Errorf("%s, %v, want %s", data, err, want)
		}
		var read document
		if err := json.Unmarshal(data, &read); err != nil || read != d {
			t.Errorf("%+v, %v, want %+v", read, err, d)
		}
	}
}
