package cmd

import (
	"fmt"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
)

type devicesOptions struct {
	registeredCA
	listingFlags
}

func newDevices(a *app) *cobra.Command {
	var o devicesOptions
	cmd := &cobra.Command{
		Use:   "devices",
		Short: "List device certificates, and change them",
		Long: `List the device certificates registered with an instance, or only those of one CA. A device
certificate registers itself when its device first connects, and stays in the list when the device
disconnects. The commands below show or change one certificate, or change all of a CA.`,
		Example: `  mqttca devices --instance post-cn-7mz2d --ca-cert ca.crt
  mqttca devices --instance post-cn-7mz2d --active --expiring 30d --csv > devices.csv`,
		Args: knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(a.json); err != nil {
				return err
			}
			return a.withDevices(cmd, o.registeredCA, func(m *caOnInstance, ca *workflow.Reference) error { return a.devices(m, ca, o) })
		},
	}
	o.registeredCA.addFlags(cmd)
	o.listingFlags.addFlags(cmd, "device certificates")
	a.addConnection(cmd)
	return cmd
}

// withDevices does the work of a command on device certificates: of one CA, or of the whole
// instance if none is given.
func (a *app) withDevices(cmd *cobra.Command, r registeredCA, do func(*caOnInstance, *workflow.Reference) error) error {
	if r.caCert != "" || r.sn != "" {
		return a.withCA(cmd, r, func(m *caOnInstance) error { return do(m, &m.ca) })
	}
	return a.withInstance(cmd, r.instance, func(m *caOnInstance) error { return do(m, nil) })
}

// A deviceDocument is a device certificate as the service lists it.
type deviceDocument struct {
	certificateDocument
	CASn text `json:"ca_sn"` // Sn of its CA
}

func newDeviceDocument(listed api.DeviceCertificate, caSn string) deviceDocument {
	return deviceDocument{
		newCertificateDocument(listed.DeviceName, listed.DeviceSn, listed.DeviceContent, listed.Active, listed.StateUnknown, listed.ValidBegin, listed.ValidEnd),
		text(caSn),
	}
}

// A devicesDocument is the result of devices.
type devicesDocument struct {
	origin
	InstanceID         string            `json:"instance_id"`
	CA                 *caDocument       `json:"ca" jsonschema:"nullable"` // null for the list of a whole instance
	DeviceCertificates []*deviceDocument `json:"device_certificates"`
}

func (a *app) devices(m *caOnInstance, ca *workflow.Reference, o devicesOptions) error {
	ctx, cancel := a.withTimeout(m.cmd.Context(), 0)
	defer cancel()
	entry, devices, err := m.instance.Devices(ctx, ca)
	if err != nil {
		return err
	}
	all, err := collect(m.instance.ID, devices, o.filter, func(listed api.DeviceCertificate) *deviceDocument {
		return new(newDeviceDocument(listed, listed.CaSn))
	})
	if err != nil {
		return err
	}
	document := devicesDocument{origin: m.session.origin("devices"), InstanceID: m.instance.ID, DeviceCertificates: all}
	if entry != nil {
		document.CA = new(newCADocument(*entry))
	}
	return a.printList(document, o.listingFlags, "device certificates on instance "+m.instance.ID)
}

func (d devicesDocument) listing() listing {
	return listing{[]string{"ca_sn"}, entriesOf(d.DeviceCertificates)}
}

func (d devicesDocument) head() any {
	d.DeviceCertificates = []*deviceDocument{}
	return d
}

func (d devicesDocument) plain(p *terminal.Sheet, wide bool) error {
	of := "instance " + d.InstanceID
	if d.CA != nil {
		of = fmt.Sprintf("CA %q (serial number %s)", terminal.Escape(string(d.CA.Name)), terminal.Escape(string(d.CA.Sn)))
	}
	p.Paragraph(fmt.Sprintf("device certificates of %s: %d", of, len(d.DeviceCertificates)))
	if len(d.DeviceCertificates) > 0 {
		p.Line()
		d.listing().print(p, wide)
	}
	d.listedBy(p)
	return nil
}
