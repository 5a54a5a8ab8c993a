package cmd

import (
	"time"

	"github.com/spf13/cobra"

	"mqttca/pki"
)

func newConfirm(a *app) *cobra.Command {
	var t target
	cmd := &cobra.Command{
		Use:   "confirm",
		Short: "Check whether a CA is registered and active",
		Long: `Read the list of an instance until it shows the CA as active. If it does not within --wait,
the exit code is 7. Certificates are compared by SHA-256.`,
		Example: `  mqttca confirm --instance post-cn-7mz2d --ca-cert ca.crt
  mqttca confirm --instance post-cn-7mz2d --ca-cert ca.crt --wait 0s --json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := require(cmd, "instance", "ca-cert"); err != nil {
				return err
			}
			return a.confirm(cmd, t)
		},
	}
	addInstance(cmd, &t.instance)
	addCACert(cmd, &t.caCert)
	addWait(cmd, &t.wait)
	a.addConnection(cmd)
	return cmd
}

func (a *app) confirm(cmd *cobra.Command, t target) error {
	ca, err := await(cmd.Context(), func() (*pki.CA, error) { return pki.LoadCA(t.caCert, time.Now()) })
	if err != nil {
		return err
	}
	return a.withInstance(cmd, t.instance, func(m *caOnInstance) error {
		ctx, cancel := a.withTimeout(cmd.Context(), t.wait)
		defer cancel()
		result, err := m.instance.Confirm(ctx, ca, t.wait)
		return a.conclude(cmd, m.session, t, ca, result, err)
	})
}
