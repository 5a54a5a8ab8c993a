package credentials

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestSecretNeverPrints(t *testing.T) {
	credentials := Credentials{AccessKeyID: "LTAI-id", AccessKeySecret: "the-secret-value", SecurityToken: "the-token-value"}
	var shown strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T %[1]v", "%!", "%e", "%08.3f"} {
		fmt.Fprintf(&shown, verb+"\n", credentials)
		fmt.Fprintf(&shown, verb+"\n", &credentials)
		fmt.Fprintf(&shown, verb+"\n", credentials.AccessKeySecret)
	}
	data, err := json.Marshal(credentials)
	if err != nil {
		t.Fatal(err)
	}
	shown.Write(data)
	slog.New(slog.NewTextHandler(&shown, nil)).Info("text", "c", credentials, "s", credentials.SecurityToken)
	slog.New(slog.NewJSONHandler(&shown, nil)).Info("json", "c", credentials, "s", credentials.SecurityToken)
	for _, form := range []string{"the-secret-value", "the-token-value", fmt.Sprintf("%x", "the-secret"), fmt.Sprintf("%X", "the-secret")} {
		if strings.Contains(shown.String(), form) {
			t.Errorf("%q shows in\n%s", form, shown.String())
		}
	}
	if !strings.Contains(shown.String(), "LTAI-id") {
		t.Error("the AccessKey ID does not show: nothing was printed at all?")
	}
}

// A secret is found however JSON spells it, and nothing else is changed.
func TestRedact(t *testing.T) {
	c := Credentials{AccessKeySecret: "Key+/=&<secret>", SecurityToken: "tok+en/=="}
	tests := []struct{ name, text, want string }{
		{"as it is", `"Key+/=&<secret> tok+en/=="`, "[redacted] [redacted]"},
		{"percent-encoded", `"Key%2B%2F%3D%26%3Csecret%3E tok%2Ben%2F%3D%3D"`, "[redacted] [redacted]"},
		{"percent-encoded for a path", `"Key+%2F=&%3Csecret%3E tok+en%2F=="`, "[redacted] [redacted]"},
		{"base64", `"S2V5Ky89JjxzZWNyZXQ+ dG9rK2VuLz09"`, "[redacted] [redacted]"},
		{"solidus escaped", `"Key+\/=&<secret> tok+en\/=="`, "[redacted] [redacted]"},
		{"fit for HTML, as Go and Gson write it", `"Key+/\u003d\u0026\u003csecret\u003E tok+en/\u003d\u003d"`, "[redacted] [redacted]"},
		{"wholly escaped", `"\u0074\u006f\u006b\u002B\u0065\u006E\u002f\u003d\u003d"`, "[redacted]"},
		{"other escapes", `"\"\\u002b\\\/\u0022\u005c\u000a\u4e2d\u007f\n"`, "\"\\u002b\\/\"\\\n中\u007f\n"},
		{"backslash before an escape", `"\\\u002b \\u002b"`, `\+ \u002b`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got string
			if err := json.Unmarshal(c.RedactJSON([]byte(tt.text)), &got); err != nil || got != tt.want {
				t.Errorf("got %q, want %q: %v", got, tt.want, err)
			}
		})
	}
	for _, broken := range []string{``, `\`, `\u`, `\u00`, `\u002`, `\u00zz`, `\x`, "\\\xff"} {
		if got := string(withoutEscapes([]byte(broken))); got != broken {
			t.Errorf("%q became %q", broken, got)
		}
	}
}

// What is too short to be a secret of the vendor's is left alone: it stands in ordinary text.
func TestRedactLeavesShortTexts(t *testing.T) {
	const text = "a Request of seven77 letters"
	if got := (Credentials{AccessKeySecret: "seven77", SecurityToken: "s"}).Redact(text); got != text {
		t.Errorf("got %q", got)
	}
	if got := (Credentials{AccessKeySecret: "eight888"}).Redact("eight888"); !strings.Contains(got, redacted) {
		t.Errorf("got %q", got)
	}
}
