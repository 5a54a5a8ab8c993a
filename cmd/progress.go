package cmd

import "mqttca/cmd/workflow"

// progress shows the steps of the workflow as lines on stderr.
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

func (p progress) Started(step workflow.Step) { p.app.note("%s", stepLines[step]) }

// Ended has nothing to draw: the next step's line or the error says how it went.
func (p progress) Ended(workflow.Step, error) {}

func (p progress) Warned(text string) { p.app.warn("%s", text) }
