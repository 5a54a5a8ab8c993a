package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/api/broker"
	"mqttca/api/credentials"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// A connection is one run of connect, and the end of a rehearsal.
type connection struct {
	*app
	o         connectOptions
	cmd       *cobra.Command
	session   *session
	at        workflow.Instance
	broker    broker.Broker
	clientID  string
	secret    credentials.Secret
	authority *pki.Authority // signs a certificate for this run; nil for an existing device
	device    *pki.Device
	standing  workflow.Standing // before
	reached   workflow.Connection
	after     *api.DeviceCertificate // as the list shows it; nil if it was not looked for, or is not there
	removed   bool
}

func (a *app) connectDevice(cmd *cobra.Command, o connectOptions) (err error) {
	c := &connection{app: a, o: o, cmd: cmd}
	if _, err := await(cmd.Context(), func() (any, error) { return nil, c.prepare() }); err != nil {
		return err
	}
	defer c.session.client.Close()
	if o.caKey != "" {
		if c.authority, err = a.loadAuthority(cmd, o.caCert, keyFlags{caKey: o.caKey, passwordFile: o.key.passwordFile}); err != nil {
			return err
		}
		defer c.authority.Close()
		return c.conclude(c.run())
	}
	c.device, err = withPassword(a, cmd, o.key, func(password pki.Password) (*pki.Device, error) {
		return pki.LoadDevice(o.cert, o.key.caKey, password, time.Now())
	})
	if err != nil {
		return err
	}
	defer c.device.Close()
	c.warnOfEach(c.device.KeyWarnings)
	return c.conclude(c.run())
}

// prepare checks everything local but the key. It sends nothing.
func (c *connection) prepare() (err error) {
	if c.clientID, err = broker.ClientID(c.o.group, c.o.deviceID); err != nil {
		return misuse(err)
	}
	if c.broker, err = c.o.broker.find(c.app, c.o.instance); err != nil {
		return err
	}
	if c.secret, err = c.o.login.secret(&c.console, c.broker); err != nil {
		return err
	}
	if err = cmp.Or(c.canAgree(c.o.yes || c.o.caKey == ""), c.checkReceipts(c.o.receipt, c.o.instance, "", nil)); err != nil {
		return err
	}
	// Without credentials, connect does not read lists, if nothing else needs credentials.
	_, err = credentials.Find(c.search())
	if missing, ok := errors.AsType[*credentials.Error](err); ok && missing.Kind == credentials.Missing && c.o.caKey == "" && !c.o.login.needsKey() {
		c.session = c.open(api.Config{})
	} else if c.session, err = c.app.connect(c.cmd); err != nil {
		return err
	}
	c.at = c.instance(c.session, c.o.instance)
	return nil
}

// lists reports whether the lists of the instance can be read.
func (c *connection) lists() bool { return c.session.credentials != nil }

// run connects as a device, and reads the lists before and after.
func (c *connection) run() error {
	if c.cmd.Flags().Changed("device-id") {
		c.warn("if a device is connected as %s, the broker will disconnect it", c.clientID)
	}
	login, err := c.look()
	if err == nil {
		err = c.keep(c.session, c.o.receipt, c.describe(workflow.Connecting, nil, nil))
	}
	if err != nil {
		return err
	}
	ctx, cancel := c.withTimeout(c.cmd.Context(), c.o.wait)
	defer cancel()
	c.reached, err = c.at.Connect(ctx, c.broker, broker.Device{Chain: c.device.Chain, Signer: c.device.Signer}, login)
	if c.lists() {
		err = c.settle(ctx, err)
	}
	if c.authority != nil && !c.o.keep {
		err = c.remove(err)
	}
	return err
}

