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
		long: `Make a registered CA active, and wait until the service lists it as active. New and
deleted device certificates of the CA can then register themselves. If the CA is already active,
nothing changes and the exit code is 0.`,
		to: workflow.Activation,
	})
}

func newDeactivate(a *app) *cobra.Command {
	return a.newSwitch(switchCommand{
		use:   "deactivate",
		short: "Make a registered CA inactive: new device certificates can no longer register",
		long: `Make a registered CA inactive, and wait until the service lists it as inactive. New device
certificates of the CA can then no longer register themselves. Registered ones may still connect:
the vendor's pages differ on this. To block their devices, too, give --with-devices: it makes all
device certificates of the CA inactive, after the CA itself, and reads their list again until none
is active.

To undo this, run 'mqttca activate', then 'mqttca devices activate --all'. If the CA is already
inactive, nothing changes and the exit code is 0.`,
		more:   "\n  mqttca deactivate --instance post-cn-7mz2d --ca-cert ca.crt --with-devices --yes",
		to:     workflow.Deactivation,
		sweeps: true,
	})
}

// A switchCommand is the difference between activate and deactivate.
type switchCommand struct {
	use, short, long string
	more             string // further examples
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
	addWait(cmd, &o.wait)
	if s.sweeps {
		cmd.Flags().BoolVar(&o.withDevices, "with-devices", false, "also make all its device certificates inactive, such as those of a compromised CA")
		addDeadline(cmd, &o.deadline, "with-devices")
		cmd.Flags().BoolVar(&o.yes, "yes", false, "do not ask for confirmation")
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
		question := fmt.Sprintf("%s %s on instance %s and its %s? Type yes to confirm: ", s.use, m.ca, m.instance.ID, plural(count, "active device certificate"))
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
	DeviceCertificates int              `json:"device_certificates"` // number of device certificates changed with the CA
	RequestID          text             `json:"request_id"`          // of the change; null if nothing was changed
}

var changeWords = map[workflow.Outcome]string{
	workflow.Activated:       "active",
	workflow.AlreadyActive:   "already active; nothing changed",
	workflow.Deactivated:     "inactive: new device certificates can no longer register",
	workflow.AlreadyInactive: "already inactive; nothing changed",
	workflow.Deleted:         "deleted",
	workflow.AlreadyAbsent:   "not registered; nothing changed",
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
		{"serial number", string(d.CA.Sn)},
		{"device certificates", devices},
		{"request id", string(d.RequestID)},
		{"endpoint", d.source()},
	}, terminal.Tones{"state": outcomeTone(d.Outcome)})
}
