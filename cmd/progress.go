package cmd

import (
	"maps"
	"slices"

	"mqttca/cmd/terminal"

	"mqttca/cmd/workflow"
)

// progress shows the steps of the workflow on stderr.
type progress struct{ app *app }

var stepLines = map[workflow.Step]string{
	workflow.List:      "list      look whether the CA is there already",
	workflow.FetchCode: "code      fetch a registration code",
	workflow.Sign:      "sign      have the CA sign the verification certificate",
	workflow.Submit:    "submit    send the CA certificate and the verification certificate",
	workflow.Activate:  "activate  make the CA active again",
	workflow.Confirm:   "confirm   wait until the CA is listed as active",

	workflow.CountDevices: "devices   list the CA's device certificates",
	workflow.Deactivate:   "inactive  make the CA inactive",
	workflow.Delete:       "delete    delete the CA",
	workflow.Recheck:      "confirm   wait until the list shows it",
}

// longestStep is the number of columns of the longest step.
func longestStep() int { return terminal.Longest(slices.Collect(maps.Values(stepLines))) }

// Started shows a step: live where that can be drawn, else as a line.
func (p progress) Started(step workflow.Step) {
	if p.app.err.Redraws && !p.app.silent() {
		p.app.err.Begin(stepLines[step], longestStep())
		return
	}
	p.app.note("%s", stepLines[step])
}

// Ended marks a live step. Of others the next step's line or the error says how they went.
func (p progress) Ended(_ workflow.Step, err error) { p.app.err.End(err != nil) }

func (p progress) Warned(text string) { p.app.warn("%s", text) }
