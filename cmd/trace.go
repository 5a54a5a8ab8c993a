package cmd

import (
	"fmt"
	"time"

	"mqttca/cmd/terminal"

	"mqttca/api"
)

// trace prints, with --verbose, one line for a request and its answer.
func (a *app) trace(e api.Exchange) {
	if !a.verbose {
		return
	}
	connection := "new connection"
	if e.Reused {
		connection = "reused connection"
	}
	line := fmt.Sprintf("%s %s -> %s in %s, %s", e.Operation, e.Params.Encode(), answered(e),
		e.Duration.Round(time.Millisecond), connection)
	fmt.Fprintln(a.err, terminal.Escape(line))
}

func answered(e api.Exchange) string {
	if e.HTTPStatus == 0 {
		return "no answer"
	}
	outcome := firstOf(e.Code, "done")
	if e.Err != nil && e.Code == "" {
		outcome = "unreadable"
	}
	return fmt.Sprintf("HTTP %d %s, request id %s", e.HTTPStatus, outcome, firstOf(e.RequestID, "none"))
}

// noteRetry says that a request is sent again, and why.
func (a *app) noteRetry(r api.Retry) {
	words := fmt.Sprintf("%s in %s: %s", r.Operation, r.Pause.Round(time.Millisecond), r.Err)
	switch {
	case a.silent():
	case a.err.Redraws: // among the steps and their marks
		a.err.SayMarked("!", terminal.Yellow, "retry     ", words)
	default:
		a.note("retry     %s", words)
	}
}

// warnOfClock says once that this machine's clock and the service's differ by more than
// the service takes. The client then goes by the service's.
func (a *app) warnOfClock(s *session, e api.Exchange) {
	const most = 15 * time.Minute
	if e.ClockOffset.Abs() <= most {
		return
	}
	s.clock.Do(func() {
		a.warn("this machine's clock and the service's differ by %s: the service's is gone by, but set this machine's",
			e.ClockOffset.Abs().Round(time.Second))
	})
}
