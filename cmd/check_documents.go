package cmd

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"strconv"
	"time"

	"mqttca/cmd/terminal"
	"mqttca/pki"
)

// A checkDocument is the result of check.
type checkDocument struct {
	origin                             // without --online all null but the format
	InstanceID   text                  `json:"instance_id"` // null without --online
	CA           examinedCADocument    `json:"ca"`
	Pair         *pairDocument         `json:"pair" jsonschema:"nullable"`         // null if no key was given
	Verification *verificationDocument `json:"verification" jsonschema:"nullable"` // null if none was given
	Findings     []findingDocument     `json:"findings"`
	Online       []probeDocument       `json:"online"`
	Errors       int                   `json:"errors"`
	Warnings     int                   `json:"warnings"`

	unfit  bool // a finding is an error: register, sign and submit refuse
	beside int  // warnings on the broker, which --strict does not count
}

func newCheckDocument(material *pki.Material, verification string) *checkDocument {
	report := &checkDocument{
		origin:   origin{Format: formatOf("check")},
		CA:       examinedCADocument{newExaminedDocument(material.Path(), material.Certificate), ""},
		Findings: []findingDocument{},
		Online:   []probeDocument{},
	}
	if material.KeyKind() != "" {
		report.Pair = &pairDocument{material.KeyPlace(), material.KeyKind()}
	}
	if material.Verification != nil {
		report.Verification = &verificationDocument{newExaminedDocument(verification, material.Verification), text(pki.CodeOf(material.Verification))}
	}
	return report
}

func (d *checkDocument) add(finding findingDocument) {
	d.Findings = append(d.Findings, finding)
	d.unfit = d.unfit || finding.Severity == stateError
	d.count(finding.Severity)
}

func (d *checkDocument) count(state string) {
	switch state {
	case stateError:
		d.Errors++
	case stateWarning:
		d.Warnings++
	}
}

