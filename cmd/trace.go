package cmd

import (
	"fmt"
	"time"

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
	fmt.Fprintln(a.err, escape(line))
}

func answered(e api.Exchange) string {
	if e.HTTPStatus == 0 {
		return "no answer"
	}
	return fmt.Sprintf("HTTP %d %s, request id %s", e.HTTPStatus, firstOf(e.Code, "done"), firstOf(e.RequestID, "none"))
}
