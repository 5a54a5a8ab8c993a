package cmd

import (
	"time"

	"mqttca/api"
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

	unclear bool // the service's word for the state is none of its own
}

// A caDocument is a CA certificate as the service lists it.
type caDocument struct {
	certificateDocument
	RegistrationCode string `json:"registration_code"`
}

func newCADocument(listed api.CaCertificate) caDocument {
	document := caDocument{certificateDocument{
		Name:      listed.CaName,
		Sn:        listed.Sn,
		Active:    listed.Active,
		NotBefore: timestamp(listed.ValidBegin),
		NotAfter:  timestamp(listed.ValidEnd),
		unclear:   listed.Unclear,
	}, listed.RegistrationCode}
	document.read(listed.CaContent)
	return document
}

func newDeviceDocument(listed api.DeviceCertificate) certificateDocument {
	document := certificateDocument{
		Name:      listed.DeviceName,
		Sn:        listed.DeviceSn,
		Active:    listed.Active,
		NotBefore: timestamp(listed.ValidBegin),
		NotAfter:  timestamp(listed.ValidEnd),
	}
	document.read(listed.DeviceContent)
	return document
}

// read takes what it can from the certificate. Where that cannot be read, the service's
// own words are left: validity, and no subject, serial number or fingerprint.
func (d *certificateDocument) read(content string) {
	if certificate, err := pki.ParseCertificate(content); err == nil {
		d.describe(&pki.CA{Certificate: certificate})
	}
}

func (d *certificateDocument) describe(ca *pki.CA) {
	d.Subject = ca.Subject()
	d.SerialNumber = ca.SerialNumber()
	d.SHA256 = ca.SHA256()
	d.NotBefore = timestamp(ca.Certificate.NotBefore)
	d.NotAfter = timestamp(ca.Certificate.NotAfter)
}

// state is the word for people.
func (d certificateDocument) state() string {
	switch {
	case d.unclear:
		return "unknown"
	case d.Active:
		return "active"
	}
	return "inactive"
}

// expires is the end of the validity; ok is false where it is not known.
func (d certificateDocument) expires() (end time.Time, ok bool) {
	end, err := time.Parse(time.RFC3339, d.NotAfter)
	return end, err == nil
}
