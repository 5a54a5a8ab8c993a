package cmd

import (
	"time"

	"mqttca/api"
	"mqttca/api/wire"
	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// A certificateDocument is a certificate as the service lists it.
type certificateDocument struct {
	Name         string `json:"name"`
	Sn           string `json:"sn"`
	Active       bool   `json:"active"`
	Subject      string `json:"subject"`
	SerialNumber string `json:"serial_number"`
	SHA256       string `json:"sha256"`
	NotBefore    string `json:"not_before"`
	NotAfter     string `json:"not_after"`

	stateUnknown bool // the service's word for the state is unknown
}

// A caDocument is a CA certificate as the service lists it.
type caDocument struct {
	certificateDocument
	RegistrationCode string `json:"registration_code"`
}

func newCADocument(listed api.CaCertificate) caDocument {
	document := caDocument{certificateDocument{
		Name:         listed.CaName,
		Sn:           listed.Sn,
		Active:       listed.Active,
		NotBefore:    pki.Timestamp(listed.ValidBegin),
		NotAfter:     pki.Timestamp(listed.ValidEnd),
		stateUnknown: listed.StateUnknown,
	}, listed.RegistrationCode}
	document.read(listed.CaContent)
	return document
}

// read prefers the facts of the certificate. If it cannot be read, the service's own words
// remain: the validity, and no subject or serial number.
func (d *certificateDocument) read(content string) {
	d.SHA256 = pki.ContentFingerprint(content)
	if certificate, err := pki.ParseCertificate(content); err == nil {
		d.describe(&pki.CA{Certificate: certificate})
	}
}

func (d *certificateDocument) describe(ca *pki.CA) {
	d.Subject = wire.Shortened(ca.Subject())
	d.SerialNumber = ca.SerialNumber()
	d.SHA256 = ca.SHA256()
	d.NotBefore = pki.Timestamp(ca.Certificate.NotBefore)
	d.NotAfter = pki.Timestamp(ca.Certificate.NotAfter)
}

// state is the word for people.
func (d certificateDocument) state() string {
	switch {
	case d.stateUnknown:
		return "unknown"
	case d.Active:
		return "active"
	}
	return "inactive"
}

// expires is the end of the validity; ok is false if it is unknown.
func (d certificateDocument) expires() (end time.Time, ok bool) {
	end, err := time.Parse(time.RFC3339, d.NotAfter)
	return end, err == nil
}

// soonExpiring is the time before the end of a certificate from which the end stands out.
const soonExpiring = 30 * 24 * time.Hour

// expiryTone is the tone of the end of the validity.
func (d certificateDocument) expiryTone(now time.Time) terminal.Tone {
	end, known := d.expires()
	switch {
	case known && end.Before(now):
		return terminal.Red
	case !known || end.Before(now.Add(soonExpiring)):
		return terminal.Yellow
	}
	return terminal.Plain
}

func (d certificateDocument) stateTone() terminal.Tone {
	if d.Active {
		return terminal.Green
	}
	return terminal.Yellow
}

// outcomeTone tells a good state from an inactive CA and from a trial.
func outcomeTone(outcome workflow.Outcome) terminal.Tone {
	switch outcome {
	case workflow.Deactivated, workflow.AlreadyInactive, workflow.WouldRegister, workflow.WouldReactivate:
		return terminal.Yellow
	}
	return terminal.Green
}

// printCertificates writes a table of so many certificates. It shortens names and subjects if it
// must, but never a serial number, which is there to be copied.
func printCertificates(p *terminal.Sheet, count int, certificate func(int) certificateDocument) error {
	now := time.Now()
	return p.Table(terminal.Table{Count: count, Columns: []terminal.Column{
		{Title: "NAME", Label: "name", Yields: true},
		{Title: "STATE", Label: "state"},
		{Title: "VALID UNTIL", Label: "valid until"},
		{Title: "SN", Label: "Sn"},
		{Title: "SUBJECT", Label: "subject", Yields: true},
	}, Row: func(i int) []terminal.Cell {
		c := certificate(i)
		return []terminal.Cell{
			{Text: c.Name}, {Text: c.state(), Tone: c.stateTone()}, {Text: c.NotAfter, Tone: c.expiryTone(now)}, {Text: c.Sn}, {Text: c.Subject},
		}
	}})
}

// listedBy ends a table with its source, unless that is the vendor.
func (o origin) listedBy(p *terminal.Sheet) error {
	if o.VendorEndpoint {
		return nil
	}
	if err := p.Line(); err != nil {
		return err
	}
	return p.Paragraph("listed by " + o.source())
}
