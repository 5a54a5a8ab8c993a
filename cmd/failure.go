package cmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"

	"mqttca/cmd/terminal"

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

// describeFailure takes an error apart.
func describeFailure(err error) failure {
	f := failure{Message: withoutContent(withoutPIN(err.Error())), Hint: hint(err), ExitCode: exitCode(err)}
	var (
		unknown  *workflow.UnknownError
		accepted *workflow.AcceptedError
		odd      *workflow.OddCodeError
		refusal  *api.Error
		lost     *api.NoAnswerError
		denied   *api.CredentialsError
	)
	if errors.As(err, &unknown) {
		err = unknown.Submit // what the list answered is of less interest
	}
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
	return f
}

// withoutPIN takes out a PIN that stands in a URI where a path or nothing was expected, and
// is then repeated as such.
func withoutPIN(text string) string { return pinValue.ReplaceAllString(text, "${1}[redacted]") }

var pinValue = regexp.MustCompile(`(?i)(pin-value=)[^;&?\s"]*`)

// fail prints an error and returns the exit code for it.
func (a *app) fail(err error) int {
	f := describeFailure(err)
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
