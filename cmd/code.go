package cmd

import (
	"context"
	"io"

	"github.com/spf13/cobra"
)

func newCode(a *app) *cobra.Command {
	var instance string
	cmd := &cobra.Command{
		Use:   "code",
		Short: "Fetch the registration code of an instance",
		Long: `Fetch the registration code of an instance and print it, with one line feed. It is
what sign needs, on the host where the CA key is.

Fetch one only when it will be used: it may replace a code that somebody else is
carrying to an offline CA, and it may serve only once.`,
		Example: `  mqttca code --instance post-cn-7mz2d
  mqttca code --instance post-cn-7mz2d > code.txt`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := require(cmd, "instance"); err != nil {
				return err
			}
			session, err := a.connect(cmd)
			if err != nil {
				return err
			}
			defer session.client.Close()
			return a.code(cmd.Context(), session, instance)
		},
	}
	addInstance(cmd, &instance)
	return cmd
}

// A codeDocument is the result of code.
type codeDocument struct {
	origin
	InstanceID       string `json:"instance_id"`
	RegistrationCode string `json:"registration_code"`
	RequestID        string `json:"request_id"`
}

func (a *app) code(ctx context.Context, session *session, instance string) error {
	ctx, cancel := a.network(ctx, 0)
	defer cancel()
	code, err := a.instance(session, instance).FetchCode(ctx)
	if err != nil {
		return err
	}
	document := codeDocument{session.origin(), instance, code.Code, code.RequestID}
	return a.print(document, func(w io.Writer) error {
		_, err := io.WriteString(w, escape(code.Code)+"\n")
		return err
	})
}
