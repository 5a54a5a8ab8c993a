package cmd

import (
	"time"

	"github.com/spf13/cobra"

	"mqttca/pki"
)

// The flags that several commands have, so that they read the same everywhere.

func addInstance(cmd *cobra.Command, value *string) {
	cmd.Flags().StringVar(value, "instance", "", "id of the instance, such as post-cn-7mz2d")
}

func addCACert(cmd *cobra.Command, value *string) {
	cmd.Flags().StringVar(value, "ca-cert", "", "file with the CA certificate (PEM or DER)")
}

func addVerificationCert(cmd *cobra.Command, value *string) {
	cmd.Flags().StringVar(value, "verification-cert", "", "file with the verification certificate (PEM or DER)")
}

func addWait(cmd *cobra.Command, value *time.Duration, shown string) {
	*value = defaultWait
	cmd.Flags().Var(duration{value}, "wait", "how long the list may take to show the CA as "+shown)
}

// minValidity leaves time to submit.
const minValidity = time.Minute

func requireValidity(cmd *cobra.Command, validity time.Duration) error {
	if validity < minValidity {
		return usage(cmd, "%s: --validity is at least %s", cmd.CommandPath(), minValidity)
	}
	return nil
}

func addValidity(cmd *cobra.Command, value *time.Duration) {
	*value = pki.DefaultValidity
	cmd.Flags().Var(duration{value}, "validity", "how long the verification certificate is valid")
}
