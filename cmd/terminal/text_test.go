package terminal

import (
	"testing"

	"github.com/google/go-cmp/cmp"
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
		{"no-break\u00a0space\u3000", `no-break\u00a0space\u3000`}, // two that look alike
		{"tag \U000e0041", `tag \udb40\udc41`},
		{"broken \xff", "broken \ufffd"},
	}
	for _, tt := range tests {
		if got := Escape(tt.text); got != tt.want {
			t.Errorf("Escape(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
	if got := EscapeExcept("a\nb\tc", "\n"); got != "a\nb\\u0009c" {
		t.Errorf("EscapeExcept keeps %q", got)
	}
}

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
		if diff := cmp.Diff(tt.want, Wrap(tt.text, tt.width)); diff != "" {
			t.Errorf("%q: %s", tt.text, diff)
		}
	}
}

// Running text also breaks beside ideographs, but no line begins or ends with punctuation that
// belongs to the other.
func TestWrapProse(t *testing.T) {
	for text, want := range map[string][]string{
		"":                       {""},
		"one a two":              {"one a", "two"},
		"设备证书":                   {"设备证", "书"},
		"设备。证书":                  {"设备。", "证书"},
		"设备证。书":                  {"设备", "证。书"},
		"设（备证）":                  {"设（备", "证）"},
		"用 mqttca 看":             {"用", "mqttca", "看"},
		"CA的证书":                  {"CA的证", "书"},
		"\x01设备证\x02 \x01书\x02":  {"\x01设备证\x02", "\x01书\x02"},
		"\x01ab\x02、\x01cde\x02": {"\x01ab\x02、\x01", "cde\x02"},
	} {
		if diff := cmp.Diff(want, WrapProse(text, 6)); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

// A command in quotes stays whole, and an apostrophe is no quote.
func TestWrapSpeech(t *testing.T) {
	for text, want := range map[string][]string{
		"run 'mqttca list' then":     {"run", "'mqttca list'", "then"},
		"run 'mqttca', then go":      {"run", "'mqttca',", "then go"},
		"the service's time is gone": {"the", "service's", "time is", "gone"},
		"Sn=1&Name=2&Id=33 done":     {"Sn=1&", "Name=2&", "Id=33", "done"},
		"":                           {""},
	} {
		if diff := cmp.Diff(want, wrapSpeech(text, 9)); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

func TestPad(t *testing.T) {
	for text, want := range map[string]string{"": "    ", "ab": "ab  ", "设": "设  ", "设备": "设备", "设备x": "设备x", "e\u0301": "e\u0301   "} {
		if got := pad(text, 4); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
