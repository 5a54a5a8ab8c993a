package cmd

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

type devicesOptions struct {
	registeredCA
	filter listFilter
	csv    bool
}

func newDevices(a *app) *cobra.Command {
	var o devicesOptions
	cmd := &cobra.Command{
		Use:   "devices",
		Short: "List device certificates, and change them",
		Long: `List the device certificates of an instance, of one CA if it is given: every certificate
that ever registered itself, whether its device is connected now or not. The commands below
show one of them, and make one or all of a CA active or inactive, or delete them.`,
		Example: `  mqttca devices --instance post-cn-7mz2d --ca-cert ca.crt
  mqttca devices --instance post-cn-7mz2d --active --expiring 30d --csv > devices.csv`,
		Args: knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(a); err != nil {
				return err
			}
			return a.withDevices(cmd, o.registeredCA, func(m *caOnInstance, ca *workflow.Reference) error { return a.devices(m, ca, o) })
		},
	}
	o.registeredCA.addFlags(cmd)
	o.filter.addFlags(cmd, "device certificates")
	cmd.Flags().BoolVar(&o.csv, "csv", false, "print the list as CSV (RFC 4180)")
	a.addConnection(cmd)
	return cmd
}

func (o devicesOptions) check(a *app) error {
	if o.csv && a.json {
		return usage("--csv and --json exclude each other")
	}
	return o.filter.check()
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
	CASn string `json:"ca_sn"`
}

func newDeviceDocument(listed api.DeviceCertificate, caSn string) deviceDocument {
	document := deviceDocument{certificateDocument{
		Name:         listed.DeviceName,
		Sn:           listed.DeviceSn,
		Active:       listed.Active,
		NotBefore:    pki.Timestamp(listed.ValidBegin),
		NotAfter:     pki.Timestamp(listed.ValidEnd),
		stateUnknown: listed.StateUnknown,
	}, caSn}
	document.read(listed.DeviceContent)
	return document
}

// A devicesDocument is the result of devices.
type devicesDocument struct {
	origin
	InstanceID         string           `json:"instance_id"`
	CA                 *caDocument      `json:"ca"` // null if the list is that of the instance
	DeviceCertificates []deviceDocument `json:"device_certificates"`
}

func (a *app) devices(m *caOnInstance, ca *workflow.Reference, o devicesOptions) error {
	ctx, cancel := a.withTimeout(m.cmd.Context(), 0)
	defer cancel()
	entry, devices, err := m.instance.Devices(ctx, ca)
	if err != nil {
		return err
	}
	document := devicesDocument{InstanceID: m.instance.ID, DeviceCertificates: []deviceDocument{}}
	if entry != nil {
		own := newCADocument(*entry)
		document.CA = &own
	}
	room := newRoom(m.instance.ID)
	for device, err := range devices {
		if err != nil {
			return err
		}
		listed := newDeviceDocument(device, device.CaSn)
		if !o.filter.takes(listed.certificateDocument, time.Now()) {
			continue
		}
		if err := room.take(listed.size()); err != nil {
			return err
		}
		document.DeviceCertificates = append(document.DeviceCertificates, listed)
	}
	document.origin = m.session.origin()
	if o.csv {
		return a.print(nil, document.csv)
	}
	return a.print(document, a.shown.Layout(document.plain))
}

func (d devicesDocument) split() (any, int, func(int) any) {
	head := d
	head.DeviceCertificates = []deviceDocument{}
	return head, len(d.DeviceCertificates), func(i int) any { return d.DeviceCertificates[i] }
}

func (d devicesDocument) plain(p *terminal.Sheet) error {
	of := "instance " + d.InstanceID
	if d.CA != nil {
		of = fmt.Sprintf("CA %q (Sn %s)", terminal.Escape(d.CA.Name), terminal.Escape(d.CA.Sn))
	}
	p.Paragraph(fmt.Sprintf("device certificates of %s: %d", of, len(d.DeviceCertificates)))
	if len(d.DeviceCertificates) > 0 {
		fmt.Fprintln(p)
		if err := printCertificates(p, len(d.DeviceCertificates), func(i int) certificateDocument { return d.DeviceCertificates[i].certificateDocument }); err != nil {
			return err
		}
	}
	return d.listedBy(p)
}

// csv writes a line for each device certificate, with the fields of the JSON document.
func (d devicesDocument) csv(w io.Writer) error {
	table := csv.NewWriter(w)
	table.UseCRLF = true
	table.Write([]string{"ca_sn", "sn", "name", "active", "subject", "serial_number", "sha256", "not_before", "not_after"})
	for _, c := range d.DeviceCertificates {
		row := []string{c.CASn, c.Sn, c.Name, strconv.FormatBool(c.Active), c.Subject, c.SerialNumber, c.SHA256, c.NotBefore, c.NotAfter}
		for i, field := range row {
			row[i] = terminal.Escape(field)
		}
		table.Write(row)
	}
	table.Flush()
	return table.Error()
}
