package cmd

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
)

func newActivate(a *app) *cobra.Command {
	return a.newSwitch(switchCommand{
		use:   "activate",
		short: "Make a registered CA active",
		long: `Make a registered CA of an instance active, and wait until it is listed as active: new
device certificates of the CA can register themselves again, and so can deleted ones.
If the CA is already active, it is left as it is, exit 0.`,
		shown: "active",
		to:    workflow.Activation,
	})
}

func newDeactivate(a *app) *cobra.Command {
	return a.newSwitch(switchCommand{
		use:   "deactivate",
		short: "Make a registered CA inactive: this keeps new device certificates out",
		long: `Make a registered CA of an instance inactive, and wait until it is listed as inactive.
This keeps new device certificates out. By one page of the vendor a device with a registered
certificate goes on, by another a CA has to be active to be used: don't rely on either. To
block such a device, make its certificate inactive. --with-devices does so with every one of
the CA, after the CA itself, and lists them again until none is active. activate makes the CA
active again, 'devices activate' its device certificates. If the CA is already inactive, it is
left as it is, exit 0.`,
		more:   "\n  mqttca deactivate --instance post-cn-7mz2d --ca-cert ca.crt --with-devices --yes",
		shown:  "inactive",
		to:     workflow.Deactivation,
		sweeps: true,
	})
}

// A switchCommand is the difference between activate and deactivate.
type switchCommand struct {
	use, short, long string
	more             string // further examples
	shown            string // the state in the list afterwards
	to               workflow.Transition
	sweeps           bool // with --with-devices
}

type switchOptions struct {
	registeredCA
	wait        time.Duration
	withDevices bool
	deadline    time.Duration
	yes         bool
}

func (a *app) newSwitch(s switchCommand) *cobra.Command {
	var o switchOptions
	cmd := &cobra.Command{
		Use:   s.use,
		Short: s.short,
		Long:  s.long,
		Example: fmt.Sprintf("  mqttca %s --instance post-cn-7mz2d --ca-cert ca.crt\n  mqttca %s --instance post-cn-7mz2d --ca-cert ca.crt --json", s.use, s.use) +
			s.more,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.canAgree(o.yes || !o.withDevices); err != nil {
				return err
			}
			if o.withDevices {
				a.paceMany(cmd)
			}
			return a.withCA(cmd, o.registeredCA, func(m *caOnInstance) error { return a.switchCA(m, s, o) })
		},
	}
	o.registeredCA.addFlags(cmd)
	addWait(cmd, &o.wait, s.shown)
	if s.sweeps {
		cmd.Flags().BoolVar(&o.withDevices, "with-devices", false, "make its device certificates inactive, too, such as those of a compromised CA")
		addDeadline(cmd, &o.deadline, "with-devices")
		cmd.Flags().BoolVar(&o.yes, "yes", false, "do not ask")
	}
	a.addConnection(cmd)
	return cmd
}

// switchCA changes the CA first: while it is active, device certificates can still register
// themselves.
func (a *app) switchCA(m *caOnInstance, s switchCommand, o switchOptions) error {
	sweep, err := a.agreedSweep(m, s, o)
	if err != nil {
		return err
	}
	ctx, cancel := a.withTimeout(m.cmd.Context(), o.wait)
	defer cancel()
	change, err := m.instance.Change(ctx, m.ca, s.to, o.wait)
	if err != nil {
		return err
	}
	if o.withDevices {
		if change.Devices, err = a.runSweep(m, sweep, o.deadline); err != nil {
			return fmt.Errorf("%s is inactive, but %w", m.ca, err)
		}
	}
	return a.printChange(m, change)
}

func (a *app) agreedSweep(m *caOnInstance, s switchCommand, o switchOptions) (workflow.Sweep, error) {
	if !o.withDevices {
		return workflow.Sweep{}, nil
	}
	sweep, count, err := a.prepareSweep(m, s.to, false)
	if err == nil && !o.yes {
		question := fmt.Sprintf("%s %s on instance %s and its %d active device certificates? Type yes to confirm: ", s.use, m.ca, m.instance.ID, count)
		err = a.askYes(m.cmd.Context(), question, errNotConfirmed)
	}
	return sweep, err
}

// A changeDocument is the result of activate, deactivate and delete.
type changeDocument struct {
	origin
	InstanceID         string           `json:"instance_id"`
	Outcome            workflow.Outcome `json:"outcome"`
	CA                 caDocument       `json:"ca"`
	DeviceCertificates int              `json:"device_certificates"` // changed with the CA
	RequestID          text             `json:"request_id"`          // of the change; null if there was none
}

var changeWords = map[workflow.Outcome]string{
	workflow.Activated:       "active again",
	workflow.AlreadyActive:   "active before; nothing was changed",
	workflow.Deactivated:     "inactive: new device certificates can no longer register",
	workflow.AlreadyInactive: "inactive before; nothing was changed",
	workflow.Deleted:         "deleted",
	workflow.AlreadyAbsent:   "not registered; nothing was changed",
}

// printChange prints the result of a change. If the CA was not there, it shows the values of the
// command line.
func (a *app) printChange(m *caOnInstance, change workflow.Change) error {
	document := changeDocument{
		origin:             m.session.origin("change"),
		InstanceID:         m.instance.ID,
		Outcome:            change.Outcome,
		CA:                 newCADocument(change.CA),
		DeviceCertificates: change.Devices,
		RequestID:          text(change.RequestID),
	}
	if change.Outcome == workflow.AlreadyAbsent {
		document.CA = caDocument{certificateDocument: certificateDocument{Sn: text(m.ca.Sn)}}
		if m.ca.CA != nil {
			document.CA.describe(m.ca.CA)
		}
	}
	err := a.print(document, a.shown.Layout(document.plain))
	return orDone(err, change.Outcome, m.ca, changeWords[change.Outcome])
}

func (d changeDocument) plain(p *terminal.Sheet) error {
	state, devices := changeWords[d.Outcome], ""
	switch {
	case d.DeviceCertificates > 0 && d.Outcome == workflow.Deleted:
		devices = fmt.Sprintf("%d deleted with it", d.DeviceCertificates)
	case d.DeviceCertificates > 0:
		state, _, _ = strings.Cut(state, "; ")
		devices = fmt.Sprintf("%d made inactive", d.DeviceCertificates)
	}
	return p.Fields([]terminal.Field{
		{"CA", string(d.CA.Name)},
		{"state", state},
		{"instance", d.InstanceID},
		{"subject", string(d.CA.Subject)},
		{"SHA-256", d.CA.SHA256.String()},
		{"Sn", string(d.CA.Sn)},
		{"device certificates", devices},
		{"request id", string(d.RequestID)},
		{"endpoint", d.source()},
	}, terminal.Tones{"state": outcomeTone(d.Outcome)})
}
