package cmd

import (
	"crypto/x509"
	"time"

	"github.com/spf13/cobra"

	"mqttca/cmd/workflow"
	"mqttca/pki"
)

type submitOptions struct {
	target
	verification string
}

func newSubmit(a *app) *cobra.Command {
	var o submitOptions
	cmd := &cobra.Command{
		Use:   "submit",
		Short: "Submit a CA with a verification certificate made elsewhere",
		Long: `Submit a CA certificate with its verification certificate, made by sign or by other
means (X.509 v1 is accepted too), and wait until the CA is listed as active. Both are
checked before anything is sent. A CA that is listed and active is left as it is.`,
		Example: `  mqttca submit --instance post-cn-7mz2d --ca-cert ca.crt --verification-cert verification.crt`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := require(cmd, "instance", "ca-cert", "verification-cert"); err != nil {
				return err
			}
			return a.submit(cmd, o)
		},
	}
	o.target.addFlags(cmd)
	cmd.Flags().StringVar(&o.verification, "verification-cert", "", "file with the verification certificate (PEM or DER)")
	return cmd
}

func (a *app) submit(cmd *cobra.Command, o submitOptions) error {
	var verification *x509.Certificate
	ca, err := await(cmd.Context(), func() (ca *pki.CA, err error) {
		ca, verification, err = pki.LoadProof(o.caCert, o.verification, time.Now())
		return ca, err
	})
	if err != nil {
		return err
	}
	session, err := a.prepare(cmd, o.target, ca)
	if err != nil {
		return err
	}
	defer session.client.Close()
	a.warnOf(ca)
	ctx, cancel := a.network(cmd.Context(), o.wait)
	defer cancel()
	result, err := a.instance(session, o.instance).Submit(ctx, workflow.Submission{
		CA:           ca,
		Verification: verification,
		Name:         o.caName(ca),
		Wait:         o.wait,
		DryRun:       o.dryRun,
	})
	if err := a.conclude(session, o.target, ca, result, err); err != nil {
		return err
	}
	a.noteNext(o.target)
	return nil
}
