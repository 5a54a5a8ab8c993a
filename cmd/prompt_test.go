package cmd

import (
	"context"
	"errors"
	"strings"
	"testing"

	"mqttca/cmd/terminal"
)

// Only yes and Enter is yes: a terminal that goes away after the letters has not agreed. The
// next line on the screen begins at its left.
func TestAskYes(t *testing.T) {
	refused := errors.New("refused")
	for typed, want := range map[string]struct {
		err    error
		screen string
	}{
		"yes\n":    {nil, "sure? "},
		" yes\r\n": {nil, "sure? "},
		"no\n":     {refused, "sure? "},
		"YES\n":    {refused, "sure? "},
		"y\n":      {refused, "sure? "},
		"\n":       {refused, "sure? "},
		"yes":      {errInterrupted, "sure? \n"},
		"":         {errInterrupted, "sure? \n"},
	} {
		var screen strings.Builder
		c := &console{in: strings.NewReader(typed), err: terminal.NewScreen(&screen, columns(0))}
		if err := c.askYes(context.Background(), "sure? ", refused); err != want.err || screen.String() != want.screen {
			t.Errorf("%q: %v, %q; want %v, %q", typed, err, screen.String(), want.err, want.screen)
		}
	}
}
