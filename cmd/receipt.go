package cmd

import (
	"cmp"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// A receipt is the result of register, rehearse, submit and confirm, and the evidence kept by
// --receipt for a change record.
type receipt struct {
	runDocument
	CA                      caDocument `json:"ca"`
	VerificationCertificate text       `json:"verification_certificate"` // PEM; the one of this run, or else the one that the service lists
	RequestID               text       `json:"request_id"`               // of the submission or activation; null if nothing was sent
	endDocument
}

// A runDocument is the head of a document with the evidence of a run.
type runDocument struct {
	origin
	RunID       string           `json:"run_id"`
	ToolVersion string           `json:"tool_version"`
	AccessKeyID text             `json:"access_key_id"` // masked; null if no request was sent
	InstanceID  string           `json:"instance_id"`
	Outcome     workflow.Outcome `json:"outcome"`
}

// An endDocument is the end of such a document.
type endDocument struct {
	Requests           []requestDocument `json:"requests"`
	StartedAt          string            `json:"started_at" jsonschema:"format=date-time"`
	EndedAt            instant           `json:"ended_at"`                                   // null while the run goes on
	ClockOffsetSeconds *int              `json:"clock_offset_seconds" jsonschema:"nullable"` // how far the service's clock is ahead of this machine's; null if no answer had a date
	Error              *failure          `json:"error" jsonschema:"nullable"`                // null if the run succeeded
}

// A requestDocument is one request of a run, with the ids that the vendor's support asks for.
type requestDocument struct {
	Operation  string `json:"operation"`
	RequestID  text   `json:"request_id"`
	HTTPStatus number `json:"http_status"` // null if no answer came
	Code       text   `json:"code"`        // the service's error code; null if the request succeeded
}

// evidence is the head of the document of a run. failed is nil unless the run failed.
func (s *session) evidence(document, instance string, outcome workflow.Outcome, failed *failure) (runDocument, endDocument) {
	run := runDocument{origin: s.origin(document), RunID: s.run, ToolVersion: toolVersion(), InstanceID: instance, Outcome: outcome}
	end := endDocument{Requests: []requestDocument{}, StartedAt: pki.Timestamp(s.started), Error: failed}
	if failed != nil {
		run.Outcome = failed.Outcome
	}
	if run.Outcome != workflow.Submitting && run.Outcome != workflow.Connecting {
		end.EndedAt = instantOf(time.Now())
	}
	for _, e := range s.exchanges {
		run.AccessKeyID = text(e.AccessKeyID)
		end.Requests = append(end.Requests, requestDocument{e.Operation, text(e.RequestID), number(e.HTTPStatus), text(e.Code)})
		if e.Dated {
			end.ClockOffsetSeconds = new(int(e.ClockOffset / time.Second))
		}
	}
	return run, end
}

// receipt is the receipt of a run.
func (s *session) receipt(t target, ca *pki.CA, result workflow.Result, failed *failure) receipt {
	r := receipt{
		RequestID: text(result.RequestID),
		CA:        caDocument{certificateDocument: certificateDocument{Name: text(t.caName(ca)), Sn: text(result.Sn)}},
	}
	r.runDocument, r.endDocument = s.evidence("receipt", t.instance, result.Outcome, failed)
	if result.Listed != nil {
		r.CA, r.VerificationCertificate = newCADocument(*result.Listed), text(result.Listed.VerificationContent)
	}
	r.CA.describe(ca)
	if result.Verification != nil && result.Outcome != workflow.AlreadyRegistered { // else somebody else registered the CA with another
		r.VerificationCertificate = text(pki.EncodeCertificate(result.Verification))
		r.CA.RegistrationCode = text(result.Verification.Subject.CommonName)
		r.CA.VerificationSHA256 = fingerprintOf(pki.Fingerprint(result.Verification))
	}
	return r
}

var outcomeWords = map[workflow.Outcome]string{
	workflow.Registered:        "registered and active",
	workflow.AlreadyRegistered: "already registered and active; nothing changed",
	workflow.Reactivated:       "registered before, now active again",
	workflow.Confirmed:         "listed and active",
	workflow.WouldRegister:     "not registered; a run without --dry-run would register it (nothing changed)",
	workflow.Connected:         "connected",
	workflow.WouldReactivate:   "registered but inactive; a run without --dry-run would activate it (nothing changed)",
}

func (r receipt) plain(p *terminal.Sheet) error {
	return p.Fields([]terminal.Field{
		{"CA", string(r.CA.Name)},
		{"state", outcomeWords[r.Outcome]},
		{"instance", r.InstanceID},
		{"subject", string(r.CA.Subject)},
		{"serial number", string(cmp.Or(r.CA.Sn, r.CA.SerialNumber))},
		{"SHA-256", r.CA.SHA256.String()},
		{"valid until", string(r.CA.NotAfter)},
		{"code", string(r.CA.RegistrationCode)},
		{"request id", string(r.RequestID)},
		{"endpoint", r.source()},
	}, terminal.Tones{"state": outcomeTone(r.Outcome), "valid until": r.CA.expiryTone(time.Now())})
}

// conclude ends a run: it closes the receipt and, if the run was successful, prints the result.
func (a *app) conclude(cmd *cobra.Command, session *session, t target, ca *pki.CA, result workflow.Result, err error) error {
	if err != nil {
		failed := describe(cmd, err)
		if kept := a.closeReceipt(session, t, session.receipt(t, ca, result, &failed)); kept != nil {
			a.warn("the receipt could not be written: %s", kept)
		}
		return &describedError{err, failed}
	}
	document := session.receipt(t, ca, result, nil)
	kept := a.closeReceipt(session, t, document)
	if kept == nil || !a.json { // a document, or an error object, not both
		if err := a.print(document, a.shown.Layout(document.plain)); err != nil {
			return doneButError(ca, t, result, "the result could not be printed", err)
		}
	}
	if kept != nil {
		return doneButError(ca, t, result, "its receipt could not be written", kept)
	}
	return nil
}

// doneButError is the error of a successful run whose result or receipt is lost.
func doneButError(ca *pki.CA, t target, result workflow.Result, problem string, err error) error {
	return &doneError{result.Outcome, fmt.Errorf("CA %q on instance %s is %s, but %s: %w", ca.Subject(), t.instance, outcomeWords[result.Outcome], problem, err)}
}
