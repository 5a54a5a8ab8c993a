package cmd

import (
	"cmp"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"mqttca/cmd/workflow"
	"mqttca/pki"
)

type submitOptions struct {
	target
	verification string
	bundle       string
	yes          bool
}

func newSubmit(a *app) *cobra.Command {
	var o submitOptions
	cmd := &cobra.Command{
		Use:   "submit",
		Short: "Submit a CA with a verification certificate made elsewhere",
		Long: `Submit a CA certificate and its verification certificate, made by 'mqttca sign' or by another
tool (X.509 v1 is accepted), and wait until the CA is listed as active. Both certificates are
checked before anything is sent. If the CA is already active, nothing changes.

With --bundle, the certificates, the instance, its region and the CA's name come from the file
of 'mqttca sign --bundle-out'. submit refuses a bundle whose parts do not belong together. It
prints the values in it, and on a terminal it asks you to compare them with those that
'mqttca sign' printed, read out by a second person, the witness ('mqttca help ceremony').`,
		Example: `  mqttca submit --instance post-cn-7mz2d --ca-cert ca.crt --verification-cert verification.crt
  mqttca submit --bundle bundle.json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.bundle != "" {
				return a.submitBundle(cmd, o)
			}
			if err := require(cmd, "instance", "ca-cert", "verification-cert"); err != nil {
				return err
			}
			return a.submit(cmd, o)
		},
	}
	o.target.addFlags(cmd)
	addVerificationCert(cmd, &o.verification)
	addYes(cmd, &o.yes)
	cmd.Flags().StringVar(&o.bundle, "bundle", "", "file written by sign --bundle-out, - for standard input")
	a.addConnection(cmd)
	return cmd
}

func (a *app) submit(cmd *cobra.Command, o submitOptions) error {
	proof, err := await(cmd.Context(), func() (*pki.Proof, error) { return pki.LoadProof(o.caCert, o.verification, time.Now()) })
	if err != nil {
		return err
	}
	session, err := a.prepare(cmd, o.target, proof.CA)
	if err != nil {
		return err
	}
	return a.submitProof(cmd, session, o.target, proof)
}

// submitBundle submits the certificates of a bundle. The flags may repeat its values but not
// change them, because a witness has compared them.
func (a *app) submitBundle(cmd *cobra.Command, o submitOptions) error {
	for _, name := range []string{"ca-cert", "verification-cert"} {
		if cmd.Flags().Changed(name) {
			return usage("--%s and --bundle exclude each other", name)
		}
	}
	now := time.Now()
	b, err := await(cmd.Context(), func() (bundle, error) { return a.readBundle(o.bundle, now) })
	if err != nil {
		return err
	}
	if err := a.follow(b.Request, &o); err != nil {
		return err
	}
	session, err := a.prepare(cmd, o.target, b.proof.CA)
	if err != nil {
		return err
	}
	if b.Request.Endpoint != session.endpoint.String() {
		a.warn("the code was fetched from %s, but will be submitted to %s", b.Request.Endpoint, session.endpoint)
	}
	a.warnOfAge(b.Request, now)
	if err := a.confirmedByWitness(cmd, b.witnessed(), "", "sign", o.yes || o.dryRun || o.bundle == "-"); err != nil {
		return err
	}
	return a.submitProof(cmd, session, o.target, b.proof)
}

// follow takes instance, region and name from the request.
func (a *app) follow(r signingRequest, o *submitOptions) error {
	for _, setting := range []struct {
		what  string
		given *string
		said  string
	}{{"instance", &o.instance, r.InstanceID}, {"region", &a.region, string(r.Region)}, {"CA name", &o.name, string(r.CAName)}} {
		if *setting.given != "" && setting.said != "" && *setting.given != setting.said {
			return cannotRead("bundle "+o.bundle, fmt.Errorf("it is for the %s %q, not %q", setting.what, setting.said, *setting.given))
		}
		*setting.given = cmp.Or(*setting.given, setting.said)
	}
	return nil
}

func (a *app) submitProof(cmd *cobra.Command, session *session, t target, proof *pki.Proof) error {
	defer session.client.Close()
	a.warnOf(proof.CA)
	a.warnOfEach(proof.Warnings)
	ctx, cancel := a.withTimeout(cmd.Context(), t.wait)
	defer cancel()
	result, err := a.recorded(session, t, proof.CA).Submit(ctx, workflow.Submission{
		CA:           proof.CA,
		Verification: proof.Verification,
		Name:         t.caName(proof.CA),
		Wait:         t.wait,
		DryRun:       t.dryRun,
	})
	if err := a.conclude(cmd, session, t, proof.CA, result, err); err != nil {
		return err
	}
	a.noteNext(session, t)
	return nil
}
