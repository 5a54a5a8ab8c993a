package cmd

import (
	"context"
	"time"

	"mqttca/cmd/terminal"

	"github.com/spf13/cobra"
)

type listOptions struct {
	instance string
	filter   listFilter
	fail     bool
}

func newList(a *app) *cobra.Command {
	var o listOptions
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the CAs of an instance",
		Long: `List the CA certificates that are registered with an instance: all, or those that every
given filter lets through. What has expired counts as expiring, and so does what has a
validity that cannot be read. With --fail-if-expiring a list that is not empty ends in
exit 8, for a monitor.`,
		Example: `  mqttca list --instance post-cn-7mz2d
  mqttca list --instance post-cn-7mz2d --active --name plant --json
  mqttca list --instance post-cn-7mz2d --expiring 30d --fail-if-expiring`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(cmd); err != nil {
				return err
			}
			session, err := a.connect(cmd)
			if err != nil {
				return err
			}
			defer session.client.Close()
			return a.list(cmd.Context(), session, o)
		},
	}
	addInstance(cmd, &o.instance)
	o.filter.addFlags(cmd)
	cmd.Flags().BoolVar(&o.fail, "fail-if-expiring", false, "exit 8 where a CA expires within the time of --expiring")
	a.addConnection(cmd)
	return cmd
}

func (o listOptions) check(cmd *cobra.Command) error {
	switch {
	case o.instance == "":
		return require(cmd, "instance")
	case o.filter.active && o.filter.inactive:
		return usage(cmd, "%s: --active and --inactive exclude each other", cmd.CommandPath())
	case o.fail && !cmd.Flags().Changed("expiring"):
		return usage(cmd, "%s: --fail-if-expiring needs --expiring, such as --expiring 30d", cmd.CommandPath())
	}
	return nil
}

// A listDocument is the result of list.
type listDocument struct {
	origin
	InstanceID     string       `json:"instance_id"`
	CACertificates []caDocument `json:"ca_certificates"`
}

func (a *app) list(ctx context.Context, session *session, o listOptions) error {
	ctx, cancel := a.network(ctx, 0)
	defer cancel()
	listed, err := session.client.ListCaCertificate(ctx, o.instance)
	if err != nil {
		return err
	}
	document := listDocument{origin: session.origin(), InstanceID: o.instance, CACertificates: []caDocument{}}
	for _, entry := range listed {
		if ca := newCADocument(entry); o.filter.takes(ca, time.Now()) {
			document.CACertificates = append(document.CACertificates, ca)
		}
	}
	if err := a.print(document, a.shown.Layout(document.plain)); err != nil {
		return err
	}
	if n := len(document.CACertificates); o.fail && n > 0 {
		return &expiringError{Count: n, Instance: o.instance, Within: o.filter.expiring}
	}
	return nil
}

func (d listDocument) plain(p *terminal.Sheet) error {
	var certificates []certificateDocument
	for _, ca := range d.CACertificates {
		certificates = append(certificates, ca.certificateDocument)
	}
	if err := printCertificates(p, certificates); err != nil {
		return err
	}
	return d.listedBy(p)
}

// printCertificates shortens names and subjects where it must, never a serial number: it is
// to be copied.
func printCertificates(p *terminal.Sheet, certificates []certificateDocument) error {
	now := time.Now()
	table := terminal.Table{Columns: []terminal.Column{
		{Title: "NAME", Label: "name", Yields: true},
		{Title: "STATE", Label: "state"},
		{Title: "VALID UNTIL", Label: "valid until"},
		{Title: "SN", Label: "Sn"},
		{Title: "SUBJECT", Label: "subject", Yields: true},
	}}
	for _, c := range certificates {
		table.Rows = append(table.Rows, []terminal.Cell{
			{Text: c.Name}, {Text: c.state(), Tone: c.stateTone()}, {Text: c.NotAfter, Tone: c.expiryTone(now)}, {Text: c.Sn}, {Text: c.Subject},
		})
	}
	return p.Table(table)
}

// listedBy ends a table with where it comes from, where that is not the vendor.
func (o origin) listedBy(p *terminal.Sheet) error {
	if o.VendorEndpoint {
		return nil
	}
	if err := p.Line(); err != nil {
		return err
	}
	return p.Paragraph("listed by " + o.source())
}
