package cmd

import (
	"crypto/x509"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/api/credentials"
	"mqttca/api/emulator"
	"mqttca/pki"
)

type rehearseOptions struct {
	keyFlags
	caCert string
}

func newRehearse(a *app) *cobra.Command {
	var o rehearseOptions
	cmd := &cobra.Command{
		Use:   "rehearse",
		Short: "Try a registration against an embedded service",
		Long: `Run a whole registration against a service that is embedded in this program, over
HTTPS on a loopback address. Nothing leaves this machine, and no account is needed.

With --ca-key and --ca-cert it tries your own CA: its key signs one certificate, which
is thrown away. Without, it makes a CA in memory.`,
		Example: `  mqttca rehearse
  mqttca rehearse --ca-cert ca.crt --ca-key ca.key`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.caKey == "" && (o.caCert != "" || o.passwordFile != "") {
				return usage("--ca-key missing")
			}
			return a.rehearse(cmd, o)
		},
	}
	addCACert(cmd, &o.caCert)
	o.keyFlags.addFlags(cmd)
	a.addRequests(cmd.Flags())
	return cmd
}

func (a *app) rehearse(cmd *cobra.Command, o rehearseOptions) (err error) {
	service, err := emulator.New(emulatorOptions())
	if err != nil {
		return err
	}
	server, err := emulator.Listen("127.0.0.1:0", true, service)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	endpoint, err := api.ParseEndpoint(server.URL)
	a.headFor(endpoint, err)
	authority, err := a.rehearsalAuthority(cmd, o)
	if err != nil {
		return err
	}
	defer authority.Close()
	session := a.openRehearsal(endpoint, server.RootPEM)
	defer session.client.Close()
	if o.caKey != "" {
		a.warn("the key of CA %q will sign one certificate, which is thrown away", authority.CA.Subject())
	}
	err = a.registerAuthority(cmd, session, authority, registerOptions{
		target:   target{instance: emulatedInstance, wait: defaultWait},
		validity: pki.DefaultValidity,
	})
	if err == nil {
		a.note("this was a rehearsal, and nothing of it is left; 'mqttca register' does it with the real service")
	}
	return err
}

func (a *app) rehearsalAuthority(cmd *cobra.Command, o rehearseOptions) (*pki.Authority, error) {
	if o.caKey == "" {
		return pki.NewThrowawayAuthority(time.Now())
	}
	return a.loadAuthority(cmd, o.caCert, o.keyFlags)
}

// openRehearsal trusts the server's own root, in this one client.
func (a *app) openRehearsal(endpoint api.Endpoint, root []byte) *session {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(root)
	a.announce()
	return a.open(api.Config{
		Endpoint:    endpoint,
		Credentials: credentials.Credentials{AccessKeyID: emulatedKeyID, AccessKeySecret: emulatedKeySecret},
		Roots:       roots,
	})
}
