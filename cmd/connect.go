package cmd

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/spf13/cobra"
)

type connectOptions struct {
	instance  string
	group     string
	deviceID  string
	cert      string   // of the device
	key       keyFlags // of the device
	caCert    string
	caKey     string // makes a device for this run
	broker    brokerFlags
	login     loginFlags
	wait      time.Duration
	receipt   string
	keep, yes bool
}

func newConnect(a *app) *cobra.Command {
	o := connectOptions{deviceID: newDeviceID(), key: keyFlags{device: true}}
	cmd := &cobra.Command{
		Use:   "connect",
		Short: "Connect to the broker as a device, to test whether devices can connect",
		Long: `Connect to the broker of an instance with a device certificate, as a device does, and print the
result of each step: name, TCP, TLS, CONNECT, and the registration of the device certificate,
which the broker adds to the instance's list when its device first connects. connect publishes
and subscribes nothing. It sends CONNECT, and with it a password, only after it has verified the
broker's certificate and the broker has asked for the device's.

With --device-cert and --device-key, an existing device connects; without credentials, connect
does not read the instance's list. With --ca-cert and --ca-key, the CA signs a device certificate
for this run, valid for an hour; its key stays in memory, and connect deactivates and deletes
the certificate afterwards, unless --keep is given.

User name and password are made from an AccessKey (mode Signature) unless you give another mode.
The client ID is GROUP@@@DEVICE-ID, and the group has to exist. If a device is connected under
this client ID, the broker disconnects it. 'mqttca help device-certificates' has more.`,
		Example: `  mqttca connect --instance post-cn-7mz2d --group GID_devices --ca-cert ca.crt --ca-key ca.key --yes
  mqttca connect --instance post-cn-7mz2d --group GID_devices --device-cert d.crt --device-key d.key`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(cmd); err != nil {
				return err
			}
			return a.connectDevice(cmd, o)
		},
	}
	o.addFlags(cmd)
	a.addConnection(cmd)
	return cmd
}

// newDeviceID returns a device id unlikely to be in use.
func newDeviceID() string { return fmt.Sprintf("mqttca-%08x", rand.Uint32()) }

func (o *connectOptions) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	addInstance(cmd, &o.instance)
	flags.StringVar(&o.group, "group", "", "group of the device on the instance, such as GID_devices")
	flags.StringVar(&o.deviceID, "device-id", o.deviceID, "name of the device, the second half of its client ID (default mqttca- and 8 random digits)")
	flags.Lookup("device-id").DefValue = "" // differs from run to run
	flags.StringVar(&o.cert, "device-cert", "", "file with the device certificate (PEM or DER), and its chain if it has one")
	flags.StringVar(&o.key.caKey, "device-key", "", "file with the device key (PEM or PKCS#12), or pkcs11 URI of a key in an HSM")
	addCACert(cmd, &o.caCert)
	flags.StringVar(&o.caKey, "ca-key", "", "file or pkcs11 URI of the CA key, which signs a device certificate for this run")
	o.key.addPassword(cmd, "device or CA key")
	o.broker.addFlags(cmd)
	o.login.addFlags(cmd)
	addWait(cmd, &o.wait)
	flags.StringVar(&o.receipt, "receipt", "", "file to write a receipt of the run to, as JSON")
	flags.BoolVar(&o.keep, "keep", false, "keep the device certificate of this run registered")
	flags.BoolVar(&o.yes, "yes", false, "do not ask before the CA key signs")
}

// check refuses flags that exclude each other.
func (o connectOptions) check(cmd *cobra.Command) error {
	throwaway := o.caKey != "" || o.caCert != ""
	switch {
	case throwaway && (o.cert != "" || o.key.caKey != ""):
		return usage("give --ca-cert and --ca-key for a device of this run, or --device-cert and --device-key for an existing one")
	case throwaway:
		return requireCA(cmd, o.caCert, keyFlags{caKey: o.caKey}, "instance", "group")
	case o.key.caKey == "" && o.cert != "":
		return usage("--device-key missing")
	case o.key.caKey == "":
		return usage("--device-cert and --device-key missing, or --ca-cert and --ca-key for a device of this run")
	case o.key.passwordFile == "-" && (o.login.passwordFile == "-" || o.login.tokenFile == "-"):
		return usage("standard input holds one password: name a file for the other")
	case o.keep:
		return usage("--keep needs --ca-key: the certificate of an existing device always stays registered")
	}
	return require(cmd, "instance", "group")
}
