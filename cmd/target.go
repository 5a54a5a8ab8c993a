package cmd

import (
	"time"

	"github.com/spf13/cobra"

	"mqttca/pki"
)

// defaultWait is how long a registered CA may take to show as active.
const defaultWait = 60 * time.Second

// A target is what register and submit have in common: which CA to bring where.
type target struct {
	instance string
	caCert   string
	name     string
	wait     time.Duration
	receipt  string
	dryRun   bool
}

func (t *target) addFlags(cmd *cobra.Command) {
	addInstance(cmd, &t.instance)
	addCACert(cmd, &t.caCert)
	cmd.Flags().StringVar(&t.name, "name", "", "name of the CA at the service (default its common name)")
	addWait(cmd, &t.wait, "active")
	cmd.Flags().StringVar(&t.receipt, "receipt", "", "file to keep the receipt of the registration in, as JSON")
	cmd.Flags().BoolVar(&t.dryRun, "dry-run", false, "check and look only, and say what would be done")
}

// caName is what the service is asked to call the CA.
func (t target) caName(ca *pki.CA) string { return firstOf(t.name, ca.DefaultName()) }

// prepare makes the session, once all that is local has been checked.
func (a *app) prepare(cmd *cobra.Command, t target, ca *pki.CA) (*session, error) {
	if t.dryRun && t.receipt != "" {
		return nil, usage(cmd, "%s: --dry-run leaves nothing for --receipt to attest", cmd.CommandPath())
	}
	if err := checkReceipt(t.receipt, t.instance, ca); err != nil {
		return nil, err
	}
	return a.connect(cmd)
}

// noteNext says what a registration alone does not do.
func (a *app) noteNext(t target) {
	if !t.dryRun {
		a.note("next: letting devices in by certificate (mutual TLS) is a setting of the instance; switching it restarts the broker")
	}
}
