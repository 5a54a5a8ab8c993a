package cmd

import (
	"fmt"
	"time"
)

// A liveStep is a step that is going on, redrawn by a goroutine of its own until stopped.
type liveStep struct {
	words   string
	started time.Time
	stop    chan struct{}
	stopped chan struct{}
}

// frameTime is how long the live line stays as it is.
const frameTime = 100 * time.Millisecond

var frames = []rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")

// begin shows a step as going on.
func (s *screen) begin(words string) {
	step := &liveStep{words: words, started: time.Now(), stop: make(chan struct{}), stopped: make(chan struct{})}
	s.mutex.Lock()
	s.live, s.midway = step, false
	s.draw()
	s.mutex.Unlock()
	go s.animate(step)
}

func (s *screen) animate(step *liveStep) {
	defer close(step.stopped)
	ticker := time.NewTicker(frameTime)
	defer ticker.Stop()
	for {
		select {
		case <-step.stop:
			return
		case <-ticker.C:
			s.mutex.Lock()
			s.draw()
			s.mutex.Unlock()
		}
	}
}

// draw shows the live line as it is now.
func (s *screen) draw() {
	if s.live == nil || s.midway {
		return
	}
	elapsed := time.Since(s.live.started)
	frame := frames[int(elapsed/frameTime)%len(frames)]
	s.put("\r" + s.stepLine(string(frame), bold, s.live.words, elapsed) + "\x1b[K")
}

// end leaves the step that was going on as a line with its mark. Without one it does nothing.
func (s *screen) end(failed bool) {
	if s.live == nil {
		return
	}
	close(s.live.stop)
	<-s.live.stopped
	s.mutex.Lock()
	defer s.mutex.Unlock()
	mark, t := "✓", green
	if failed {
		mark, t = "✗", alarm
	}
	s.put(eraseLine + s.stepLine(mark, t, s.live.words, time.Since(s.live.started)) + "\n")
	s.live, s.stepped = nil, true
}

// setApart puts an empty line between the steps and what the same terminal shows next.
func (s *screen) setApart() {
	if s.stepped {
		s.put("\n")
		s.stepped = false
	}
}

// stepLine leaves the last column free: a terminal may go on to the next line there.
func (s *screen) stepLine(mark string, t tone, words string, elapsed time.Duration) string {
	columns := s.width(unlimited)
	if columns == 0 {
		columns = 80
	}
	room := max(0, min(longestStep, columns-len("✓   1m02s ")))
	return fmt.Sprintf("%s %s  %5s", s.paint(t, mark), padded(shortened(words, room), room), shownElapsed(elapsed))
}

// shownElapsed has five characters at most, for what takes less than 1,000 minutes.
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
