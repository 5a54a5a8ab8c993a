package cmd

import (
	"os"
	"runtime"

	"golang.org/x/term"
)

// A display is how text is shown on a stream. Its zero value is that of a pipe: as it
// comes, uncut and uncoloured.
type display struct {
	colour  bool
	columns func() int // of the terminal now, 0 where that is not known; nil where there is none
}

// A tone is a colour of the terminal's own palette, which its owner picked to be readable;
// no background is ever set, and what matters never shows by a tone alone.
type tone string

const (
	untoned tone = ""
	bold    tone = "1"
	red     tone = "31"
	green   tone = "32"
	yellow  tone = "33"
	alarm   tone = "1;31"
)

// paint gives a text a tone, where there are colours.
func (d display) paint(t tone, text string) string {
	if !d.colour || t == untoned || text == "" {
		return text
	}
	return "\x1b[" + string(t) + "m" + text + "\x1b[0m"
}

// width is how many columns a text may have: those of the terminal, but not more than
// most; 0 where there is no terminal, or none that says.
func (d display) width(most int) int {
	if d.columns == nil {
		return 0
	}
	return min(d.columns(), most)
}

// A device is what a display is made for.
type device struct {
	terminal bool
	escapes  bool // a terminal that has been set to take escape sequences
}

// deviceOf finds out what a file is. A console of Windows has to be told to take escape
// sequences; an old one refuses.
func deviceOf(file *os.File) device {
	terminal := term.IsTerminal(int(file.Fd()))
	return device{terminal, terminal && takesEscapes(file)}
}

// moves reports whether a line can be drawn anew: not on a terminal that calls itself dumb,
// or does not say what it is.
func (d device) moves(getenv func(string) string) bool {
	kind := getenv("TERM")
	return d.escapes && kind != "dumb" && (kind != "" || runtime.GOOS == "windows")
}

// colours reports whether text is coloured, by the conventions of no-color.org and
// bixense.com/clicolors: NO_COLOR comes first, then CLICOLOR_FORCE, then what the device is.
func (d device) colours(getenv func(string) string) bool {
	force := getenv("CLICOLOR_FORCE")
	switch {
	case getenv("NO_COLOR") != "", d.terminal && !d.escapes:
		return false
	case force != "" && force != "0":
		return true
	}
	return d.moves(getenv)
}

// newDisplay is the display of a stream of the process.
func newDisplay(file *os.File, getenv func(string) string) display {
	device := deviceOf(file)
	d := display{colour: device.colours(getenv)}
	if device.terminal {
		d.columns = func() int {
			columns, _, err := term.GetSize(int(file.Fd()))
			if err != nil {
				return 0
			}
			return columns
		}
	}
	return d
}
