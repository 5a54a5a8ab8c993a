package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is read has a limit, which no such file comes near.
func TestLimitsOfInput(t *testing.T) {
	const kilo = 1 << 10
	path := filepath.Join(t.TempDir(), "file")
	c := &console{}
	for _, tt := range []struct {
		read string
		size int
		want bool
		do   func() error
	}{
		{"a code", 4 * kilo, true, func() error { _, err := c.readCode(path); return err }},
		{"a code", 4*kilo + 1, false, func() error { _, err := c.readCode(path); return err }},
		{"a password", 4 * kilo, true, func() error { _, err := (&passwordAsker{console: c, file: path}).readPassword(); return err }},
		{"a password", 4*kilo + 1, false, func() error { _, err := (&passwordAsker{console: c, file: path}).readPassword(); return err }},
		{"a document", kilo * kilo, true, func() error { var text string; return c.readDocument(path, &text) }},
		{"a document", kilo*kilo + 1, false, func() error { var text string; return c.readDocument(path, &text) }},
	} {
		put(t, path, `"`+strings.Repeat("x", tt.size-2)+`"`)
		if err := tt.do(); (err == nil) != tt.want {
			t.Errorf("%s of %d bytes: %.200v", tt.read, tt.size, err)
		}
	}
}

// A document that others carry on can be read by them, and is written as it reads.
func TestWriteDocument(t *testing.T) {
	path := filepath.Join(t.TempDir(), "request.json")
	if err := (&console{quiet: true}).writeDocument(path, signingRequest{CAName: "R&D <root>"}, false); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(data), `"ca_name": "R&D <root>"`) {
		t.Errorf("%s, %v", data, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}
