package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/api/credentials"
	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
)

// A failure is an error as it is shown: with --json an object, else a sentence and
// perhaps a hint.
type failure struct {
	Message    string `json:"message"`
	Hint       string `json:"hint"`
	ExitCode   int    `json:"exit_code"`
	Code       string `json:"code"`
	RequestID  string `json:"request_id"`
	HTTPStatus int    `json:"http_status"`

	outcome workflow.Outcome // of a run that ended in the error
}

// The outcomes of a run that ended in an error, as they stand in JSON.
const (
	outcomeRefused     workflow.Outcome = "refused"     // by the service
	outcomeUnknown     workflow.Outcome = "unknown"     // a change got no answer, and the list did not settle it
	outcomeUnconfirmed workflow.Outcome = "unconfirmed" // the CA is registered or was accepted, but is not listed as active
	outcomeInterrupted workflow.Outcome = "interrupted"
	outcomeFailed      workflow.Outcome = "failed" // for another reason
)

// A describedError is an error whose failure stands in a document already.
type describedError struct {
	error
	failure failure
}

func (e *describedError) Unwrap() error { return e.error }

// describe finds out what an error means for the user of a command, by the first row of
// the table of errors that it fits. An interrupt decides the exit code whatever it
// interrupted; the hint stays that of the row, because a submission that was interrupted
// may have taken effect.
func describe(cmd *cobra.Command, err error) failure {
	if described, ok := errors.AsType[*describedError](err); ok {
		return described.failure
	}
	f := failure{Message: err.Error(), ExitCode: exitFault, outcome: outcomeFailed}
	for _, row := range errorTable() {
		if row.describe(cmd, err, &f) {
			break
		}
	}
	if errors.Is(err, context.Canceled) {
		f.ExitCode, f.outcome = exitInterrupted, outcomeInterrupted
	}
	f.Message = sentence(redacted(f.Message))
	f.addAnswer(err)
	return f
}

// sentence leaves out the middle of a message that is no sentence any more: names, subjects
// and whole files come from outside. The end often has a request id.
func sentence(message string) string {
	const start, end = 500, 300
	if len(message) <= start+end {
		return message
	}
	return strings.ToValidUTF8(message[:start], "") + " … " + strings.ToValidUTF8(message[len(message)-end:], "")
}

// addAnswer adds the ids of the answer that the service's support asks for: of a
// submission, if there was one, and not of what followed it.
func (f *failure) addAnswer(err error) {
	if unknown, ok := errors.AsType[*workflow.UnknownError](err); ok {
		err = unknown.Submit
	}
	var (
		accepted *workflow.AcceptedError
		odd      *workflow.OddCodeError
		refusal  *api.Error
		lost     *api.NoAnswerError
		denied   *credentials.Error
	)
	switch {
	case errors.As(err, &accepted):
		f.RequestID = accepted.RequestID
	case errors.As(err, &odd):
		f.RequestID = odd.RequestID
	case errors.As(err, &refusal):
		f.Code, f.RequestID, f.HTTPStatus = refusal.Code, refusal.RequestID, refusal.HTTPStatus
	case errors.As(err, &lost):
		f.RequestID, f.HTTPStatus = lost.RequestID, lost.HTTPStatus
	case errors.As(err, &denied):
		f.Code, f.RequestID = denied.Code, denied.RequestID
	}
}

// fail prints the error of a command and returns its exit code.
func (a *app) fail(cmd *cobra.Command, err error) int {
	f := describe(cmd, err)
	if a.json {
		var line bytes.Buffer
		encoder := json.NewEncoder(&line)
		encoder.SetEscapeHTML(false)
		encoder.Encode(f)
		io.WriteString(a.err, terminal.EscapeExcept(line.String(), "\n"))
		return f.ExitCode
	}
	a.err.Say("error: ", terminal.Alarm, f.Message)
	if f.Hint != "" && !a.quiet {
		a.err.Say("hint: ", terminal.Bold, f.Hint)
	}
	return f.ExitCode
}
