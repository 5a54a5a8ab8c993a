package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"mqttca/cmd/manifest"
	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// fleetFlags say where the manifest of a fleet is, and how far it is trusted.
type fleetFlags struct {
	file    string
	outside bool
	keys    bool
}

func (f *fleetFlags) addFlags(cmd *cobra.Command, file string) {
	cmd.Flags().StringVarP(&f.file, "file", "f", file, "file with the manifest of a fleet, - for standard input")
	cmd.Flags().BoolVar(&f.keys, "keys", false, "open the keys in the manifest, too, and check each against its CA")
	cmd.Flags().BoolVar(&f.outside, "allow-outside", false, "allow paths in the manifest that leave its folder")
}

// A fleet is a manifest with the certificates of its CAs.
type fleet struct {
	*manifest.Manifest
	cas map[string]*pki.CA // by their names in the manifest
}

func (a *app) readManifest(ctx context.Context, f fleetFlags) (*manifest.Manifest, error) {
	text, err := await(ctx, func() (string, error) { return a.read(f.file, documentSize) })
	if err != nil {
		return nil, err
	}
	m, problems := manifest.Read(text, manifest.Options{File: f.file, AllowOutside: f.outside, Duration: func(text string) error {
		return duration{value: new(time.Duration)}.Set(text)
	}})
	return m, a.report(f.file, problems)
}

// loadFleet reads and checks the manifest, and then every certificate. It opens keys only with
// --keys. It fails with all problems that there are.
func (a *app) loadFleet(cmd *cobra.Command, f fleetFlags) (*fleet, error) {
	ctx := cmd.Context()
	m, err := a.readManifest(ctx, f)
	if err != nil {
		return nil, err
	}
	var problems []manifest.Problem
	loaded, names := &fleet{m, map[string]*pki.CA{}}, map[string]string{} // by the SHA-256 of the certificate
	for _, ca := range m.CAs {
		at := ca.Certificate
		read, err := await(ctx, func() (*pki.CA, error) { return loaded.read(ca) })
		if err == nil && names[read.SHA256()] != "" {
			err = fmt.Errorf("CA %s has the certificate of CA %s", ca.ID.Value, names[read.SHA256()])
		} else if err == nil && f.keys && ca.Key.Value != "" {
			at, err = ca.Key, a.tryKey(cmd, ca)
		}
		if errors.Is(err, context.Canceled) {
			return nil, err
		} else if err != nil {
			problems = append(problems, manifest.Problem{File: f.file, At: at, Err: err})
			continue
		}
		loaded.cas[ca.ID.Value], names[read.SHA256()] = read, ca.ID.Value
		a.warnOf(read)
	}
	return loaded, a.report(f.file, problems)
}

// read checks only a CA that should be active: one that has expired can be deactivated, too.
func (f *fleet) read(ca manifest.CA) (*pki.CA, error) {
	if f.Wants(ca, manifest.Active) {
		return pki.LoadCA(ca.Certificate.Value, time.Now())
	}
	return pki.ReadCA(ca.Certificate.Value)
}

// tryKey opens the key of a CA and checks that it is the CA's.
func (a *app) tryKey(cmd *cobra.Command, ca manifest.CA) error {
	authority, err := a.loadAuthority(cmd, ca.Certificate.Value, keyFlags{caKey: ca.Key.Value, passwordFile: ca.KeyPasswordFile.Value})
	if err != nil {
		return err
	}
	return authority.Close()
}

// wanted are the rows of an instance as the manifest has them.
func (f *fleet) wanted(i *manifest.Instance) (rows []workflow.Row) {
	for _, row := range i.CAs {
		rows = append(rows, workflow.Row{CA: f.cas[row.ID.Value], Active: row.State.Value == manifest.Active})
	}
	return rows
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
