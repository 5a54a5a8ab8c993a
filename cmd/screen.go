package cmd

import (
	"bytes"
	"io"
	"os"
	"strings"
	"sync"
)

// A screen is standard error. On a terminal its last line may be live: it shows the step
// that is going on, and is put aside while anything else is written. The cursor is never
// hidden, so that no end of the process can leave it so.
type screen struct {
	w io.Writer
	display
	terminal bool // somebody may be looking
	moves    bool // a line can be drawn anew

	mutex  sync.Mutex
	live   *liveStep // nil where no step is going on
	midway bool      // a question stands there, and its answer is awaited

	stepped bool // the last lines are steps
}

// newScreen is a screen on a stream of the process.
func newScreen(file *os.File, getenv func(string) string) *screen {
	device := deviceOf(file)
	return &screen{w: file, display: newDisplay(file, getenv), terminal: device.terminal, moves: device.moves(getenv)}
}

// Write writes above the live line, or where a question begins in its place.
func (s *screen) Write(p []byte) (int, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.live == nil {
		return s.w.Write(p)
	}
	if !s.midway {
		s.put(eraseLine)
	}
	n, err := s.w.Write(p)
	s.midway = !bytes.HasSuffix(p, []byte("\n"))
	s.draw()
	return n, err
}

const eraseLine = "\r\x1b[K"

func (s *screen) put(text string) { io.WriteString(s.w, text) }

// say writes a message, its label in a tone. Where the width is known the lines after the
// first are set in, so that the label stands out.
func (s *screen) say(label string, t tone, text string) {
	s.sayIndented(s.paint(t, label), cells.StringWidth(label), escape(text))
}

// sayIndented writes a text behind a label that takes so many columns.
func (s *screen) sayIndented(label string, indent int, text string) {
	io.WriteString(s, label+s.laidOut(text, indent)+"\n")
}

// laidOut breaks a text where the width is known.
func (s *screen) laidOut(text string, indent int) string {
	width := s.width(100)
	if width == 0 {
		return text
	}
	lines := wrappedSpeech(text, max(width, leastWidth)-indent)
	return strings.Join(lines, "\n"+strings.Repeat(" ", indent))
}
