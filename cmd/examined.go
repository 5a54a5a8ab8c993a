package cmd

import (
	"crypto/x509"
	"strconv"
	"time"

	"mqttca/cmd/terminal"

	"mqttca/pki"
)

// An examinedDocument is a certificate that was looked at.
type examinedDocument struct {
	File         string `json:"file"`
	Subject      string `json:"subject"`
	Issuer       string `json:"issuer"`
	SelfSigned   bool   `json:"self_signed"`
	X509Version  int    `json:"x509_version"`
	SerialNumber string `json:"serial_number"`
	SHA256       string `json:"sha256"`
	NotBefore    string `json:"not_before"`
	NotAfter     string `json:"not_after"`
	Key          string `json:"key"`
	Signature    string `json:"signature"`
	PathLength   string `json:"path_length"` // "" where there is no limit
}

// A verificationDocument is a verification certificate with the code that it carries.
type verificationDocument struct {
	examinedDocument
	RegistrationCode string `json:"registration_code"`
}

// A pairDocument is the CA key that was looked at.
type pairDocument struct {
	CAKey string `json:"ca_key"` // the file, or the pkcs11 URI without a PIN
	Key   string `json:"key"`    // its kind
}

func newExaminedDocument(file string, certificate *x509.Certificate) examinedDocument {
	d := pki.Describe(certificate)
	return examinedDocument{
		File:         file,
		Subject:      d.Subject,
		Issuer:       d.Issuer,
		SelfSigned:   d.SelfSigned,
		X509Version:  d.Version,
		SerialNumber: d.SerialNumber,
		SHA256:       d.SHA256,
		NotBefore:    timestamp(d.NotBefore),
		NotAfter:     timestamp(d.NotAfter),
		Key:          d.Key,
		Signature:    d.Signature,
		PathLength:   d.PathLength,
	}
}

// A section is what people are shown of one object.
type section struct {
	title  string
	fields []terminal.Field
	tones  terminal.Tones
}

// examined is all that was looked at. An intermediate CA is as good as a root; that its
// issuer is not registered with it is for people to know.
func (d *checkDocument) examined() []section {
	issuer := "itself"
	if !d.CA.SelfSigned {
		issuer = d.CA.Issuer + " (which is not registered with it)"
	}
	sections := []section{{"CA certificate " + d.CA.File, d.CA.fields(terminal.Field{"issuer", issuer}), d.CA.tones()}}
	if d.Pair.Key != "" {
		sections = append(sections, section{"CA key " + d.Pair.CAKey, []terminal.Field{{"key", d.Pair.Key}}, nil})
	}
	if v := d.Verification; v.File != "" {
		sections = append(sections, section{"verification certificate " + v.File,
			v.fields(terminal.Field{"issuer", v.Issuer}, terminal.Field{"code", v.RegistrationCode}), nil})
	}
	return sections
}

func (e examinedDocument) tones() terminal.Tones {
	validity := certificateDocument{NotAfter: e.NotAfter}
	return terminal.Tones{"valid until": validity.expiryTone(time.Now())}
}

// fields are the certificate's own lines; the others come after the subject.
func (e examinedDocument) fields(others ...terminal.Field) []terminal.Field {
	return append(append([]terminal.Field{{"subject", e.Subject}}, others...),
		terminal.Field{"X.509 version", strconv.Itoa(e.X509Version)},
		terminal.Field{"serial number", e.SerialNumber},
		terminal.Field{"SHA-256", e.SHA256},
		terminal.Field{"valid from", e.NotBefore},
		terminal.Field{"valid until", e.NotAfter},
		terminal.Field{"key", e.Key},
		terminal.Field{"signature", e.Signature},
		terminal.Field{"path length", e.PathLength},
	)
}
