package terminal

import (
	"strings"
	"testing"
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
			}
		}
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
