package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"mqttca/cmd/manifest"
	"mqttca/cmd/terminal"
	"mqttca/pki"
)

// fleetFlags name the manifest of a fleet, and how far it is trusted.
type fleetFlags struct {
	file    string
	outside bool
	keys    bool

	toRegister bool // open only the keys of CAs that may be registered
}

func (f *fleetFlags) addFlags(cmd *cobra.Command, file string) {
	cmd.Flags().StringVarP(&f.file, "file", "f", file, "file with the manifest of a fleet, - for standard input")
	if !f.toRegister {
		cmd.Flags().BoolVar(&f.keys, "keys", false, "also open the keys in the manifest, and check each against its CA")
	}
	cmd.Flags().BoolVar(&f.outside, "allow-outside", false, "allow paths in the manifest that are outside its folder")
}

func (a *app) readManifest(ctx context.Context, f fleetFlags) (*manifest.Manifest, error) {
	if err := checkRegular(f.file); err != nil {
		return nil, err
	}
	text, err := await(ctx, func() (string, error) { return a.read(f.file, documentSize) })
	if err != nil {
		return nil, err
	}
	return a.parseManifest(text, f)
}

func (a *app) parseManifest(text string, f fleetFlags) (*manifest.Manifest, error) {
	wait := duration{value: new(time.Duration)}
	validity := duration{value: new(time.Duration), least: minValidity}
	m, problems := manifest.Read(text, manifest.Options{File: f.file, AllowOutside: f.outside, Wait: wait.Set, Validity: validity.Set})
	return m, a.report(f.file, problems)
}

// eachCA does work on each CA of a manifest, and with --keys once more with its key. It goes on
// after an error, and fails with all of them.
func (a *app) eachCA(m *manifest.Manifest, f fleetFlags, do func(manifest.CA, keyFlags) error) error {
	var problems []manifest.Problem
	for _, ca := range m.CAs {
		at, err := ca.Certificate, do(ca, keyFlags{})
		if err == nil && f.keys && ca.Key.Value != "" {
			at, err = ca.Key, do(ca, keyFlags{caKey: ca.Key.Value, passwordFile: ca.KeyPasswordFile.Value})
		}
		if errors.Is(err, context.Canceled) {
			return err
		} else if err != nil {
			problems = append(problems, manifest.Problem{File: f.file, At: at, Err: err})
		}
	}
	return a.report(f.file, problems)
}

// A fleet is a manifest with everything opened for it. CAs and keys are by the names of the CAs.
type fleet struct {
	*manifest.Manifest
	cas      map[string]*pki.CA
	keys     map[string]*pki.Authority // with --keys
	sessions []*session
}

func (f *fleet) close() {
	for _, authority := range f.keys {
		authority.Close()
	}
	for _, session := range f.sessions {
		session.client.Close()
	}
}

// loadFleet reads and checks a manifest and the certificates of its CAs. It checks a CA only if it
// should be active: an expired one can be deactivated, too.
func (a *app) loadFleet(cmd *cobra.Command, flags fleetFlags) (*fleet, error) {
	m, err := a.readManifest(cmd.Context(), flags)
	if err != nil {
		return nil, err
	}
	f, names := &fleet{Manifest: m, cas: map[string]*pki.CA{}, keys: map[string]*pki.Authority{}}, map[string]string{} // by the SHA-256 of the certificate
	err = a.eachCA(m, flags, func(ca manifest.CA, k keyFlags) error {
		switch {
		case k.caKey != "" && flags.toRegister && !m.Wants(ca, manifest.Active):
			return nil
		case k.caKey != "":
			authority, err := a.loadAuthority(cmd, ca.Certificate.Value, k)
			if err == nil {
				f.keys[ca.ID.Value] = authority
			}
			return err
		}
		read, err := await(cmd.Context(), func() (*pki.CA, error) {
			if m.Wants(ca, manifest.Active) {
				return pki.LoadCA(ca.Certificate.Value, time.Now())
			}
			return pki.ReadCA(ca.Certificate.Value)
		})
		if err != nil {
			return err
		}
		if first := names[read.SHA256()]; first != "" {
			return fmt.Errorf("CA %s has the certificate of CA %s", ca.ID.Value, first)
		}
		f.cas[ca.ID.Value], names[read.SHA256()] = read, ca.ID.Value
		a.warnOf(read)
		return nil
	})
	if err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

// report is the error about the problems of a manifest; it prints them if there are several.
func (a *app) report(file string, problems []manifest.Problem) error {
	switch len(problems) {
	case 0:
		return nil
	case 1:
		return problems[0]
	}
	for _, p := range problems {
		a.say("problem", "error: ", terminal.Alarm, sentence(redacted(p.Error())))
	}
	return manifest.Problem{File: file, Err: fmt.Errorf("the manifest has %d problems", len(problems))}
}
