package cmd

import (
	"fmt"
	"strconv"

	"mqttca/cmd/terminal"

	"mqttca/cmd/workflow"
)

// A changeDocument is the result of activate, deactivate and delete.
type changeDocument struct {
	origin
	InstanceID         string           `json:"instance_id"`
	Outcome            workflow.Outcome `json:"outcome"`
	CA                 caDocument       `json:"ca"`
	DeviceCertificates int              `json:"device_certificates"` // that were deleted with the CA
	RequestID          string           `json:"request_id"`          // of the change, "" where there was none
}

var changeWords = map[workflow.Outcome]string{
	workflow.Activated:       "active again",
	workflow.AlreadyActive:   "active before; nothing was changed",
	workflow.Deactivated:     "inactive: its devices are let in no more",
	workflow.AlreadyInactive: "inactive before; nothing was changed",
	workflow.Deleted:         "deleted",
	workflow.AlreadyAbsent:   "not registered; nothing was changed",
}

// printChange prints what became of a change. Of a CA that was not there it shows what
// its user said of it.
func (a *app) printChange(m *managed, change workflow.Change) error {
	document := changeDocument{
		origin:             m.session.origin(),
		InstanceID:         m.instance.ID,
		Outcome:            change.Outcome,
		CA:                 newCADocument(change.CA),
		DeviceCertificates: change.Devices,
		RequestID:          change.RequestID,
	}
	if change.Outcome == workflow.AlreadyAbsent {
		document.CA = m.asGiven()
	}
	if err := a.print(document, a.shown.Layout(document.plain)); err != nil {
		return fmt.Errorf("%s: %s, but that could not be shown: %w", m.ca, changeWords[change.Outcome], err)
	}
	return nil
}

// asGiven is the CA as far as the command line says.
func (m *managed) asGiven() caDocument {
	document := caDocument{certificateDocument: certificateDocument{Sn: m.ca.Sn}}
	if m.ca.CA != nil {
		document.describe(m.ca.CA)
	}
	return document
}

func (d changeDocument) plain(p *terminal.Sheet) error {
	devices := ""
	if d.DeviceCertificates > 0 {
		devices = strconv.Itoa(d.DeviceCertificates) + " deleted with it"
	}
	return p.Fields([]terminal.Field{
		{"CA", d.CA.Name},
		{"state", changeWords[d.Outcome]},
		{"instance", d.InstanceID},
		{"subject", d.CA.Subject},
		{"SHA-256", d.CA.SHA256},
		{"Sn", d.CA.Sn},
		{"device certificates", devices},
		{"request id", d.RequestID},
		{"endpoint", d.source()},
	}, terminal.Tones{"state": outcomeTone(d.Outcome)})
}
