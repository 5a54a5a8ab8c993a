package terminal

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A step's line fits any terminal, with one column to spare.
func TestStepLineFits(t *testing.T) {
	const longest = 70
	for _, columns := range []int{1, 20, 50, 80, 120, 0} {
		s := NewScreen(nil, Display{Columns: func() int { return columns }})
		for _, words := range []string{"", "list      look", strings.Repeat("词", longest/2)} {
			for _, elapsed := range []time.Duration{0, 59 * time.Second, 9*time.Minute + 59*time.Second, 999 * time.Minute} {
				line := s.stepLine("✓", Green, &liveStep{words: words, columns: longest}, elapsed)
				size := Columns(line)
				if columns >= 20 && size >= columns || columns == 0 && size >= 80 {
					t.Errorf("%d columns: %d: %q", columns, size, line)
				}
				if columns == 0 && !strings.Contains(line, shorten(words, 60)) {
					t.Errorf("unknown columns: %q lacks %q", line, words)
				}
			}
		}
	}
}

// A message and a question from outside cannot control the terminal, and keep to its width.
func TestSpeech(t *testing.T) {
	var out strings.Builder
	s := NewScreen(&out, columns(50))
	s.Say("hint: ", Bold, "run 'mqttca list' and look for\x1b[2J the CA with the serial number 4d21")
	if want := "hint: run 'mqttca list' and look for\\u001b[2J the\n      CA with the serial number 4d21\n"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
	out.Reset()
	s.Display = columns(20) // too narrow to keep to
	s.Say("hint: ", Bold, "run it again: it looks at the list first")
	if want := "hint: run it again: it looks at the list\n      first\n"; out.String() != want {
		t.Errorf("narrow: %q, want %q", out.String(), want)
	}
	if got := s.Question("delete \x1b[2J? "); got != "delete \\u001b[2J? " {
		t.Errorf("a question: %q", got)
	}
}

func TestShownElapsed(t *testing.T) {
	for elapsed, want := range map[time.Duration]string{
		0: "0.0s", 99 * time.Millisecond: "0.0s", 9999 * time.Millisecond: "9.9s", 10 * time.Second: "10s",
		59999 * time.Millisecond: "59s", time.Minute: "1m00s", 9*time.Minute + 59*time.Second: "9m59s", 10 * time.Minute: "10m", 90 * time.Minute: "90m",
	} {
		if got := shownElapsed(elapsed); got != want {
			t.Errorf("%s: %s, want %s", elapsed, got, want)
		}
	}
}

// One empty line stands between the steps and a result, and none before the next result.
func TestSetApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		s := NewScreen(&out, columns(60))
		s.SetApart()
		s.Begin("list", 10)
		s.End(false)
		steps := out.String()
		s.SetApart()
		s.SetApart()
		if got := strings.TrimPrefix(out.String(), steps); got != "\n" || strings.HasPrefix(steps, "\n") {
			t.Errorf("steps %q, then %q", steps, got)
		}
	})
}
