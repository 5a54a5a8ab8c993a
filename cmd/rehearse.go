package cmd

import (
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/api/broker"
	"mqttca/api/credentials"
	"mqttca/api/emulator"
	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
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
		Short: "Try a registration with the emulated service",
		Long: `Run a whole registration with the emulated service in this program, over HTTPS on a loopback
address, then connect to its broker with a device certificate of the CA. Nothing leaves this
machine, and no account is needed.

With --ca-cert and --ca-key, rehearse tries your own CA: its key signs two certificates, which
are discarded. Without them, rehearse makes a CA in memory.`,
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
	a.addRequests(cmd.Flags(), "3m")
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
		a.warn("the key of CA %q will sign two certificates, which are discarded", authority.CA.Subject())
	}
	order := registerOptions{target: target{instance: emulatedInstance, wait: defaultWait}, validity: pki.DefaultValidity}
	result, err := a.registerAuthority(cmd, session, authority, order)
	if err != nil {
		return a.conclude(cmd, session, order.target, authority.CA, result, err)
	}
	document := rehearsalDocument{receipt: session.receipt(order.target, authority.CA, result, nil)}
	connecting := a.openRehearsal(endpoint, server.RootPEM) // which has its own requests
	defer connecting.client.Close()
	if document.DeviceConnection, err = a.rehearseConnection(cmd, service, connecting, authority); err != nil {
		return err
	}
	err = a.print(document, a.shown.Layout(document.plain))
	if err == nil {
		a.note("this was a rehearsal: nothing is registered with Alibaba Cloud, and nothing is left on this machine; run 'mqttca register' to register a CA")
	}
	return err
}

// A rehearsalDocument is a receipt with one field more.
type rehearsalDocument struct {
	receipt
	DeviceConnection *connectDocument `json:"device_connection"` // null if the emulated broker cannot read the CA
}

func (d rehearsalDocument) plain(p *terminal.Sheet) error {
	err := d.receipt.plain(p)
	if d.DeviceConnection != nil {
		fmt.Fprintln(p)
		err = d.DeviceConnection.show(p, nil)
	}
	return err
}

// rehearseConnection has a device with a certificate of the CA connect to the emulated broker,
// which can verify it only if crypto/x509 parses it.
func (a *app) rehearseConnection(cmd *cobra.Command, service *emulator.Service, session *session, authority *pki.Authority) (document *connectDocument, err error) {
	if _, err := x509.ParseCertificate(authority.Certificate.Raw); err != nil {
		a.warn("the rehearsal does not connect a device: the emulated broker cannot parse the CA certificate (%s)", err)
		return nil, nil
	}
	server, err := emulator.ListenBroker("127.0.0.1:0", service)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	c := &connection{app: a, cmd: cmd, session: session, at: a.instance(session, emulatedInstance), authority: authority,
		o: connectOptions{instance: emulatedInstance, group: emulator.DefaultGroup, deviceID: newDeviceID(), wait: defaultWait, yes: true}}
	c.clientID = c.o.group + "@@@" + c.o.deviceID
	if c.broker, err = broker.Parse(server.Address, emulatedInstance); err == nil {
		err = c.broker.Trust(server.RootPEM)
	}
	if err == nil {
		err = c.run()
	}
	var failed *failure
	switch {
	case is[*broker.Error](err): // the vendor's broker may judge otherwise
		failed = new(describe(cmd, err))
		a.warn("the registration succeeded, but the device could not connect: %s", failed.Message)
	case err != nil:
		return nil, err
	}
	return new(c.describe(workflow.Connected, err, failed)), nil
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
