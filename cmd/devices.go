package cmd

import (
	"fmt"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/cmd/terminal"
)

func newDevices(a *app) *cobra.Command {
	var r registeredCA
	cmd := &cobra.Command{
		Use:   "devices",
		Short: "List the device certificates under a CA",
		Long: `List the device certificates of a CA of an instance: every one that ever registered itself
by connecting, whether its device is connected now or not.`,
		Example: `  mqttca devices --instance post-cn-7mz2d --ca-cert ca.crt
  mqttca devices --instance post-cn-7mz2d --ca-cert ca.crt --json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withCA(cmd, r, func(m *caOnInstance) error { return a.devices(m) })
		},
	}
	r.addFlags(cmd)
	a.addConnection(cmd)
	return cmd
}

// A devicesDocument is the result of devices.
type devicesDocument struct {
	origin
	InstanceID         string                `json:"instance_id"`
	CA                 caDocument            `json:"ca"`
	DeviceCertificates []certificateDocument `json:"device_certificates"`
}

func (a *app) devices(m *caOnInstance) error {
	ctx, cancel := a.withTimeout(m.cmd.Context(), 0)
	defer cancel()
	devices, room := []certificateDocument{}, newRoom(m.instance.ID)
	entry, err := m.instance.Devices(ctx, m.ca, func(listed api.DeviceCertificate) error {
		devices = append(devices, newDeviceDocument(listed))
		return room.take(devices[len(devices)-1].size())
	})
	if err != nil {
		return err
	}
	document := devicesDocument{m.session.origin(), m.instance.ID, newCADocument(*entry), devices}
	return a.print(document, a.shown.Layout(document.plain))
}

func (d devicesDocument) split() (any, int, func(int) any) {
	head := d
	head.DeviceCertificates = []certificateDocument{}
	return head, len(d.DeviceCertificates), func(i int) any { return d.DeviceCertificates[i] }
}

func (d devicesDocument) plain(p *terminal.Sheet) error {
	p.Paragraph(fmt.Sprintf("device certificates of CA %q (Sn %s): %d", terminal.Escape(d.CA.Name), terminal.Escape(d.CA.Sn), len(d.DeviceCertificates)))
	if len(d.DeviceCertificates) > 0 {
		fmt.Fprintln(p)
		if err := printCertificates(p, d.DeviceCertificates); err != nil {
			return err
		}
	}
	return d.listedBy(p)
}
