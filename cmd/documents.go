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
	Name         text        `json:"name"`
	Sn           text        `json:"sn"`                           // serial number as the service writes it; null if the service does not have the certificate
	Active       *bool       `json:"active" jsonschema:"nullable"` // null if the service does not have the certificate, or gives another state
	Subject      text        `json:"subject"`
	SerialNumber text        `json:"serial_number"`
	SHA256       fingerprint `json:"sha256"` // of the DER
	NotBefore    instant     `json:"not_before"`
	NotAfter     instant     `json:"not_after"`
}

// A caDocument is a CA certificate as the service lists it.
type caDocument struct {
	certificateDocument
	RegistrationCode   text        `json:"registration_code"`
	VerificationSHA256 fingerprint `json:"verification_sha256"` // of the DER of its verification certificate
}

func newCADocument(listed api.CaCertificate) caDocument {
	return caDocument{
		newCertificateDocument(listed.CaName, listed.Sn, listed.CaContent, listed.Active, listed.StateUnknown, listed.ValidBegin, listed.ValidEnd),
		text(listed.RegistrationCode), fingerprintOf(pki.ContentFingerprint(listed.VerificationContent)),
	}
}

// newCertificateDocument prefers the facts of the certificate. If its content cannot be read, the
// service's own words remain: the validity, and no subject or serial number.
func newCertificateDocument(name, sn, content string, active, unknown bool, begin, end time.Time) certificateDocument {
	d := certificateDocument{Name: text(name), Sn: text(sn), NotBefore: instantOf(begin), NotAfter: instantOf(end)}
	if !unknown {
		d.Active = &active
	}
	if certificate, err := pki.ParseCertificate(content); err == nil {
		d.describe(&pki.CA{Certificate: certificate})
	} else {
		d.SHA256 = fingerprintOf(pki.ContentFingerprint(content))
	}
	return d
}

// isTrue reports whether a value is known, and true.
func isTrue(known *bool) bool { return known != nil && *known }

func (d *certificateDocument) describe(ca *pki.CA) {
	d.Subject = text(wire.Shortened(ca.Subject()))
	d.SerialNumber = text(ca.SerialNumber())
	d.SHA256 = fingerprintOf(ca.SHA256())
	d.NotBefore = instantOf(ca.Certificate.NotBefore)
	d.NotAfter = instantOf(ca.Certificate.NotAfter)
}

func (d certificateDocument) state() string {
	switch {
	case d.Active == nil:
		return "unknown"
	case isTrue(d.Active):
		return "active"
	}
	return "inactive"
}

// expires is the end of the validity; ok is false if it is unknown.
func (d certificateDocument) expires() (end time.Time, ok bool) {
	end, err := time.Parse(time.RFC3339, string(d.NotAfter))
	return end, err == nil
}

// soonExpiring is how long before the end of a certificate the end is yellow.
const soonExpiring = 30 * 24 * time.Hour

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
	if isTrue(d.Active) {
		return terminal.Green
	}
	return terminal.Yellow
}

// outcomeTone is yellow for an inactive CA and for a dry run.
func outcomeTone(outcome workflow.Outcome) terminal.Tone {
	switch outcome {
	case workflow.Deactivated, workflow.AlreadyInactive, workflow.WouldRegister, workflow.WouldReactivate:
		return terminal.Yellow
	}
	return terminal.Green
}

// listedBy ends a table with the endpoint, if it is not the vendor's.
func (o origin) listedBy(p *terminal.Sheet) {
	if o.VendorEndpoint != nil && !*o.VendorEndpoint {
		p.Line()
		p.Paragraph("listed by " + o.source())
	}
}
