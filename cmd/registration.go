package cmd

import (
	"io"

	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// A registration is the result of register, rehearse, submit and confirm.
type registration struct {
	origin
	Outcome                 workflow.Outcome `json:"outcome"`
	InstanceID              string           `json:"instance_id"`
	CA                      caDocument       `json:"ca"`
	VerificationCertificate string           `json:"verification_certificate"` // PEM, "" where none was submitted
	RequestID               string           `json:"request_id"`               // of the submission, "" where there was none
}

func newRegistration(from origin, instanceID string, ca *pki.CA, result workflow.Result) registration {
	document := registration{
		origin:     from,
		Outcome:    result.Outcome,
		InstanceID: instanceID,
		CA:         newCADocument(result.Listed),
		RequestID:  result.RequestID,
	}
	document.CA.describe(ca)
	if result.Verification != nil {
		document.VerificationCertificate = pki.EncodeCertificate(result.Verification)
	}
	return document
}

var outcomeWords = map[workflow.Outcome]string{
	workflow.Registered:        "registered and active",
	workflow.AlreadyRegistered: "registered before and active; nothing was changed",
	workflow.Reactivated:       "registered before, active again",
	workflow.Confirmed:         "listed and active",
}

func (r registration) plain(w io.Writer) error {
	return printFields(w, []field{
		{"CA", r.CA.Name},
		{"state", outcomeWords[r.Outcome]},
		{"instance", r.InstanceID},
		{"subject", r.CA.Subject},
		{"serial number", r.CA.SerialNumber},
		{"SHA-256", r.CA.SHA256},
		{"valid until", r.CA.NotAfter},
		{"Sn", r.CA.Sn},
		{"code", r.CA.RegistrationCode},
		{"request id", r.RequestID},
		{"endpoint", r.source()},
	})
}

// noteNext says what a registration alone does not do.
func (a *app) noteNext() {
	a.note("next: letting devices in by certificate (mutual TLS) is a setting of the instance; switching it restarts the broker")
}
