package cmd

import (
	"bytes"
	"testing"
)

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
		if got := tt.device.moves(getenv); got != tt.drawsAnew {
			t.Errorf("%s: drawn anew: %v", tt.name, got)
		}
	}
}

// Only the word that says what a message is has a colour, and nothing has without colours.
func TestMessagesAreColoured(t *testing.T) {
	for coloured, want := range map[bool]string{
		true:  "\x1b[33mwarning: \x1b[0ma\\u001bb\n\x1b[1;31merror: \x1b[0mno command\n\x1b[1mhint: \x1b[0msee\n",
		false: "warning: a\\u001bb\nerror: no command\nhint: see\n",
	} {
		var out bytes.Buffer
		a := &app{err: &screen{w: &out, display: display{colour: coloured}}}
		a.warn("a\x1bb")
		a.fail(&usageError{"no command", "see"})
		if out.String() != want {
			t.Errorf("\n got %q\nwant %q", out.String(), want)
		}
	}
}

// With --json an error is an object without colours, whatever is forced.
func TestJSONHasNoColours(t *testing.T) {
	var out bytes.Buffer
	a := &app{json: true, err: &screen{w: &out, display: display{colour: true}}}
	a.fail(&usageError{"no command", "see"})
	if bytes.Contains(out.Bytes(), []byte("\x1b")) {
		t.Errorf("%q", out.String())
	}
}

// A long message is set in below its first word, and a command in it stays whole.
func TestMessagesAreWrapped(t *testing.T) {
	a, paper := liveApp(50)
	a.warn("this machine's clock and the service's differ by 20m: the service's is gone by")
	a.fail(&usageError{"no", "look with 'mqttca confirm' until it is there, or 'mqttca policy --region R --account A --instance I' makes one"})
	want := `warning: this machine's clock and the service's
         differ by 20m: the service's is gone by
error: no
hint: look with 'mqttca confirm' until it is
      there, or
      'mqttca policy --region R --account A --instance I'
      makes one
`
	if paper.String() != want {
		t.Errorf("\n got %s\nwant %s", paper.String(), want)
	}
}
