package cmd

import (
	"time"

	"github.com/spf13/cobra"

	"mqttca/pki"
)

type confirmOptions struct {
	instance string
	caCert   string
	wait     time.Duration
}

func newConfirm(a *app) *cobra.Command {
	var o confirmOptions
	cmd := &cobra.Command{
		Use:   "confirm",
		Short: "See whether a CA is registered and active",
		Long: `Look for a CA certificate in the list of an instance until it is there and active, or
the time of --wait is up: exit 7. Certificates are compared by their SHA-256.`,
		Example: `  mqttca confirm --instance post-cn-7mz2d --ca-cert ca.crt
  mqttca confirm --instance post-cn-7mz2d --ca-cert ca.crt --wait 0s --json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := require(cmd, "instance", "ca-cert"); err != nil {
				return err
			}
			return a.confirm(cmd, o)
		},
	}
	addInstance(cmd, &o.instance)
	addCACert(cmd, &o.caCert)
	addWait(cmd, &o.wait, "active")
	a.addConnection(cmd)
	return cmd
}

func (a *app) confirm(cmd *cobra.Command, o confirmOptions) error {
	ca, err := await(cmd.Context(), func() (*pki.CA, error) { return pki.LoadCA(o.caCert, time.Now()) })
	if err != nil {
		return err
	}
	return a.withInstance(cmd, o.instance, func(m *caOnInstance) error {
		ctx, cancel := a.withTimeout(cmd.Context(), o.wait)
		defer cancel()
		result, err := m.instance.Confirm(ctx, ca, o.wait)
		return a.conclude(cmd, m.session, target{instance: o.instance}, ca, result, err)
	})
}
