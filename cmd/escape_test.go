package cmd

import (
	"testing"
	"time"
)

func TestEscape(t *testing.T) {
	tests := []struct{ text, want string }{
		{"plain", "plain"},
		{"工厂 é", "工厂 é"},
		{"\x1b[31m", `\u001b[31m`},
		{"two\nlines", `two\u000alines`},
		{"c1 \u009b31m", `c1 \u009b31m`},
		{"bidi \u202egnp", `bidi \u202egnp`},
		{"isolate \u2066x\u2069", `isolate \u2066x\u2069`},
		{"zero\u200bwidth", `zero\u200bwidth`},
		{"tag \U000e0041", `tag \udb40\udc41`},
		{"broken \xff", "broken \ufffd"},
	}
	for _, tt := range tests {
		if got := escape(tt.text); got != tt.want {
			t.Errorf("escape(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
	if got := escapeBut("a\nb\tc", "\n"); got != "a\nb\\u0009c" {
		t.Errorf("escapeBut keeps %q", got)
	}
}

func TestDuration(t *testing.T) {
	for text, want := range map[string]string{"30d": "30d", "1d": "1d", "0d": "0", "0s": "0", "48h": "2d", "90s": "1m30s", "1h": "1h0m0s"} {
		value := duration{new(time.Duration)}
		if err := value.Set(text); err != nil || value.String() != want {
			t.Errorf("Set(%q): %v, %v; want %s", text, value, err, want)
		}
	}
	for _, text := range []string{"", "soon", "-1h", "-1d", "1.5d", "d", "99999d", "9999999h"} {
		value := duration{new(time.Duration)}
		if err := value.Set(text); err == nil {
			t.Errorf("Set(%q) = %s, want an error", text, value)
		}
	}
}

func TestShellQuoted(t *testing.T) {
	for value, want := range map[string]string{
		"":                        "",
		"http://127.0.0.1:8080":   "http://127.0.0.1:8080",
		"/tmp/my folder/root.crt": "'/tmp/my folder/root.crt'",
		"it's":                    `'it'\''s'`,
		"$(reboot)":               "'$(reboot)'",
	} {
		if got := shellQuoted(value); got != want {
			t.Errorf("shellQuoted(%q) = %s, want %s", value, got, want)
		}
	}
}
