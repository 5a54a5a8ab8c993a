package cmd

import (
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// A deviceTarget says which device certificates are meant: one, or all of a CA.
type deviceTarget struct {
	registeredCA
	sn   string
	cert string
	all  bool // false for a command on one
}

func (t *deviceTarget) addFlags(cmd *cobra.Command) {
	t.registeredCA.addFlags(cmd)
	cmd.Flags().StringVar(&t.sn, "device-sn", "", "serial number of the device certificate, as devices or openssl x509 shows it")
	cmd.Flags().StringVar(&t.cert, "device-cert", "", "file with the device certificate (PEM or DER)")
}

// reference reads the certificate if one is given.
func (t deviceTarget) reference(ctx context.Context) (workflow.DeviceReference, error) {
	switch {
	case t.sn == "" && t.cert == "" && !t.all:
		return workflow.DeviceReference{}, usage("--device-sn or --device-cert missing")
	case t.sn != "" && t.cert != "":
		return workflow.DeviceReference{}, usage("--device-sn and --device-cert exclude each other")
	case t.all && (t.sn != "" || t.cert != ""):
		return workflow.DeviceReference{}, usage("--all and one device certificate exclude each other")
	case t.all && t.caCert == "" && t.registeredCA.sn == "":
		return workflow.DeviceReference{}, usage("--all is for one CA: --ca-cert or --sn missing")
	case t.sn != "" && !workflow.IsSerialNumber(t.sn):
		return workflow.DeviceReference{}, usage("--device-sn is not a serial number: write hexadecimal digits, with or without colons")
	case t.cert == "":
		return workflow.DeviceReference{Sn: t.sn}, nil
	}
	certificate, err := await(ctx, func() (*x509.Certificate, error) { return pki.ReadDevice(t.cert) })
	return workflow.DeviceReference{Certificate: certificate}, err
}

func newDeviceShow(a *app) *cobra.Command {
	var t deviceTarget
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Show one device certificate",
		Long: `Show a device certificate registered with an instance, and its CA. Name it by its file or its
serial number; if several CAs have a device certificate with this number, name its CA, too. If it
is not registered, the exit code is 7: its device never connected, or somebody deleted it.`,
		Example: "  mqttca devices show --instance post-cn-7mz2d --device-sn 00d000000001",
		RunE: func(cmd *cobra.Command, _ []string) error {
			device, err := t.reference(cmd.Context())
			if err != nil {
				return err
			}
			return a.withDevices(cmd, t.registeredCA, func(m *caOnInstance, ca *workflow.Reference) error { return a.showDevice(m, ca, device) })
		},
	}
	t.addFlags(cmd)
	a.addConnection(cmd)
	return cmd
}

// A deviceShowDocument is the result of devices show.
type deviceShowDocument struct {
	origin
	InstanceID        string         `json:"instance_id"`
	CA                caDocument     `json:"ca"`
	Device            deviceDocument `json:"device"`
	DeviceCertificate text           `json:"device_certificate"` // PEM, as the service has it
}

func (a *app) showDevice(m *caOnInstance, ca *workflow.Reference, ref workflow.DeviceReference) error {
	ctx, cancel := a.withTimeout(m.cmd.Context(), 0)
	defer cancel()
	device, err := m.instance.FindDevice(ctx, ca, ref)
	if err != nil {
		return err
	}
	document := deviceShowDocument{m.session.origin("device"), m.instance.ID, newCADocument(*device.CA), newDeviceDocument(device.Entry, device.CA.Sn), text(device.Entry.DeviceContent)}
	return a.print(document, a.shown.Layout(document.plain))
}

func (d deviceShowDocument) plain(p *terminal.Sheet) error {
	now := time.Now()
	return p.Fields(append([]terminal.Field{
		{"device", string(d.Device.Name)},
		{"state", d.Device.state()},
		{"instance", d.InstanceID},
		{"CA", string(d.CA.Name) + " (" + d.CA.state() + ")"},
		{"valid from", string(d.Device.NotBefore)},
		{"valid until", string(d.Device.NotAfter) + d.Device.remaining(now)},
	}, d.Device.identity(d.source())...), terminal.Tones{"state": d.Device.stateTone(), "valid until": d.Device.expiryTone(now)})
}

// identity are the fields that tell a device certificate from others.
func (d deviceDocument) identity(endpoint string) []terminal.Field {
	return []terminal.Field{
		{"subject", string(d.Subject)}, {"serial number", string(cmp.Or(d.Sn, d.SerialNumber))}, {"SHA-256", d.SHA256.String()}, {"serial number of the CA", string(d.CASn)}, {"endpoint", endpoint},
	}
}

// A deviceCommand is the difference between devices activate, deactivate and delete.
type deviceCommand struct {
	use, short, long string
	to               workflow.Transition
	deletes          bool
}

func newDeviceActivate(a *app) *cobra.Command {
	return a.newDeviceChange(deviceCommand{
		use:   "activate",
		short: "Make device certificates active",
		long: `Make a device certificate active, or with --all every device certificate of a CA, and wait
until the service shows the change. --all includes those that were made inactive one by one. If
there is nothing to change, the exit code is 0.`,
		to: workflow.Activation,
	})
}

func newDeviceDeactivate(a *app) *cobra.Command {
	return a.newDeviceChange(deviceCommand{
		use:   "deactivate",
		short: "Make device certificates inactive: their devices can no longer connect",
		long: `Make a device certificate inactive, or with --all every device certificate of a CA. This blocks
the device: the broker refuses it when it next connects. The vendor does not say whether an open
connection ends. To undo this, run 'mqttca devices activate'.

With --all the list is read again until no certificate in it is active, in case one registers
itself meanwhile. To keep new device certificates from registering, run 'mqttca deactivate'.`,
		to: workflow.Deactivation,
	})
}

