package cmd

import (
	"context"
	"errors"
	"fmt"

	"mqttca/cmd/terminal"

	"mqttca/pki"
)

// A checkDocument is the result of check.
type checkDocument struct {
	CA           examinedDocument     `json:"ca"`
	Pair         pairDocument         `json:"pair"`
	Verification verificationDocument `json:"verification"`
	Findings     []findingDocument    `json:"findings"`
	Online       []probeDocument      `json:"online"`
	Errors       int                  `json:"errors"`
	Warnings     int                  `json:"warnings"`

	unfit bool // a finding is an error, so that the loaders refuse
}

func newCheckDocument(material *pki.Material, verification string) *checkDocument {
	report := &checkDocument{
		CA:       newExaminedDocument(material.Path(), material.Certificate),
		Pair:     pairDocument{material.KeyPlace(), material.KeyKind()},
		Findings: []findingDocument{},
		Online:   []probeDocument{},
	}
	if material.Verification != nil {
		report.Verification = verificationDocument{newExaminedDocument(verification, material.Verification), pki.CodeOf(material.Verification)}
	}
	return report
}

func (d *checkDocument) add(finding findingDocument) {
	d.Findings = append(d.Findings, finding)
	if finding.Severity == pki.Fault.String() {
		d.Errors++
		d.unfit = true
	} else {
		d.Warnings++
	}
}

func (d *checkDocument) addOnline(probes []probeDocument) {
	d.Online = probes
	for _, p := range probes {
		switch p.State {
		case stateError:
			d.Errors++
		case stateWarning:
			d.Warnings++
		}
	}
}

// counts says how many findings there are: "1 error and 2 warnings".
func (d *checkDocument) counts() string {
	switch {
	case d.Warnings == 0:
		return plural(d.Errors, "error")
	case d.Errors == 0:
		return plural(d.Warnings, "warning")
	}
	return plural(d.Errors, "error") + " and " + plural(d.Warnings, "warning")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// verdict is the error of a check that found what it should not have: what the loaders
// refuse, then what is broken on the way to the service, then with strict any warning.
func (d *checkDocument) verdict(strict bool, broken error) error {
	if broken != nil && (!d.unfit || errors.Is(broken, context.Canceled)) {
		return broken
	}
	if d.unfit || strict && d.Warnings > 0 {
		return &verdictError{"the check of CA certificate " + d.CA.File + " ended with " + d.counts()}
	}
	return nil
}

// A verdictError says that a check found something. What it found has been printed.
type verdictError struct{ message string }

func (e *verdictError) Error() string { return e.message }

// plain says first what was looked at, then block by block what was found.
func (d *checkDocument) plain(p *terminal.Sheet) error {
	for _, section := range d.examined() {
		fmt.Fprintln(p, p.Paint(terminal.Bold, terminal.Escape(section.title)))
		if err := p.Fields(section.fields, section.tones); err != nil {
			return err
		}
		fmt.Fprintln(p)
	}
	for _, finding := range d.Findings {
		finding.plain(p)
	}
	for _, probe := range d.Online {
		probe.plain(p)
	}
	if len(d.Online) > 0 {
		fmt.Fprintln(p)
	}
	if d.Errors+d.Warnings == 0 {
		return p.Line(p.Paint(terminal.Green, "nothing was found that speaks against registering it"))
	}
	return p.Line(p.Paint(terminal.Bold, d.counts()))
}
