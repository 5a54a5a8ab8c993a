package cmd

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWrapped(t *testing.T) {
	for _, tt := range []struct {
		text  string
		width int
		want  []string
	}{
		{"", 5, []string{""}},
		{"one", 5, []string{"one"}},
		{"one a two", 5, []string{"one a", "two"}},
		{"one ab two", 5, []string{"one", "ab", "two"}},
		{"a  b", 5, []string{"a  b"}}, // as it stands in a name
		{"longerthanthat a", 5, []string{"longerthanthat", "a"}},
		{"设备 设备", 9, []string{"设备 设备"}},
		{"设备 设备", 8, []string{"设备", "设备"}},
	} {
		if diff := cmp.Diff(tt.want, wrapped(tt.text, tt.width)); diff != "" {
			t.Errorf("%q: %s", tt.text, diff)
		}
	}
}

func TestPadded(t *testing.T) {
	for text, want := range map[string]string{"": "    ", "ab": "ab  ", "设": "设  ", "设备": "设备", "设备x": "设备x", "e\u0301": "e\u0301   "} {
		if got := padded(text, 4); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// A finding cannot steer a terminal, and its lines fit one of 80 columns.
func TestFindingIsEscaped(t *testing.T) {
	var out strings.Builder
	finding := findingDocument{Severity: "error", Rule: "key", Message: "its issuer is \x1b[31m\"\n" + strings.Repeat("word ", 40), name: "CA certificate \x1b[2J"}
	finding.plain(&sheet{Writer: &out})
	if !strings.HasPrefix(out.String(), "error on CA certificate \\u001b[2J (key)\n  found   its issuer is \\u001b[31m\"\\u000aword ") || strings.Contains(out.String(), "\x1b") {
		t.Errorf("%q", out.String())
	}
	for line := range strings.Lines(out.String()) {
		if len(line) > 81 {
			t.Errorf("%d columns: %s", len(line)-1, line)
		}
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
