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
		Long: `Check a CA certificate and, if they are given, its key and a verification certificate made
elsewhere. A finding says what is wrong, what it means for the service, what to do, and where
the rule comes from. register, sign and submit refuse by the same rules.

Without --online no network is used. check never changes anything. A key in an HSM signs
random data once, to prove that it belongs to the certificate. If a file has several
certificates, the one of the key is checked. Without --code, a verification certificate
may have any code.

With --online the way to the service is checked, too: credentials, endpoint, TLS, clock,
the permission to list, whether the CA is there, which account the credentials belong to,
and whether that account has the instance in the region. It lists the CAs and the instances,
and asks STS. It fetches no code; checks that need a change are marked as not tried.
It looks at the broker's door, too, for 5 seconds: name, TCP, TLS, and whether it asks for a
client certificate (mutual TLS). The door changes the exit code only with --require-broker.

With --file it checks every CA in the manifest of a fleet, and with --keys their keys.

Exit 0 with warnings at most, 3 with errors; with --strict also with warnings. If the
way to the service fails, the exit code is the one of a registration that fails there.`,
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
	cmd.Flags().StringVar(&o.code, "code", "", "the registration code expected in the verification certificate")
	cmd.Flags().BoolVar(&o.online, "online", false, "check the way to the service, too")
	addInstance(cmd, &o.instance)
	o.broker.addFlags(cmd)
	cmd.Flags().BoolVar(&o.requireBroker, "require-broker", false, "fail if the broker cannot be reached, or does not ask for a client certificate")
	cmd.Flags().BoolVar(&o.strict, "strict", false, "exit 3 with warnings, too")
	a.addConnection(cmd)
	return cmd
}

func (o checkOptions) check(cmd *cobra.Command) error {
	given := o
	given.fleet, given.strict = fleetFlags{}, false
	switch {
	case o.fleet.file != "" && given != (checkOptions{}):
		return usage("--file takes --keys, --allow-outside and --strict only: the manifest has the rest")
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
