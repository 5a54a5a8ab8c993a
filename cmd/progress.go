package cmd

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"mqttca/api"
	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
)

// progress shows the steps of the workflow on stderr.
type progress struct{ *console }

var stepLines = map[workflow.Step]string{
	workflow.List:      "list      read the instance's list of CAs",
	workflow.FetchCode: "code      fetch a registration code",
	workflow.Sign:      "sign      sign the verification certificate with the CA key",
	workflow.Submit:    "submit    send the CA certificate and the verification certificate",
	workflow.Activate:  "activate  activate the CA",
	workflow.Confirm:   "confirm   wait until the CA is listed as active",

	workflow.ListDevices: "devices   list the device certificates",
	workflow.Deactivate:  "inactive  deactivate the CA",
	workflow.Delete:      "delete    delete the CA",
	workflow.Recheck:     "confirm   wait until the service shows the change",

	workflow.ActivateDevice:   "activate  activate the device certificate",
	workflow.DeactivateDevice: "inactive  deactivate the device certificate",
	workflow.DeleteDevice:     "delete    delete the device certificate",
	workflow.ConfirmDevice:    "confirm   wait until the device certificate is listed",

	workflow.Resolve:     "resolve   look up the broker's name",
	workflow.Dial:        "tcp       connect to the broker",
	workflow.Handshake:   "tls       verify the broker's certificate, present the device's",
	workflow.SendConnect: "connect   send CONNECT and wait for the answer",
}

func longestStep() int { return terminal.Longest(slices.Collect(maps.Values(stepLines))) }

// Started shows a step: live if the screen can draw it, else as a line. A step begins after
// the heading has been shown.
func (p progress) Started(step workflow.Step) { p.began(stepLines[step]) }

// began shows the line of a step: its name, and its words.
func (c *console) began(line string) {
	switch {
	case c.silent():
	case c.json:
		name, words, _ := strings.Cut(line, " ")
		c.record(stepRecord{remark{"step", strings.TrimSpace(words)}, name})
	case c.err.Redraws:
		c.err.Begin(line, longestStep())
	default:
		c.note("%s", line)
	}
}

// Ended marks a live step. Otherwise the line of the next step, or the error, says how the
// step ended.
func (p progress) Ended(_ workflow.Step, err error) { p.err.End(err != nil) }

func (p progress) Counted(_ workflow.Step, done, of int) {
	p.err.Append(fmt.Sprintf(", %d of %d", done, of))
}

// countPage shows the number of pages read of a long list: with the step that reads it, or with a
// step of its own.
func (c *console) countPage(page int) {
	if page == 1 || c.silent() || !c.err.Redraws {
		return
	}
	words := fmt.Sprintf(", page %d", page)
	if !c.err.Append(words) {
		c.err.Begin("list      read the list", longestStep())
		c.err.Append(words)
	}
}

func (p progress) Warned(text string) { p.warn("%s", text) }

// noteRetry shows a request about to be sent again, and the reason. Of work over many objects it
// shows the first of a kind, unless --verbose asks for all.
func (c *app) noteRetry(r api.Retry) {
	words := fmt.Sprintf("%s in %s: %s", r.Operation, r.Pause.Round(time.Millisecond), r.Err)
	_, told := c.retried.LoadOrStore(fmt.Sprintf("%s %T", r.Operation, r.Err), true)
	switch {
	case c.quiet, told && c.many && !c.verbose:
	case c.json:
		c.record(retryRecord{remark{"retry", r.Err.Error()}, r.Operation, inSeconds(r.Pause)})
	case c.err.Redraws: // among the steps and their marks
		c.err.SayMarked("!", terminal.Yellow, "retry     ", words)
	default:
		c.note("retry     %s", words)
	}
}

// warnOfClock warns once if this machine's clock and the service's differ by more than the
// service accepts. The client then goes by the service's clock.
func (a *app) warnOfClock(s *session, e api.Exchange) {
	const most = 15 * time.Minute
	if e.ClockOffset.Abs() <= most {
		return
	}
	s.clock.Do(func() {
		a.warn("this machine's clock differs from the service's by %s; this run uses the service's time, but set the clock",
			e.ClockOffset.Abs().Round(time.Second))
	})
}

// trace prints, with --verbose, one line for a request and its answer.
func (c *console) trace(e api.Exchange) {
	if !c.verbose {
		return
	}
	connection := "new connection"
	if e.Reused {
		connection = "reused connection"
	}
	line := fmt.Sprintf("%s %s -> %s in %s, %s", e.Operation, e.Params.Encode(), answered(e),
		e.Duration.Round(time.Millisecond), connection)
	if c.json {
		c.record(requestRecord{remark{"request", line}, e.Operation, e.Params, number(e.HTTPStatus), text(e.Code), text(e.RequestID), inSeconds(e.Duration), e.Reused})
		return
	}
	c.err.Say("", terminal.Plain, line)
}

func answered(e api.Exchange) string {
	if e.HTTPStatus == 0 {
		return "no answer"
	}
	outcome := cmp.Or(e.Code, "done")
	if e.Err != nil && e.Code == "" {
		outcome = "unreadable"
	}
	return fmt.Sprintf("HTTP %d %s, request id %s", e.HTTPStatus, outcome, cmp.Or(e.RequestID, "none"))
}

// With --json standard error is JSON lines. Each is an object with a type and a message; the last
// line of a failed run is a [failure].

// A remark is a line with a message, such as a warning.
type remark struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

// A stepRecord is the line of a step as it begins.
type stepRecord struct {
	remark
	Step string `json:"step"`
}

// A retryRecord is the line of a request about to be sent again.
type retryRecord struct {
	remark
	Operation    string  `json:"operation"`
	PauseSeconds float64 `json:"pause_seconds"`
}

// A requestRecord is the line of a finished request.
type requestRecord struct {
	remark
	Operation       string     `json:"operation"`
	Parameters      url.Values `json:"parameters"`
	HTTPStatus      number     `json:"http_status"`
	Code            text       `json:"code"`
	RequestID       text       `json:"request_id"`
	DurationSeconds float64    `json:"duration_seconds"`
	Reused          bool       `json:"connection_reused"`
}

func (c *console) record(object any) {
	var line bytes.Buffer
	data, _ := encode(object)
	json.Compact(&line, data)
	fmt.Fprintln(c.err, line.String())
}

// inSeconds is a duration to the millisecond.
func inSeconds(d time.Duration) float64 { return d.Round(time.Millisecond).Seconds() }
