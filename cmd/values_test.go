package cmd

import (
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
