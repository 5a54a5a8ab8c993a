package cmd

import (
	"cmp"
	"time"

	"github.com/spf13/cobra"

	"mqttca/cmd/workflow"
	"mqttca/pki"
)

type registerOptions struct {
	target
	keyFlags
	validity time.Duration
	activate bool
}

func newRegister(a *app) *cobra.Command {
	var o registerOptions
	cmd := &cobra.Command{
		Use:   "register",
		Short: "Register a CA in one step",
		Long: `Register a CA with an instance: read the instance's list, fetch the registration code, sign the
verification certificate with the CA key, submit both certificates, and wait until the CA is
listed as active. Certificate and key are checked before anything is sent.

Running it again is safe: if the CA is already active, nothing changes (exit 0). The CA key
stays in its file or HSM ('mqttca help hsm'); the key of the verification certificate is never
written. You can leave --ca-cert out if a PKCS#12 file or an HSM has the certificate with the key.`,
		Example: `  mqttca register --region cn-hangzhou --instance post-cn-7mz2d --ca-cert ca.crt --ca-key ca.key
  mqttca register --instance post-cn-7mz2d --ca-cert ca.crt --ca-key ca.key --name plant-7 --json
  mqttca register --instance post-cn-7mz2d --ca-cert ca.crt --ca-key ca.key --dry-run
  mqttca register --instance post-cn-7mz2d --ca-cert ca.crt --ca-key ca.key --receipt receipt.json
  mqttca register --instance post-cn-7mz2d --ca-key ca.p12 --key-password-file password.txt`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := cmp.Or(requireCA(cmd, o.caCert, o.keyFlags, "instance"), requireValidity(o.validity)); err != nil {
				return err
			}
			return a.register(cmd, o)
		},
	}
	o.target.addFlags(cmd)
	o.keyFlags.addFlags(cmd)
	addValidity(cmd, &o.validity)
	cmd.Flags().BoolVar(&o.activate, "activate", false, "activate the CA if it is registered but inactive")
	a.addConnection(cmd)
	return cmd
}

func (a *app) register(cmd *cobra.Command, o registerOptions) error {
	authority, err := a.loadAuthority(cmd, o.caCert, o.keyFlags)
	if err != nil {
		return err
	}
	defer authority.Close()
	session, err := a.prepare(cmd, o.target, authority.CA)
	if err != nil {
		return err
	}
	defer session.client.Close()
	result, err := a.registerAuthority(cmd, session, authority, o)
	if err := a.conclude(cmd, session, o.target, authority.CA, result, err); err != nil {
		return err
	}
	a.noteNext(session, o.target)
	return nil
}

// registerAuthority is common to register and rehearse, which differ in the sources of the
// CA and of the service.
func (a *app) registerAuthority(cmd *cobra.Command, session *session, authority *pki.Authority, o registerOptions) (workflow.Result, error) {
	a.warnOf(authority.CA)
	ctx, cancel := a.withTimeout(cmd.Context(), o.wait)
	defer cancel()
	return a.recorded(session, o.target, authority.CA).Register(ctx, workflow.Order{
		Authority: authority,
		Name:      o.caName(authority.CA),
		Validity:  o.validity,
		Wait:      o.wait,
		Activate:  o.activate,
		DryRun:    o.dryRun,
	})
}
