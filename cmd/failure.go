package cmd

import (
	"context"
	"errors"
	"fmt"
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
	Type    string `json:"type"` // always error
	Message string `json:"message"`
	Hint    text   `json:"hint"`
	meaning
	Code       text   `json:"code"` // the service's error code
	RequestID  text   `json:"request_id"`
	HTTPStatus number `json:"http_status"`
}

// A meaning is a failed run as a script sees it, to decide its next step.
type meaning struct {
	ExitCode int              `json:"exit_code"`
	Reason   string           `json:"reason"` // of the topic exit-codes
	Retry    string           `json:"retry"`  // now, later, look (at the list first) or no
	Outcome  workflow.Outcome `json:"outcome"`
}

func (m *meaning) mayPassIf(passes bool) {
	if passes {
		m.Retry = "later"
	}
}

// The outcomes of a failed run, as they stand in JSON.
const (
	outcomeRefused     workflow.Outcome = "refused"     // by the service
	outcomeUnknown     workflow.Outcome = "unknown"     // a change got no answer, and the list did not settle it
	outcomeUnconfirmed workflow.Outcome = "unconfirmed" // the CA is registered or was accepted, but is not listed as active
	outcomeInterrupted workflow.Outcome = "interrupted"
	outcomeFailed      workflow.Outcome = "failed" // for another reason
)

// A describedError is an error whose failure is part of a document already.
type describedError struct {
	error
	failure failure
}

func (e *describedError) Unwrap() error { return e.error }

// describe finds the meaning of an error for the user of a command: the first matching row of the
// table of errors. An interrupt decides the exit code whatever it interrupted. The hint stays as in
// the row, and so does a retry of look, because an interrupted submission may have taken effect.
func describe(cmd *cobra.Command, err error) failure {
	if described, ok := errors.AsType[*describedError](err); ok {
		return described.failure
	}
	f := failure{Type: "error", Message: err.Error(), meaning: meaning{exitFault, "fault", "no", outcomeFailed}}
	for _, row := range errorTable() {
		if row.describe(cmd, err, &f) {
			break
		}
	}
	if errors.Is(err, context.Canceled) && f.Reason != "declined" {
		f.ExitCode, f.Reason, f.Outcome = exitInterrupted, "interrupted", outcomeInterrupted
		if f.Retry != "look" {
			f.Retry = "now"
		}
	}
	if done, ok := errors.AsType[*doneError](err); ok {
		f.Outcome = done.outcome
	}
	f.Message = sentence(redacted(f.Message))
	f.addAnswer(err)
	return f
}

// A doneError is a run that did its work and could not report it.
type doneError struct {
	outcome workflow.Outcome
	error
}

func (e *doneError) Unwrap() error { return e.error }

// orDone is the error of a result that could not be printed. It says what was done.
func orDone(err error, outcome workflow.Outcome, object fmt.Stringer, words string) error {
	if err == nil {
		return nil
	}
	return &doneError{outcome, fmt.Errorf("%s: %s, but the result could not be printed: %w", object, words, err)}
}

// sentence leaves out the middle of an overlong message: names, subjects and whole files come from
// outside. The end often has a request id.
func sentence(message string) string {
	const start, end = 500, 300
	if len(message) <= start+end {
		return message
	}
	return strings.ToValidUTF8(message[:start], "") + " … " + strings.ToValidUTF8(message[len(message)-end:], "")
}

// addAnswer adds the ids by which the service's support finds an answer: the one to the
// submission, if there was one.
func (f *failure) addAnswer(err error) {
	if is[*workflow.NotTriedError](err) {
		return // the answer is that of another row
	}
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
		f.RequestID = text(accepted.RequestID)
	case errors.As(err, &odd):
		f.RequestID = text(odd.RequestID)
	case errors.As(err, &refusal):
		f.Code, f.RequestID, f.HTTPStatus = text(refusal.Code), text(refusal.RequestID), number(refusal.HTTPStatus)
	case errors.As(err, &lost):
		f.RequestID, f.HTTPStatus = text(lost.RequestID), number(lost.HTTPStatus)
	case errors.As(err, &denied):
		f.Code, f.RequestID = text(denied.Code), text(denied.RequestID)
	}
}

// fail prints the error of a command and returns its exit code.
func (a *app) fail(cmd *cobra.Command, err error) int {
	f := describe(cmd, err)
	a.err.End(true)
	if a.json {
		a.record(f)
		return f.ExitCode
	}
	a.err.Say("error: ", terminal.Alarm, f.Message)
	if f.Hint != "" && !a.quiet {
		a.err.Say("hint: ", terminal.Bold, string(f.Hint))
	}
	return f.ExitCode
}
