package cmd

import (
	"time"

	"mqttca/cmd/terminal"

	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// A receipt is the result of register, rehearse, submit and confirm, and the evidence
// that --receipt keeps for a change record.
type receipt struct {
	ToolVersion string `json:"tool_version"`
	origin
	AccessKeyID             string            `json:"access_key_id"` // masked
	InstanceID              string            `json:"instance_id"`
	Outcome                 workflow.Outcome  `json:"outcome"`
	CA                      caDocument        `json:"ca"`
	VerificationCertificate string            `json:"verification_certificate"` // PEM, "" where none was submitted
	RequestID               string            `json:"request_id"`               // of the submission or activation, "" where there was none
	Requests                []requestDocument `json:"requests"`
	StartedAt               string            `json:"started_at"`
	EndedAt                 string            `json:"ended_at"`
	ClockOffsetSeconds      int               `json:"clock_offset_seconds"` // how far the service's clock is ahead of this machine's
	Error                   *failure          `json:"error"`                // null where the run ended well
}

// A requestDocument is one request of a run, as the vendor's support asks for it.
type requestDocument struct {
	Operation  string `json:"operation"`
	RequestID  string `json:"request_id"`
	HTTPStatus int    `json:"http_status"` // 0 where no answer came
	Code       string `json:"code"`        // the service's error code, "" where it was done
}

func (s *session) receipt(t target, ca *pki.CA, result workflow.Result, err error) receipt {
	r := receipt{
		ToolVersion: toolVersion(),
		origin:      s.origin(),
		InstanceID:  t.instance,
		Outcome:     result.Outcome,
		Requests:    []requestDocument{},
		RequestID:   result.RequestID,
		CA:          caDocument{certificateDocument: certificateDocument{Name: t.caName(ca)}},
		StartedAt:   timestamp(s.started),
		EndedAt:     timestamp(time.Now()),
	}
	if result.Listed != nil {
		r.CA = newCADocument(*result.Listed)
	}
	r.CA.describe(ca)
	if result.Verification != nil {
		r.VerificationCertificate = pki.EncodeCertificate(result.Verification)
		r.CA.RegistrationCode = result.Verification.Subject.CommonName
	}
	for _, e := range s.exchanges {
		r.AccessKeyID = e.AccessKeyID
		r.Requests = append(r.Requests, requestDocument{e.Operation, e.RequestID, e.HTTPStatus, e.Code})
		if e.HTTPStatus != 0 {
			r.ClockOffsetSeconds = int(e.ClockOffset / time.Second)
		}
	}
	if err != nil {
		f := describeFailure(err)
		r.Error = &f
	}
	return r
}

var outcomeWords = map[workflow.Outcome]string{
	workflow.Registered:        "registered and active",
	workflow.AlreadyRegistered: "registered before and active; nothing was changed",
	workflow.Reactivated:       "registered before, active again",
	workflow.Confirmed:         "listed and active",
	workflow.WouldRegister:     "not registered; would be registered now (dry run, nothing was changed)",
	workflow.WouldReactivate:   "registered, but inactive; would be made active now (dry run, nothing was changed)",
}

func (r receipt) plain(p *terminal.Sheet) error {
	return p.Fields([]terminal.Field{
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
	}, terminal.Tones{"state": outcomeTone(r.Outcome), "valid until": r.CA.expiryTone(time.Now())})
}
