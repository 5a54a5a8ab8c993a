package cmd

import (
	"maps"
	"slices"

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

// longestStep is how many columns the words of a step have at most.
var longestStep = longest(slices.Collect(maps.Values(stepLines)))

// Started shows a step: live where that can be drawn, else as a line.
func (p progress) Started(step workflow.Step) {
	if p.app.err.moves && !p.app.silent() {
		p.app.err.begin(stepLines[step])
		return
	}
	p.app.note("%s", stepLines[step])
}

// Ended marks a live step. Of others the next step's line or the error says how they went.
func (p progress) Ended(_ workflow.Step, err error) { p.app.err.end(err != nil) }

func (p progress) Warned(text string) { p.app.warn("%s", text) }
