package cmd

import (
	"time"

	"github.com/spf13/cobra"

	"mqttca/cmd/terminal"
	"mqttca/pki"
)

type codeOptions struct {
	instance   string
	name       string
	requestOut string
	force      bool
}

func newCode(a *app) *cobra.Command {
	var o codeOptions
	cmd := &cobra.Command{
		Use:   "code",
		Short: "Fetch the registration code of an instance",
		Long: `Fetch the registration code of an instance and print it, for 'mqttca sign' on the host with
the CA key. With --request-out, write the code and the instance to a file for that host, and
print the values that a second person, the witness, reads out and compares at each step
('mqttca help ceremony').

Fetch a code only when you need it: a new code may invalidate one that somebody is carrying
to an offline CA, and a code may work only once.`,
		Example: `  mqttca code --instance post-cn-7mz2d
  mqttca code --instance post-cn-7mz2d > code.txt
  mqttca code --instance post-cn-7mz2d --request-out request.json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return a.withInstance(cmd, o.instance, func(m *caOnInstance) error { return a.code(m, o) })
		},
	}
	addInstance(cmd, &o.instance)
	cmd.Flags().StringVar(&o.requestOut, "request-out", "", "file to write the request for sign to")
	cmd.Flags().StringVar(&o.name, "name", "", "name of the CA at the service, kept in the request")
	cmd.Flags().BoolVar(&o.force, "force", false, "replace an existing file of --request-out")
	a.addConnection(cmd)
	return cmd
}

// A codeDocument is the result of code.
type codeDocument struct {
	origin
	InstanceID       string `json:"instance_id"`
	RegistrationCode string `json:"registration_code"`
	FetchedAt        string `json:"fetched_at" jsonschema:"format=date-time"`
	File             text   `json:"file"` // of --request-out; null without it
	RequestID        text   `json:"request_id"`
}

func (o codeOptions) check() error {
	switch {
	case o.requestOut != "":
		return checkOutput(o.requestOut, o.force)
	case o.name != "":
		return usage("--name needs --request-out")
	}
	return nil
}

func (a *app) code(m *caOnInstance, o codeOptions) error {
	ctx, cancel := a.withTimeout(m.cmd.Context(), 0)
	defer cancel()
	code, err := m.instance.FetchCode(ctx)
	if err != nil {
		return err
	}
	at := time.Now()
	document := codeDocument{m.session.origin("code"), o.instance, code.Code, pki.Timestamp(at), text(o.requestOut), text(code.RequestID)}
	if o.requestOut == "" {
		return a.printText(document, terminal.Escape(code.Code)+"\n")
	}
	request := newSigningRequest(m.session, a.region, o.instance, o.name, code, at)
	if err := a.writeDocument(o.requestOut, request, 0o644, o.force); err != nil {
		return err
	}
	return a.print(document, a.shown.Layout(func(p *terminal.Sheet) error { return p.Fields(request.witnessed(), nil) }))
}
