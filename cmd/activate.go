package cmd

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
)

func newActivate(a *app) *cobra.Command {
	return a.newSwitch(switchCommand{
		use:   "activate",
		short: "Make a registered CA active",
		long: `Make a CA active that is registered with an instance, and wait until it is listed so: its
devices are let in again. A CA that is active already is left as it is, exit 0.`,
		example: `  mqttca activate --instance post-cn-7mz2d --ca-cert ca.crt
  mqttca activate --instance post-cn-7mz2d --ca-cert ca.crt --json`,
		shown: "active",
		do:    workflow.Instance.Activate,
	})
}

func newDeactivate(a *app) *cobra.Command {
	return a.newSwitch(switchCommand{
		use:   "deactivate",
		short: "Make a registered CA inactive: its devices are let in no more",
		long: `Make a CA inactive that is registered with an instance, and wait until it is listed so: its
devices are let in no more. activate undoes it. A CA that is inactive already is left as
it is, exit 0.`,
		example: `  mqttca deactivate --instance post-cn-7mz2d --ca-cert ca.crt
  mqttca deactivate --instance post-cn-7mz2d --ca-cert ca.crt --json`,
		shown: "inactive",
		do:    workflow.Instance.Deactivate,
	})
}

// A switchCommand is the difference between activate and deactivate.
type switchCommand struct {
	use, short, long, example string
	shown                     string // the state in the list afterwards

	do func(workflow.Instance, context.Context, workflow.Reference, time.Duration) (workflow.Change, error)
}

func (a *app) newSwitch(s switchCommand) *cobra.Command {
	var r registeredCA
	var wait time.Duration
	cmd := &cobra.Command{
		Use:     s.use,
		Short:   s.short,
		Long:    s.long,
		Example: s.example,
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withCA(cmd, r, func(m *caOnInstance) error {
				ctx, cancel := a.withTimeout(cmd.Context(), wait)
				defer cancel()
				change, err := s.do(m.instance, ctx, m.ca, wait)
				if err != nil {
					return err
				}
				return a.printChange(m, change)
			})
		},
	}
	r.addFlags(cmd)
	addWait(cmd, &wait, s.shown)
	a.addConnection(cmd)
	return cmd
}

// A changeDocument is the result of activate, deactivate and delete.
type changeDocument struct {
	origin
	InstanceID         string           `json:"instance_id"`
	Outcome            workflow.Outcome `json:"outcome"`
	CA                 caDocument       `json:"ca"`
	DeviceCertificates int              `json:"device_certificates"` // deleted with the CA
	RequestID          string           `json:"request_id"`          // of the change; "" if there was none
}

var changeWords = map[workflow.Outcome]string{
	workflow.Activated:       "active again",
	workflow.AlreadyActive:   "active before; nothing was changed",
	workflow.Deactivated:     "inactive: its devices are let in no more",
	workflow.AlreadyInactive: "inactive before; nothing was changed",
	workflow.Deleted:         "deleted",
	workflow.AlreadyAbsent:   "not registered; nothing was changed",
}

// printChange prints the result of a change. Of a CA that was not there it shows the values
// of the command line.
func (a *app) printChange(m *caOnInstance, change workflow.Change) error {
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

// asGiven is the CA as the command line names it.
func (m *caOnInstance) asGiven() caDocument {
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
