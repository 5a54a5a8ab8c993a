package cmd

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

func newList(a *app) *cobra.Command {
	var instance string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the CAs of an instance",
		Long:  `List all CA certificates that are registered with an instance.`,
		Example: `  mqttca list --instance post-cn-7mz2d
  mqttca list --instance post-cn-7mz2d --json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := require(cmd, "instance"); err != nil {
				return err
			}
			session, err := a.connect(cmd)
			if err != nil {
				return err
			}
			defer session.client.Close()
			return a.list(cmd.Context(), session, instance)
		},
	}
	addInstance(cmd, &instance)
	return cmd
}

// A listDocument is the result of list.
type listDocument struct {
	origin
	InstanceID     string       `json:"instance_id"`
	CACertificates []caDocument `json:"ca_certificates"`
}

func (a *app) list(ctx context.Context, session *session, instance string) error {
	ctx, cancel := a.network(ctx, 0)
	defer cancel()
	listed, err := session.client.ListCaCertificate(ctx, instance)
	if err != nil {
		return err
	}
	document := listDocument{origin: session.origin(), InstanceID: instance, CACertificates: []caDocument{}}
	for _, entry := range listed {
		document.CACertificates = append(document.CACertificates, newCADocument(entry))
	}
	return a.print(document, document.plain)
}

func (d listDocument) plain(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tSTATE\tVALID UNTIL\tSN\tSUBJECT")
	for _, ca := range d.CACertificates {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n",
			escape(ca.Name), ca.state(), ca.NotAfter, escape(ca.Sn), escape(ca.Subject))
	}
	if err := table.Flush(); err != nil || d.VendorEndpoint {
		return err
	}
	_, err := fmt.Fprintf(w, "\nlisted by %s\n", d.source())
	return err
}
