package cmd

import (
	"encoding/json"
	"errors"
	"fmt"

	"mqttca/api"
	"mqttca/cmd/workflow"
)

// A failure is an error as it is shown: one object with --json, else a sentence and
// perhaps a hint.
type failure struct {
	Message    string `json:"message"`
	Hint       string `json:"hint"`
	ExitCode   int    `json:"exit_code"`
	Code       string `json:"code"`
	RequestID  string `json:"request_id"`
	HTTPStatus int    `json:"http_status"`
}

// describeFailure makes an error fit to be shown.
func describeFailure(err error) failure {
	f := failure{Message: escape(err.Error()), Hint: escape(hint(err)), ExitCode: exitCode(err)}
	var refusal *api.Error
	var lost *api.NoAnswerError
	var accepted *workflow.AcceptedError
	switch {
	case errors.As(err, &accepted):
		f.RequestID = accepted.RequestID
	case errors.As(err, &refusal):
		f.Code, f.RequestID, f.HTTPStatus = refusal.Code, refusal.RequestID, refusal.HTTPStatus
	case errors.As(err, &lost):
		f.HTTPStatus = lost.HTTPStatus
	}
	return f
}

// fail prints an error and returns the exit code for it.
func (a *app) fail(err error) int {
	f := describeFailure(err)
	if a.json {
		encoder := json.NewEncoder(a.err)
		encoder.SetEscapeHTML(false)
		encoder.Encode(f)
		return f.ExitCode
	}
	fmt.Fprintln(a.err, "error: "+f.Message)
	if f.Hint != "" && !a.quiet {
		fmt.Fprintln(a.err, "hint: "+f.Hint)
	}
	return f.ExitCode
}
