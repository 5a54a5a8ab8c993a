// Package terminal lays text out for the person who reads it: messages, live steps, fields and
// tables, in the width and the colours of the terminal, and as plain text in a pipe.
//
// Text from outside cannot control the terminal ([Escape]), a serial number or a code is never cut,
// and only layout, colour and live steps depend on the terminal. The package knows no command: its
// callers choose the words and the stream, and decide whether progress is shown at all.
package terminal

import (
	"io"
	"os"
	"runtime"

	"golang.org/x/term"
)

// A Display is the way in which text is shown on a stream. The zero value is for a pipe: uncut and
// uncoloured.
type Display struct {
	Colour  bool
	Redraws bool       // a line can be drawn again
	Columns func() int // of the terminal now, 0 if unknown; nil if the stream is no terminal
}

// A Tone is a colour of the terminal's own palette, which its owner chose to be readable.
// A background is never set, and no fact is shown by a tone alone.
type Tone string

// The tones.
const (
	Plain  Tone = ""
	Bold   Tone = "1"
	Red    Tone = "31"
	Green  Tone = "32"
	Yellow Tone = "33"
	Alarm  Tone = "1;31"
)

// Paint gives a text a tone if the display has colours.
func (d Display) Paint(t Tone, text string) string {
	if !d.Colour || t == Plain || text == "" {
		return text
	}
	return "\x1b[" + string(t) + "m" + text + "\x1b[0m"
}

func (d Display) IsTerminal() bool { return d.Columns != nil }

// Width is the number of columns of the terminal; 0 if the stream is none, or it is unknown.
func (d Display) Width() int {
	if d.Columns == nil {
		return 0
	}
	return d.Columns()
}

// Layout returns a function to write a result to a stream in the manner of the display.
func (d Display) Layout(plain func(*Sheet) error) func(io.Writer) error {
	return func(w io.Writer) error { return plain(&Sheet{w, d}) }
}

// NewDisplay is the display of a stream of the process.
func NewDisplay(file *os.File, getenv func(string) string) Display {
	isTerminal := term.IsTerminal(int(file.Fd()))
	device := device{isTerminal, isTerminal && takesEscapes(file)}
	d := Display{Colour: device.colours(getenv), Redraws: device.redraws(getenv)}
	if isTerminal {
		d.Columns = func() int { columns, _, _ := term.GetSize(int(file.Fd())); return columns } // 0 if there is an error
	}
	return d
}

// A device is the stream of a display.
type device struct {
	terminal bool
	escapes  bool // a terminal with escape sequences
}

// redraws reports whether a line can be drawn again: not if the terminal calls itself dumb or does
// not name itself.
func (d device) redraws(getenv func(string) string) bool {
	kind := getenv("TERM")
	return d.escapes && kind != "dumb" && (kind != "" || runtime.GOOS == "windows")
}

// colours reports whether text is coloured, by the conventions of no-color.org and
// bixense.com/clicolors: NO_COLOR comes first, then CLICOLOR_FORCE, then the device.
func (d device) colours(getenv func(string) string) bool {
	force := getenv("CLICOLOR_FORCE")
	switch {
	case getenv("NO_COLOR") != "", d.terminal && !d.escapes:
		return false
	case force != "" && force != "0":
		return true
	}
	return d.redraws(getenv)
}
