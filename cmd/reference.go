package cmd

import (
	"github.com/spf13/cobra"

	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// A registeredCA says which CA of which instance is meant.
type registeredCA struct {
	instance string
	caCert   string
	sn       string
}

func (r *registeredCA) addFlags(cmd *cobra.Command) {
	addInstance(cmd, &r.instance)
	addCACert(cmd, &r.caCert)
	cmd.Flags().StringVar(&r.sn, "sn", "", "serial number of the CA, as list or openssl x509 shows it")
}

// reference reads the certificate, where one is given. It is not judged: also a CA that
// has expired can be looked at and deleted.
func (r registeredCA) reference(cmd *cobra.Command) (workflow.Reference, error) {
	if err := require(cmd, "instance"); err != nil {
		return workflow.Reference{}, err
	}
	switch {
	case r.caCert == "" && r.sn == "":
		return workflow.Reference{}, usage(cmd, "%s: --ca-cert or --sn missing", cmd.CommandPath())
	case r.caCert != "" && r.sn != "":
		return workflow.Reference{}, usage(cmd, "%s: --ca-cert and --sn exclude each other", cmd.CommandPath())
	case r.caCert == "" && !workflow.IsSerialNumber(r.sn):
		return workflow.Reference{}, usage(cmd, "%s: --sn is no serial number: it has hexadecimal digits, with colons or without", cmd.CommandPath())
	case r.caCert == "":
		return workflow.Reference{Sn: r.sn}, nil
	}
	ca, err := await(cmd.Context(), func() (*pki.CA, error) { return pki.ReadCA(r.caCert) })
	return workflow.Reference{CA: ca}, err
}

// withCA does something with a CA of an instance: it finds out which, connects, bounds the
// network work and closes the connection.
func (a *app) withCA(cmd *cobra.Command, r registeredCA, do func(*managed) error) error {
	ca, err := r.reference(cmd)
	if err != nil {
		return err
	}
	session, err := a.connect(cmd)
	if err != nil {
		return err
	}
	defer session.client.Close()
	return do(&managed{cmd, session, a.instance(session, r.instance), ca})
}

// A managed is a CA that a command works on.
type managed struct {
	cmd      *cobra.Command
	session  *session
	instance workflow.Instance
	ca       workflow.Reference
}
