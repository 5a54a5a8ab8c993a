package terminal

import "testing"

// Which streams are coloured and where a line is drawn anew, by what the stream is and what
// the environment says.
func TestColours(t *testing.T) {
	var (
		pipe     = device{}
		terminal = device{terminal: true, escapes: true}
		old      = device{terminal: true} // a console of Windows that takes no escape sequences
	)
	tests := []struct {
		name                string
		device              device
		term, no, force     string
		coloured, drawsAnew bool
	}{
		{"terminal", terminal, "xterm", "", "", true, true},
		{"terminal, NO_COLOR", terminal, "xterm", "1", "", false, true},
		{"terminal, CLICOLOR_FORCE", terminal, "xterm", "", "1", true, true},
		{"terminal, both", terminal, "xterm", "1", "1", false, true},
		{"dumb", terminal, "dumb", "", "", false, false},
		{"dumb, NO_COLOR", terminal, "dumb", "1", "", false, false},
		{"dumb, CLICOLOR_FORCE", terminal, "dumb", "", "1", true, false},
		{"dumb, both", terminal, "dumb", "1", "1", false, false},
		{"pipe", pipe, "xterm", "", "", false, false},
		{"pipe, NO_COLOR", pipe, "xterm", "1", "", false, false},
		{"pipe, CLICOLOR_FORCE", pipe, "xterm", "", "1", true, false},
		{"pipe, CLICOLOR_FORCE, no TERM", pipe, "", "", "1", true, false},
		{"pipe, CLICOLOR_FORCE=0", pipe, "xterm", "", "0", false, false},
		{"pipe, both", pipe, "xterm", "1", "1", false, false},
		{"old console", old, "", "", "", false, false},
		{"old console, CLICOLOR_FORCE", old, "xterm", "", "1", false, false},
	}
	for _, tt := range tests {
		getenv := func(name string) string {
			return map[string]string{"TERM": tt.term, "NO_COLOR": tt.no, "CLICOLOR_FORCE": tt.force}[name]
		}
		if got := tt.device.colours(getenv); got != tt.coloured {
			t.Errorf("%s: coloured: %v", tt.name, got)
		}
		if got := tt.device.redraws(getenv); got != tt.drawsAnew {
			t.Errorf("%s: drawn anew: %v", tt.name, got)
		}
	}
}
