package cmd

import (
	"fmt"

	"github.com/spf13/cobra"

	"mqttca/cmd/manifest"
	"mqttca/cmd/terminal"
	"mqttca/pki"
)

// A fleetCheckDocument is the result of check --file.
type fleetCheckDocument struct {
	Format   string           `json:"format"`
	File     string           `json:"file"` // the manifest
	CAs      []*checkDocument `json:"cas"`
	Errors   int              `json:"errors"` // of all CAs; errors of a CA that no instance wants active do not fail the check
	Warnings int              `json:"warnings"`
}

// checkFleet checks every CA of a manifest, and with --keys its key.
func (a *app) checkFleet(cmd *cobra.Command, f fleetFlags, strict bool) error {
	m, err := a.readManifest(cmd.Context(), f)
	if err != nil {
		return err
	}
	d, unfit, reports := fleetCheckDocument{Format: formatOf("check-fleet"), File: f.file, CAs: []*checkDocument{}}, false, map[string]*checkDocument{}
	err = a.eachCA(m, f, func(ca manifest.CA, k keyFlags) (err error) {
		reports[ca.ID.Value], _, err = a.examine(cmd, k, pki.Sources{CA: ca.Certificate.Value, Key: k.caKey})
		return err
	})
	if err != nil {
		return err
	}
	for _, ca := range m.CAs {
		report := reports[ca.ID.Value]
		d.CAs, d.Errors, d.Warnings = append(d.CAs, report), d.Errors+report.Errors, d.Warnings+report.Warnings
		unfit = unfit || m.Wants(ca, manifest.Active) && report.unfit || strict && report.Warnings > 0
	}
	if err := a.print(d, a.shown.Layout(d.plain)); err != nil || !unfit {
		return err
	}
	return &verdictError{fmt.Sprintf("the check of %s ended with %s and %s", f.file, plural(d.Errors, "error"), plural(d.Warnings, "warning"))}
}

func (d fleetCheckDocument) plain(p *terminal.Sheet) error {
	for n, report := range d.CAs {
		if n > 0 {
			p.Line()
		}
		if err := report.plain(p); err != nil {
			return err
		}
	}
	return nil
}