func newDeviceDelete(a *app) *cobra.Command {
	return a.newDeviceChange(deviceCommand{
		use:   "delete",
		short: "Delete device certificates",
		long: `Delete a device certificate, or with --all every device certificate of a CA. This does not block
the device: run 'mqttca devices deactivate' for that.

If the certificate is valid and its CA is active, it registers itself again when its device next
connects: mqttca refuses to delete it (exit 5) unless you give --allow-reregistration. If the CA is
inactive, the certificate can register itself again when the CA is active again.`,
		to: workflow.Removal, deletes: true,
	})
}

type deviceOptions struct {
	deviceTarget
	wait     time.Duration
	deadline time.Duration
	allow    bool
	yes      bool
}

func (a *app) newDeviceChange(c deviceCommand) *cobra.Command {
	var o deviceOptions
	cmd := &cobra.Command{
		Use:   c.use,
		Short: c.short,
		Long:  c.long,
		Example: fmt.Sprintf(`  mqttca devices %s --instance post-cn-7mz2d --device-sn 00d000000001%s
  mqttca devices %s --instance post-cn-7mz2d --ca-cert ca.crt --all --yes`, c.use, map[bool]string{true: " --yes"}[c.deletes], c.use),
		RunE: func(cmd *cobra.Command, _ []string) error {
			device, err := o.reference(cmd.Context())
			if err != nil {
				return err
			}
			if err := a.canAgree(o.yes || !o.all && !c.deletes); err != nil {
				return err
			}
			if o.all {
				a.paceMany(cmd)
			}
			return a.withDevices(cmd, o.registeredCA, func(m *caOnInstance, ca *workflow.Reference) error {
				if o.all {
					return a.sweep(m, c, o)
				}
				return a.changeDevice(m, ca, device, c, o)
			})
		},
	}
	o.addFlags(cmd)
	cmd.Flags().BoolVar(&o.all, "all", false, "act on every device certificate of the CA")
	addWait(cmd, &o.wait)
	addDeadline(cmd, &o.deadline, "all")
	if c.deletes {
		cmd.Flags().BoolVar(&o.allow, "allow-reregistration", false, "delete a certificate even if it would register itself again")
	}
	cmd.Flags().BoolVar(&o.yes, "yes", false, "do not ask for confirmation")
	a.addConnection(cmd)
	return cmd
}

// errNotConfirmed ends a run whose question was not answered with yes.
var errNotConfirmed = declined("not confirmed; nothing changed")

// A deviceChangeDocument is the result of a change to one device certificate.
type deviceChangeDocument struct {
	origin
	InstanceID string           `json:"instance_id"`
	Outcome    workflow.Outcome `json:"outcome"`
	CA         *caDocument      `json:"ca" jsonschema:"nullable"` // null if the service does not have the device certificate
	Device     deviceDocument   `json:"device"`
	RequestID  text             `json:"request_id"` // of the change; null if nothing was changed
}

// deviceWords is the outcome of a change to a device certificate, for a person.
func deviceWords(o workflow.Outcome) string {
	if o == workflow.Deactivated {
		return "inactive: its device can no longer connect"
	}
	return changeWords[o]
}

func (a *app) changeDevice(m *caOnInstance, ca *workflow.Reference, ref workflow.DeviceReference, c deviceCommand, o deviceOptions) error {
	device, err := a.findDevice(m, ca, ref, c, o)
	if err != nil {
		return err
	}
	if c.deletes && !o.yes && device.CA != nil {
		question := fmt.Sprintf("delete %s from instance %s? Type yes to confirm: ", ref, m.instance.ID)
		if err := a.askYes(m.cmd.Context(), question, errNotConfirmed); err != nil {
			return err
		}
	}
	ctx, cancel := a.withTimeout(m.cmd.Context(), o.wait)
	defer cancel()
	change, err := m.instance.ChangeDevice(ctx, device, ref, c.to, o.wait)
	if err != nil {
		return err
	}
	document := deviceChangeDocument{origin: m.session.origin("device-change"), InstanceID: m.instance.ID, Outcome: change.Outcome, RequestID: text(change.RequestID)}
	if change.Device.CA != nil {
		document.CA = new(newCADocument(*change.Device.CA))
		document.Device = newDeviceDocument(change.Device.Entry, change.Device.CA.Sn)
	} else {
		document.Device.Sn = text(ref.Sn)
	}
	err = a.print(document, a.shown.Layout(document.plain))
	return orDone(err, document.Outcome, ref, deviceWords(document.Outcome))
}

// findDevice finds the device certificate. For a deletion, it may be missing.
func (a *app) findDevice(m *caOnInstance, ca *workflow.Reference, ref workflow.DeviceReference, c deviceCommand, o deviceOptions) (workflow.Device, error) {
	ctx, cancel := a.withTimeout(m.cmd.Context(), 0)
	defer cancel()
	device, err := m.instance.FindDevice(ctx, ca, ref)
	if c.deletes && is[*workflow.NotListedError](err) {
		return workflow.Device{}, nil
	}
	if err == nil && c.deletes && !o.allow {
		err = m.instance.CheckReregistration(device, ref)
	}
	return device, err
}

func (d deviceChangeDocument) plain(p *terminal.Sheet) error {
	var ca caDocument
	if d.CA != nil {
		ca = *d.CA
	}
	return p.Fields(append([]terminal.Field{
		{"device", string(d.Device.Name)},
		{"state", deviceWords(d.Outcome)},
		{"instance", d.InstanceID},
		{"CA", string(ca.Name)},
		{"request id", string(d.RequestID)},
	}, d.Device.identity(d.source())...), terminal.Tones{"state": outcomeTone(d.Outcome)})
}
