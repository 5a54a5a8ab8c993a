package cmd

import (
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mqttca/pki"
)

// keyFlags name the CA key and the means to open it.
type keyFlags struct {
	caKey        string
	passwordFile string
	device       bool // it is the key of a device
}

func (k *keyFlags) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&k.caKey, "ca-key", "", "file with the CA key (PEM or PKCS#12), or pkcs11 URI of a key in an HSM")
	k.addPassword(cmd, "CA key")
}

func (k *keyFlags) addPassword(cmd *cobra.Command, of string) {
	cmd.Flags().StringVar(&k.passwordFile, "key-password-file", "",
		"file with the password or PIN of the "+of+", - for standard input (or "+envKeyPassword+")")
}

// requireCA is require for a CA and its key. A PKCS#12 file has both, but is known as such only
// once it is read.
func requireCA(cmd *cobra.Command, caCert string, k keyFlags, others ...string) error {
	if caCert == "" && k.caKey == "" {
		others = append(others, "ca-cert")
	}
	return require(cmd, append(others, "ca-key")...)
}

// loadAuthority opens the key, and asks for a password if the key needs one. The caller
// closes the authority.
func (a *app) loadAuthority(cmd *cobra.Command, caCert string, k keyFlags) (*pki.Authority, error) {
	authority, err := withPassword(a, cmd, k, func(password pki.Password) (*pki.Authority, error) {
		return pki.LoadAuthority(caCert, k.caKey, password, time.Now())
	})
	if err != nil {
		return nil, err
	}
	a.warnOfEach(authority.KeyWarnings)
	return authority, nil
}

// withPassword does work that may need the password of the key.
func withPassword[T any](a *app, cmd *cobra.Command, k keyFlags, do func(pki.Password) (T, error)) (T, error) {
	of := "CA"
	if k.device {
		of = "device"
	}
	flags := "--" + strings.ToLower(of)
	asker := &passwordAsker{console: &a.console, file: k.passwordFile}
	value, err := await(cmd.Context(), func() (T, error) { return do(a.keyring.once(asker.password)) })
	a.keyring.ended(err)
	switch {
	case errors.Is(err, errInterrupted):
		asker.abandon()
	case errors.Is(err, pki.ErrNoCertificate) && pki.InToken(k.caKey):
		return value, usage("%s-cert missing: the token has no certificate of the %s key", flags, of)
	case errors.Is(err, pki.ErrNoCertificate):
		return value, usage("%s-cert missing: only a PKCS#12 file has the %s certificate with the key", flags, of)
	}
	if err != nil && pinValue().MatchString(k.caKey) {
		a.warn("the PIN in the URI of %s-key could be read by every user of this machine; name a file with the PIN by pin-source, or leave the PIN out: mqttca then asks", flags)
	}
	return value, err
}

// warnOf prints the findings on a CA that do not prevent its registration.
func (c *console) warnOf(ca *pki.CA) {
	for _, finding := range ca.Warnings {
		c.warn("CA %q: %s; %s", ca.Subject(), finding.Message, finding.Advice)
	}
}

// warnOfEach prints findings on objects better known by their files.
func (c *console) warnOfEach(findings []pki.Finding) {
	for _, finding := range findings {
		c.warn("%s: %s; %s", finding.Object, finding.Message, finding.Advice)
	}
}
