package cmd

import (
	"cmp"
	"time"

	"github.com/spf13/cobra"

	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// A target is common to register and submit: a CA, and the instance to register it with.
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
	addWait(cmd, &t.wait)
	cmd.Flags().StringVar(&t.receipt, "receipt", "", "file to keep the receipt of the registration in, as JSON")
	cmd.Flags().BoolVar(&t.dryRun, "dry-run", false, "check everything and list the CAs, but change nothing: say what would be done")
}

// caName is the name of the CA at the service.
func (t target) caName(ca *pki.CA) string { return cmp.Or(t.name, ca.DefaultName()) }

// prepare makes the session, after all local checks.
func (a *app) prepare(cmd *cobra.Command, t target, ca *pki.CA) (*session, error) {
	if t.dryRun && t.receipt != "" {
		return nil, usage("--dry-run and --receipt exclude each other: without a change there is no receipt")
	}
	if err := a.checkReceipts(t.receipt, t.instance, ca.SHA256(), nil); err != nil {
		return nil, err
	}
	return a.connect(cmd)
}

// noteNext prints the next step after a registration.
func (a *app) noteNext(s *session, t target) {
	const test = "run 'mqttca connect' to test whether a device of the CA can connect"
	switch {
	case t.dryRun:
	case !s.endpoint.IsVendor():
		a.note("next: " + test)
	default:
		a.note("next: if mutual TLS of the instance is off, switch it on in the vendor's console: only then do devices connect with certificates; the switch restarts the broker and disconnects TLS devices without a certificate (port 8883); then " + test)
	}
}

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

// reference reads the certificate if one is given. It does not judge it: an expired CA can be
// looked at and deleted, too.
func (r registeredCA) reference(cmd *cobra.Command) (workflow.Reference, error) {
	if err := require(cmd, "instance"); err != nil {
		return workflow.Reference{}, err
	}
	switch {
	case r.caCert == "" && r.sn == "":
		return workflow.Reference{}, usage("--ca-cert or --sn missing")
	case r.caCert != "" && r.sn != "":
		return workflow.Reference{}, usage("--ca-cert and --sn exclude each other")
	case r.caCert == "" && !workflow.IsSerialNumber(r.sn):
		return workflow.Reference{}, usage("--sn is not a serial number: write hexadecimal digits, with or without colons")
	case r.caCert == "":
		return workflow.Reference{Sn: r.sn}, nil
	}
	ca, err := await(cmd.Context(), func() (*pki.CA, error) { return pki.ReadCA(r.caCert) })
	return workflow.Reference{CA: ca}, err
}

// A caOnInstance is a CA on an instance, for a command to work on.
type caOnInstance struct {
	cmd      *cobra.Command
	session  *session
	instance workflow.Instance
	ca       workflow.Reference
}

// withCA does the work of a command on a CA of an instance.
func (a *app) withCA(cmd *cobra.Command, r registeredCA, do func(*caOnInstance) error) error {
	ca, err := r.reference(cmd)
	if err != nil {
		return err
	}
	return a.withInstance(cmd, r.instance, func(m *caOnInstance) error {
		m.ca = ca
		return do(m)
	})
}

// withInstance does the work of a command on an instance: it connects, and closes the
// connection.
func (a *app) withInstance(cmd *cobra.Command, id string, do func(*caOnInstance) error) error {
	if err := require(cmd, "instance"); err != nil {
		return err
	}
	session, err := a.connect(cmd)
	if err != nil {
		return err
	}
	defer session.client.Close()
	return do(&caOnInstance{cmd: cmd, session: session, instance: a.instance(session, id)})
}
