package cmd

import (
	"bytes"
	"testing"

	"mqttca/cmd/terminal"
)

// Only the word that says what a message is has a colour, and nothing has without colours.
func TestMessagesAreColoured(t *testing.T) {
	for coloured, want := range map[bool]string{
		true:  "\x1b[33mwarning: \x1b[0ma\\u001bb\n\x1b[1;31merror: \x1b[0mno command\n\x1b[1mhint: \x1b[0msee\n",
		false: "warning: a\\u001bb\nerror: no command\nhint: see\n",
	} {
		var out bytes.Buffer
		a := &app{console: console{err: terminal.NewScreen(&out, terminal.Display{Colour: coloured})}}
		a.warn("a\x1bb")
		a.fail(nil, &usageError{"no command", true, "see"})
		if out.String() != want {
			t.Errorf("\n got %q\nwant %q", out.String(), want)
		}
	}
}

// With --json an error is an object without colours, whatever is forced.
func TestJSONHasNoColours(t *testing.T) {
	var out bytes.Buffer
	a := &app{console: console{json: true, err: terminal.NewScreen(&out, terminal.Display{Colour: true})}}
	a.fail(nil, &usageError{"no command", true, "see"})
	if bytes.Contains(out.Bytes(), []byte("\x1b")) {
		t.Errorf("%q", out.String())
	}
}

// A long message is set in below its first word, and a command in it stays whole.
func TestMessagesAreWrapped(t *testing.T) {
	a, paper := liveApp(50)
	a.warn("this machine's clock and the service's differ by 20m: the service's is gone by")
	a.fail(nil, &usageError{"no", true, "look with 'mqttca confirm' until it is there, or 'mqttca policy --region R --account A --instance I' makes one"})
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
