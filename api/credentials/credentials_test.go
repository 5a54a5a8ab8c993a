package credentials

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// everyVariable is every variable that has a say in where credentials come from.
func everyVariable() []string {
	names := []string{"ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SECURITY_TOKEN", "DEBUG"}
	for _, v := range slices.Concat(identityVariables, settingVariables, []variable{regionVariable}) {
		names = append(names, v.names()...)
	}
	return names
}

// home sets up a home folder with a CLI configuration, and an environment that holds
// nothing but the given variables.
func home(t *testing.T, config string, env map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range everyVariable() {
		t.Setenv(name, "")
	}
	for name, value := range env {
		t.Setenv(name, value)
	}
	t.Setenv("HOME", folder)
	t.Setenv("USERPROFILE", folder)
	path := filepath.Join(folder, ".aliyun", "config.json")
	if config != "" {
		put(t, path, config)
	}
	return path
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestMaskedID(t *testing.T) {
	for id, want := range map[string]string{
		"LTAI5tExampleExample9Kd2": "LTAI****9Kd2",
		"LTAIExamp9Kd":             "LTAI****p9Kd",
		"LTAIExam9Kd":              "****",
		"":                         "****",
	} {
		if got := (Credentials{AccessKeyID: id}).MaskedID(); got != want {
			t.Errorf("MaskedID of %q = %q, want %q", id, got, want)
		}
	}
}
