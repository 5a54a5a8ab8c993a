package cmd

import (
	"strings"
	"testing"
	"time"
)

func TestDuration(t *testing.T) {
	for text, want := range map[string]string{"30d": "30d", "1d": "1d", "0d": "0", "0s": "0", "48h": "2d", "90s": "1m30s", "1h": "1h0m0s"} {
		value := duration{value: new(time.Duration)}
		if err := value.Set(text); err != nil || value.String() != want {
			t.Errorf("Set(%q): %v, %v; want %s", text, value, err, want)
		}
	}
	for _, text := range []string{"", "soon", "-1h", "-1d", "1.5d", "d", "99999d", "9999999h"} {
		value := duration{value: new(time.Duration)}
		if err := value.Set(text); err == nil {
			t.Errorf("Set(%q) = %s, want an error", text, value)
		}
	}
}

// What no instance id can hold is a wrong command line, wherever an instance is given, and the
// error names the character: some look like a letter of an id.
func TestInstanceIDs(t *testing.T) {
	for _, row := range commands() {
		if row.name == "emulate" || row.build(&app{}).Flags().Lookup("instance") == nil {
			continue
		}
		for id, want := range map[string]string{
			"post-\u0441n-7mz2d":  `not 'с' (U+0441)`,
			"post-cn-7mz2d\u200b": `not '\u200b' (U+200B)`,
			"post-cn-7mz2\uff44":  `(U+FF44)`,
			"post-cn-7mz2d ":      `not ' ' (U+0020)`,
			"post-111****":        `not '*' (U+002A)`,
			"post-cn-\xff":        `(U+FFFD)`,
		} {
			code, _, stderr := runHere(append(strings.Fields(row.name), "--instance", id)...)
			if code != exitUsage || !strings.Contains(stderr, want) {
				t.Errorf("%s --instance %q: exit code %d, %s", row.name, id, code, stderr)
			}
		}
	}
}
