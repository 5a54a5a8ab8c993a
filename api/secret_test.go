package api

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
