package cmd

import (
	"strings"
	"testing"

	"mqttca/cmd/terminal"
)

// A finding cannot steer a terminal, and its lines fit one of 80 columns.
func TestFindingIsEscaped(t *testing.T) {
	var out strings.Builder
	finding := findingDocument{Severity: "error", Rule: "key", Message: "its issuer is \x1b[31m\"\n" + strings.Repeat("word ", 40), name: "CA certificate \x1b[2J"}
	finding.plain(&terminal.Sheet{Writer: &out})
	if !strings.HasPrefix(out.String(), "error on CA certificate \\u001b[2J (key)\n  found   its issuer is \\u001b[31m\"\\u000aword ") || strings.Contains(out.String(), "\x1b") {
		t.Errorf("%q", out.String())
	}
	for line := range strings.Lines(out.String()) {
		if len(line) > 81 {
			t.Errorf("%d columns: %s", len(line)-1, line)
		}
	}
}

// Nor can the name of a file.
func TestTitleIsEscaped(t *testing.T) {
	var out strings.Builder
	document := checkDocument{CA: examinedCADocument{examinedDocument: examinedDocument{File: "\x1b[2J.crt"}}}
	if err := document.plain(&terminal.Sheet{Writer: &out}); err != nil || !strings.HasPrefix(out.String(), "CA certificate \\u001b[2J.crt\n") {
		t.Errorf("%q, %v", out.String(), err)
	}
}

func TestCounts(t *testing.T) {
	for want, d := range map[string]checkDocument{
		"1 error":                 {Errors: 1},
		"2 errors":                {Errors: 2},
		"1 warning":               {Warnings: 1},
		"1 error and 2 warnings":  {Errors: 1, Warnings: 2},
		"2 errors and 1 warning":  {Errors: 2, Warnings: 1},
		"3 errors and 3 warnings": {Errors: 3, Warnings: 3},
	} {
		if got := d.counts(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
