package terminal

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// A Screen is standard error. On a terminal its last line may be live: it shows the step in
// progress, and gives way to all other output. The cursor is never hidden: no end of the process
// can leave it so.
type Screen struct {
	Display

	w      io.Writer
	mutex  sync.Mutex
	live   *liveStep // nil if no step is in progress
	asking bool      // a question stands in place of the live line, unanswered
	tick   *time.Timer

	stepped bool // the last lines are steps
}

// NewScreen returns a screen on a stream with its display.
func NewScreen(w io.Writer, d Display) *Screen { return &Screen{w: w, Display: d} }

// Write writes above the live line, or in place of it if a question begins there.
func (s *Screen) Write(p []byte) (int, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.live == nil {
		return s.w.Write(p)
	}
	if !s.asking {
		s.put(eraseLine)
	}
	n, err := s.w.Write(p)
	s.asking = !bytes.HasSuffix(p, []byte("\n"))
	s.draw()
	return n, err
}

const eraseLine = "\r\x1b[K"

func (s *Screen) put(text string) { io.WriteString(s.w, text) }

// Say writes a message, its label in a tone. If the width is known, the lines after the
// first are indented by the label's width.
func (s *Screen) Say(label string, t Tone, text string) {
	s.say(s.Paint(t, label), Columns(label), Escape(text))
}

// SayMarked writes a message among the steps, after a mark and a word.
func (s *Screen) SayMarked(mark string, t Tone, word, text string) {
	s.say(s.Paint(t, mark)+" "+word, Columns(mark)+1+Columns(word), Escape(text))
}

func (s *Screen) say(label string, indent int, text string) {
	io.WriteString(s, label+s.laidOut(text, indent)+"\n")
}

// Question is the text of a question as it is laid out for the screen.
func (s *Screen) Question(text string) string { return s.laidOut(Escape(text), 0) }

// laidOut breaks a text if the width is known.
func (s *Screen) laidOut(text string, indent int) string {
	width := s.limit()
	if width == 0 {
		return text
	}
	lines := wrapSpeech(text, max(width, LeastWidth)-indent)
	return strings.Join(lines, "\n"+strings.Repeat(" ", indent))
}

// A liveStep is a step in progress.
type liveStep struct {
	words   string
	more    string // after them
	columns int    // of the longest step; a longer one is shortened
	started time.Time
}

// frameTime is the time between two pictures of the live line.
const frameTime = 100 * time.Millisecond

var frames = []rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")

// Begin shows a step as in progress; columns is the width of the longest step.
func (s *Screen) Begin(words string, columns int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.end(false)
	s.live, s.asking = &liveStep{words: words, columns: columns, started: time.Now()}, false
	s.draw()
	s.tick = time.AfterFunc(frameTime, s.redraw)
}

// redraw draws the next picture, as long as a step is live.
func (s *Screen) redraw() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.live != nil {
		s.draw()
		s.tick.Reset(frameTime)
	}
}

// Append shows a text after the words of the live step, in place of an earlier one. It reports
// whether there is a live step.
func (s *Screen) Append(text string) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.live != nil {
		s.live.more = text
		s.live.columns = max(s.live.columns, Columns(s.live.words+text))
	}
	return s.live != nil
}

func (s *Screen) draw() {
	if s.live == nil || s.asking {
		return
	}
	elapsed := time.Since(s.live.started)
	frame := frames[int(elapsed/frameTime)%len(frames)]
	s.put("\r" + s.stepLine(string(frame), Bold, s.live, elapsed) + "\x1b[K")
}

// End turns the live step into a line with its mark. It does nothing if there is none.
func (s *Screen) End(failed bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.end(failed)
}

func (s *Screen) end(failed bool) {
	if s.live == nil {
		return
	}
	s.tick.Stop()
	mark, t := "✓", Green
	if failed {
		mark, t = "✗", Alarm
	}
	s.put(eraseLine + s.stepLine(mark, t, s.live, time.Since(s.live.started)) + "\n")
	s.live, s.stepped = nil, true
}

// SetApart puts an empty line between the steps and the next text on the same terminal.
func (s *Screen) SetApart() {
	if s.stepped {
		s.put("\n")
		s.stepped = false
	}
}

// stepLine leaves the last column free: a terminal may break the line there.
func (s *Screen) stepLine(mark string, t Tone, step *liveStep, elapsed time.Duration) string {
	room := max(0, min(step.columns, cmp.Or(s.Width(), 80)-len("✓   1m02s ")))
	return fmt.Sprintf("%s %s  %5s", s.Paint(t, mark), pad(shorten(step.words+step.more, room), room), shownElapsed(elapsed))
}

// shownElapsed has at most five characters, below 1,000 minutes.
func shownElapsed(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Truncate(frameTime).Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < 10*time.Minute:
		return fmt.Sprintf("%dm%02ds", d/time.Minute, d%time.Minute/time.Second)
	}
	return fmt.Sprintf("%dm", d/time.Minute)
}
