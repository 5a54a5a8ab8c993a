package cmd

import (
	"mqttca/api"
	"mqttca/pki"
)

// A caDocument is a CA certificate as the service lists it.
type caDocument struct {
	Name             string `json:"name"`
	Sn               string `json:"sn"`
	Active           bool   `json:"active"`
	Subject          string `json:"subject"`
	SerialNumber     string `json:"serial_number"`
	SHA256           string `json:"sha256"`
	NotBefore        string `json:"not_before"`
	NotAfter         string `json:"not_after"`
	RegistrationCode string `json:"registration_code"`
}

// newCADocument takes what it can from the certificate. Where the listed one cannot be
// read, the service's own words are left: validity, and no subject, serial number or
// fingerprint.
func newCADocument(listed api.CaCertificate) caDocument {
	document := caDocument{
		Name:             listed.CaName,
		Sn:               listed.Sn,
		Active:           listed.Active,
		NotBefore:        timestamp(listed.ValidBegin),
		NotAfter:         timestamp(listed.ValidEnd),
		RegistrationCode: listed.RegistrationCode,
	}
	if certificate, err := pki.ParseCertificate(listed.CaContent); err == nil {
		document.describe(&pki.CA{Certificate: certificate})
	}
	return document
}

func (d *caDocument) describe(ca *pki.CA) {
	d.Subject = ca.Subject()
	d.SerialNumber = ca.SerialNumber()
	d.SHA256 = ca.SHA256()
	d.NotBefore = timestamp(ca.Certificate.NotBefore)
	d.NotAfter = timestamp(ca.Certificate.NotAfter)
}

// state is the word for people.
func (d caDocument) state() string {
	if d.Active {
		return "active"
	}
	return "inactive"
}