// look finds the CA and the registration of the device, or makes a device. It makes the login, too,
// which may take a request.
func (c *connection) look() (login broker.Login, err error) {
	ctx, cancel := c.withTimeout(c.cmd.Context(), 0)
	defer cancel()
	login, err = c.o.login.login(ctx, c.session.credentials, c.clientID, c.o.instance, c.secret)
	switch {
	case err != nil:
		return login, err
	case c.authority == nil && c.lists():
		c.standing, err = c.at.Standing(ctx, c.device.Certificate)
	case c.authority != nil:
		result, err := c.at.Confirm(ctx, c.authority.CA, 0)
		if err != nil {
			return login, err
		}
		c.standing.CA = result.Listed
		return login, c.makeDevice()
	}
	return login, err
}

// makeDevice has the CA sign a device certificate, and shows it before it is used.
func (c *connection) makeDevice() error {
	if !c.o.yes {
		question := fmt.Sprintf("sign a certificate for device %s, valid for an hour, with the key of CA %q, and connect with it to %s? Type yes to confirm: ",
			c.o.deviceID, c.authority.CA.Subject(), c.broker)
		if err := c.askYes(c.cmd.Context(), question, errNotConfirmed); err != nil {
			return err
		}
	}
	key, err := pki.NewDeviceKey(c.authority.CA)
	if err != nil {
		return err
	}
	certificate, err := c.authority.IssueDevice(pki.Template{
		Code: c.o.deviceID, PublicKey: key.Public(), SerialNumber: pki.NewSerialNumber(), Now: c.session.now(), Validity: pki.DeviceValidity})
	if err != nil {
		return err
	}
	c.device = &pki.Device{Certificate: certificate, Chain: [][]byte{certificate.Raw, c.authority.Certificate.Raw}, Signer: key}
	var made deviceDocument
	made.describe(&pki.CA{Certificate: certificate})
	c.note("device certificate of this run:")
	if c.json {
		c.warn("the device certificate of this run has the serial number %s and the SHA-256 %s", made.SerialNumber, made.SHA256)
	}
	c.noteFields(made.identity(""))
	return nil
}

// settle finds the device in the list if it connected, else the reason why it did not.
func (c *connection) settle(ctx context.Context, err error) error {
	if err != nil {
		return c.at.Diagnose(ctx, err, c.standing, c.device.Certificate, c.o.group, c.session.now())
	}
	if c.standing.CA == nil {
		return nil
	}
	if c.after, err = c.at.AwaitDevice(ctx, c.standing.CA, c.device.Certificate, c.o.wait); err != nil {
		err = fmt.Errorf("device %s connected to broker %s, but: %w", c.clientID, c.broker, err)
	}
	return err
}

// removalTime bounds the removal of the run's own device certificate, also after an interrupt.
const removalTime = 15 * time.Second

// remove removes the device certificate of this run, if the broker asked for it.
func (c *connection) remove(err error) error {
	if !c.reached.Asks {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.cmd.Context()), removalTime)
	defer cancel()
	if c.cmd.Context().Err() != nil {
		c.warn("interrupted: the device certificate (serial number %s) will be removed, within %s; another interrupt leaves it registered", pki.SerialNumber(c.device.Certificate), removalTime)
	}
	c.removed, err = c.at.Remove(ctx, workflow.Standing{CA: c.standing.CA, Device: c.after}, c.device.Certificate, err)
	return err
}

// conclude ends a run: it closes the receipt, and prints the result of each step, also if one
// failed.
func (c *connection) conclude(err error) error {
	if !is[*broker.Error](err) && len(c.reached.Addresses) == 0 { // no step of the connection ran
		return err
	}
	var failed *failure
	if err != nil {
		failed = new(describe(c.cmd, err))
		err = &describedError{err, *failed}
	}
	document := c.describe(workflow.Connected, err, failed)
	lost := c.keep(c.session, c.o.receipt, document)
	if lost != nil {
		c.warn("the receipt could not be written: %s", lost)
	} else if c.o.receipt != "" {
		c.note("wrote the receipt %s", c.session.kept)
	}
	lost = cmp.Or(c.print(document, c.shown.Layout(document.plain)), lost)
	return cmp.Or(err, orDone(lost, document.Outcome, workflow.DeviceReference{Certificate: c.device.Certificate}, "connected"))
}
