package cmd

import (
	"time"

	"github.com/spf13/cobra"

	"mqttca/pki"
)

type checkOptions struct {
	keyFlags
	caCert       string
	verification string
	code         string
	strict       bool
	online       bool
	instance     string
	broker       brokerFlags
	fleet        fleetFlags

	requireBroker bool
}

func newCheck(a *app) *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check a CA certificate, and everything needed to register it",
		Long: `Check a CA certificate, and its key and a verification certificate if you give them. Each finding
says what is wrong, what it means for the service, what to do, and where the rule comes from.
register, sign and submit use the same rules. check changes nothing.

Without --online no network is used. A key in an HSM signs random data once, to prove that it
belongs to the certificate. If a file has several certificates, the one that belongs to the key is
checked. Without --code, a verification certificate may have any registration code.

--online also checks the way to the service: credentials, endpoint, TLS, clock, the permission to
list, whether the CA is registered, and whether the account of the credentials has the instance in
the region. For this it lists the CAs and the instances, and asks STS for the account. Steps that
would change something, such as fetching a code, are not tried. Then it connects to the broker, for
5 seconds at most, to see if the broker asks for a client certificate (mutual TLS). A problem with
the broker is a warning, or with --require-broker an error.

--file checks every CA in the manifest of a fleet, and with --keys their keys.

The exit code is 3 if there are errors, or with --strict also if there are warnings. If the way to
the service fails, register would end with the same exit code.`,
		Example: `  mqttca check --ca-cert ca.crt
  mqttca check --ca-cert ca.crt --ca-key ca.key --strict
  mqttca check --ca-key ca.p12 --key-password-file password.txt --json
  mqttca check --ca-cert ca.crt --verification-cert verification.crt
  mqttca check --ca-cert ca.crt --online --instance post-cn-7mz2d
  mqttca check --file mqttca.yaml --keys`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(cmd); err != nil {
				return err
			}
			if o.fleet.file != "" {
				return a.checkFleet(cmd, o.fleet, o.strict)
			}
			return a.check(cmd, o)
		},
	}
	addCACert(cmd, &o.caCert)
	o.keyFlags.addFlags(cmd)
	o.fleet.addFlags(cmd, "")
	addVerificationCert(cmd, &o.verification)
	cmd.Flags().StringVar(&o.code, "code", "", "registration code that the verification certificate must have")
	cmd.Flags().BoolVar(&o.online, "online", false, "also check the way to the service and the broker")
	addInstance(cmd, &o.instance)
	o.broker.addFlags(cmd)
	cmd.Flags().BoolVar(&o.requireBroker, "require-broker", false, "fail if the broker cannot be reached, or does not ask for a client certificate")
	cmd.Flags().BoolVar(&o.strict, "strict", false, "exit 3 also if there are only warnings")
	a.addConnection(cmd)
	return cmd
}

func (o checkOptions) check(cmd *cobra.Command) error {
	given := o
	given.fleet, given.strict = fleetFlags{}, false
	switch {
	case o.fleet.file != "" && given != (checkOptions{}):
		return usage("with --file, give only --keys, --allow-outside and --strict: the manifest has the rest")
	case o.fleet.file != "":
		return nil
	case o.fleet != (fleetFlags{}):
		return usage("--keys and --allow-outside need --file")
	case o.caCert == "" && o.caKey == "":
		return require(cmd, "ca-cert")
	case o.passwordFile != "" && o.caKey == "":
		return usage("--key-password-file needs --ca-key")
	case o.code != "" && o.verification == "":
		return usage("--code needs --verification-cert")
	case o.online && o.instance == "":
		return require(cmd, "instance")
	case o.instance != "" && !o.online:
		return usage("--instance needs --online")
	case o.requireBroker && !o.online:
		return usage("--require-broker needs --online")
	}
	return nil
}

func (a *app) check(cmd *cobra.Command, o checkOptions) error {
	if o.code != "" {
		if err := pki.CheckGivenCode(o.code); err != nil {
			return err
		}
	}
	report, ca, err := a.examine(cmd, o.keyFlags, pki.Sources{CA: o.caCert, Key: o.caKey, Verification: o.verification, Code: o.code})
	if err != nil {
		return err
	}
	var broken error
	if o.online {
		var way *onlineCheck
		if way, broken = a.online(cmd, o, ca); way == nil {
			return broken
		}
		report.addOnline(way)
	}
	if err := a.print(report, a.shown.Layout(report.plain)); err != nil {
		return err
	}
	return report.verdict(o.strict, broken)
}

// examine reports the findings on the given material.
func (a *app) examine(cmd *cobra.Command, k keyFlags, s pki.Sources) (*checkDocument, *pki.CA, error) {
	material, err := withPassword(a, cmd, k, func(password pki.Password) (*pki.Material, error) { return pki.ReadMaterial(s, password) })
	if err != nil {
		return nil, nil, err
	}
	defer material.Close()
	report := newCheckDocument(material, s.Verification)
	for _, finding := range material.Findings(time.Now()) {
		report.add(newFindingDocument(finding))
	}
	return report, &pki.CA{Certificate: material.Certificate}, nil
}