func (d *checkDocument) addOnline(c *onlineCheck) {
	d.origin, d.InstanceID, d.CA.Sn, d.Online = c.origin, text(c.instance), text(c.sn), c.probes()
	for _, probe := range d.Online {
		d.count(probe.State)
	}
	for _, p := range c.broker {
		if p.State == stateWarning {
			d.beside++
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

// verdict is the error of a check with a problem: first a problem that makes register refuse, then
// one on the way to the service, then, if strict, any warning.
func (d *checkDocument) verdict(strict bool, broken error) error {
	if broken != nil && (!d.unfit || errors.Is(broken, context.Canceled)) {
		return broken
	}
	if d.unfit || strict && d.Warnings > d.beside {
		return &verdictError{"the check of CA certificate " + d.CA.File + " ended with " + d.counts()}
	}
	return nil
}

// A verdictError is a check with problems. They have been printed.
type verdictError struct{ message string }

func (e *verdictError) Error() string { return e.message }

func (d *checkDocument) plain(p *terminal.Sheet) error {
	examined := func(title string, fields []terminal.Field, tones terminal.Tones) {
		p.Line(p.Paint(terminal.Bold, terminal.Escape(title)))
		p.Fields(fields, tones)
		p.Line()
	}
	examined("CA certificate "+d.CA.File, d.CA.fields(terminal.Field{"issuer", d.CA.issuer()}), d.CA.tones())
	if d.Pair != nil {
		examined("CA key "+d.Pair.CAKey, []terminal.Field{{"key", d.Pair.Key}}, nil)
	}
	if v := d.Verification; v != nil {
		examined("verification certificate "+v.File,
			v.fields(terminal.Field{"issuer", string(v.Issuer)}, terminal.Field{"code", string(v.RegistrationCode)}), nil)
	}
	for _, finding := range d.Findings {
		finding.plain(p)
	}
	for _, probe := range d.Online {
		probe.plain(p)
	}
	if len(d.Online) > 0 {
		p.Line()
	}
	if d.Errors+d.Warnings == 0 {
		p.Line(p.Paint(terminal.Green, "no problems found"))
	} else {
		p.Line(p.Paint(terminal.Bold, d.counts()))
	}
	return nil
}

// An examinedDocument is a checked certificate.
type examinedDocument struct {
	File         string `json:"file"`
	Subject      text   `json:"subject"`
	Issuer       text   `json:"issuer"`
	SelfSigned   bool   `json:"self_signed"`
	X509Version  int    `json:"x509_version"`
	SerialNumber string `json:"serial_number"`
	SHA256       string `json:"sha256"`
	NotBefore    string `json:"not_before" jsonschema:"format=date-time"`
	NotAfter     string `json:"not_after" jsonschema:"format=date-time"`
	Key          string `json:"key"`
	Signature    string `json:"signature"`
	PathLength   *int   `json:"path_length" jsonschema:"nullable"` // null if there is no limit
}

// An examinedCADocument is a checked CA.
type examinedCADocument struct {
	examinedDocument
	Sn text `json:"sn"` // as the service lists the CA; null without --online, and if it is not listed
}

// A verificationDocument is a verification certificate and its registration code.
type verificationDocument struct {
	examinedDocument
	RegistrationCode text `json:"registration_code"`
}

// A pairDocument is a checked CA key.
type pairDocument struct {
	CAKey string `json:"ca_key"` // the file, or the pkcs11 URI without a PIN
	Key   string `json:"key"`    // kind of the key
}

func newExaminedDocument(file string, certificate *x509.Certificate) examinedDocument {
	d := pki.Describe(certificate)
	return examinedDocument{
		File:         file,
		Subject:      text(d.Subject),
		Issuer:       text(d.Issuer),
		SelfSigned:   d.SelfSigned,
		X509Version:  d.Version,
		SerialNumber: d.SerialNumber,
		SHA256:       d.SHA256,
		NotBefore:    pki.Timestamp(d.NotBefore),
		NotAfter:     pki.Timestamp(d.NotAfter),
		Key:          d.Key,
		Signature:    d.Signature,
		PathLength:   d.PathLength,
	}
}

// issuer names the issuer. An intermediate CA is as good as a root, but its issuer is not
// registered with it: people should know.
func (e examinedCADocument) issuer() string {
	switch {
	case e.SelfSigned:
		return "itself"
	case e.Issuer == e.Subject:
		return "the same name, but the signature is not by its own key"
	}
	return string(e.Issuer) + " (not registered along with it)"
}

func (e examinedDocument) tones() terminal.Tones {
	validity := certificateDocument{NotAfter: instant(e.NotAfter)}
	return terminal.Tones{"valid until": validity.expiryTone(time.Now())}
}

// fields are the lines of the certificate; the others come after the subject.
func (e examinedDocument) fields(others ...terminal.Field) []terminal.Field {
	pathLength := ""
	if e.PathLength != nil {
		pathLength = strconv.Itoa(*e.PathLength)
	}
	return append(append([]terminal.Field{{"subject", string(e.Subject)}}, others...),
		terminal.Field{"X.509 version", strconv.Itoa(e.X509Version)},
		terminal.Field{"serial number", e.SerialNumber},
		terminal.Field{"SHA-256", e.SHA256},
		terminal.Field{"valid from", e.NotBefore},
		terminal.Field{"valid until", e.NotAfter},
		terminal.Field{"key", e.Key},
		terminal.Field{"signature", e.Signature},
		terminal.Field{"path length", pathLength},
	)
}

// A findingDocument is one finding of check.
type findingDocument struct {
	Severity string `json:"severity"` // error or warning
	Rule     string `json:"rule"`     // name of the rule, which never changes
	Object   string `json:"object"`   // ca, pair or verification
	Message  string `json:"message"`
	Meaning  string `json:"meaning"`
	Advice   string `json:"advice"`
	Source   string `json:"source"`

	name string // of the object, for people
}

func newFindingDocument(f pki.Finding) findingDocument {
	return findingDocument{
		Severity: f.Severity.String(), Rule: f.Rule, Object: string(f.Subject), Message: f.Message,
		Meaning: f.Meaning, Advice: f.Advice, Source: f.Source, name: f.Object,
	}
}

// plain writes a block of lines, and an empty one.
func (f findingDocument) plain(p *terminal.Sheet) {
	fmt.Fprintf(p, "%s on %s (%s)\n", p.Paint(severityTone(f.Severity), f.Severity), terminal.Escape(f.name), f.Rule)
	for _, part := range [][2]string{
		{"found", f.Message}, {"means", f.Meaning}, {"do", f.Advice}, {"source", f.Source},
	} {
		label := part[0]
		for _, line := range terminal.Wrap(terminal.Escape(part[1]), p.TextWidth()-len("  source  ")) {
			fmt.Fprintf(p, "  %-6s  %s\n", label, line)
			label = ""
		}
	}
	p.Line()
}

func severityTone(severity string) terminal.Tone {
	switch severity {
	case stateError:
		return terminal.Alarm
	case stateWarning:
		return terminal.Yellow
	case stateOK:
		return terminal.Green
	}
	return terminal.Plain
}
