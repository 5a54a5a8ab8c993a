package cmd

import (
	"cmp"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/cmd/terminal"
	"mqttca/pki"
)

// The files of a ceremony, carried to an offline CA and back. Neither holds a secret, and nothing
// in a file protects it on its way: a witness compares the values printed by each step.

// isFormat reports whether it is the format of the document, now or before the formats had v1.
func isFormat(format, document string) bool {
	return format == formatOf(document) || format == "mqttca-"+document+"/1"
}

// A signingRequest is written by code --request-out and read by sign --request: all an offline host
// needs to know of the instance.
type signingRequest struct {
	Format           string `json:"format"`
	Region           text   `json:"region"`   // null if neither the endpoint nor --region names one
	Endpoint         string `json:"endpoint"` // from which the code was fetched
	InstanceID       string `json:"instance_id"`
	CAName           text   `json:"ca_name"` // at the service; null for the default
	RegistrationCode string `json:"registration_code"`
	FetchedAt        string `json:"fetched_at" jsonschema:"format=date-time"`
}

// A bundle is written by sign --bundle-out and read by submit --bundle: the request with the
// certificates for it.
type bundle struct {
	Format                  string         `json:"format"`
	Request                 signingRequest `json:"request"`
	CACertificate           string         `json:"ca_certificate"`           // PEM
	CASHA256                string         `json:"ca_sha256"`                // of the DER
	VerificationCertificate string         `json:"verification_certificate"` // PEM
	VerificationSHA256      string         `json:"verification_sha256"`      // of the DER

	proof *pki.Proof // both certificates
}

// requestAge is the age from which a request deserves a warning, and clockLead how far
// ahead of this machine's clock its time may be.
const (
	requestAge = 24 * time.Hour
	clockLead  = 15 * time.Minute
)

func newSigningRequest(s *session, region, instanceID, caName string, code api.RegisterCode, at time.Time) signingRequest {
	return signingRequest{
		Format:           formatOf("request"),
		Region:           text(cmp.Or(s.endpoint.Region(), region)),
		Endpoint:         s.endpoint.String(),
		InstanceID:       instanceID,
		CAName:           text(caName),
		RegistrationCode: code.Code,
		FetchedAt:        pki.Timestamp(at),
	}
}

func (r signingRequest) check() error {
	switch {
	case !isFormat(r.Format, "request"):
		return fmt.Errorf("its format is %q, not %q", r.Format, formatOf("request"))
	case r.InstanceID == "":
		return fmt.Errorf("its instance id is missing")
	}
	if err := checkInstance(r.InstanceID); err != nil {
		return fmt.Errorf("its instance %q: %w", r.InstanceID, err)
	}
	if _, err := r.fetchedAt(); err != nil {
		return fmt.Errorf("the time in fetched_at is missing or malformed")
	}
	return pki.CheckGivenCode(r.RegistrationCode)
}

func (r signingRequest) fetchedAt() (time.Time, error) { return time.Parse(time.RFC3339, r.FetchedAt) }

// warnOfAge warns of an old request, by this machine's clock.
func (c *console) warnOfAge(r signingRequest, now time.Time) {
	at, err := r.fetchedAt()
	switch age := now.Sub(at); {
	case err != nil:
	case age > 10*365*day: // a duration says nothing
		c.warn("the code was fetched at %s; if somebody fetched another since, it may be invalid", r.FetchedAt)
	case age > requestAge:
		c.warn("the code was fetched %s ago, at %s; if somebody fetched another since, it may be invalid", plural(int(age/day), "day"), r.FetchedAt)
	case age < -clockLead:
		c.warn("the code was fetched at %s, in the future by this machine's clock; set the clock, or the certificate's validity will be wrong", r.FetchedAt)
	}
}

func (c *console) readRequest(path string) (signingRequest, error) {
	var r signingRequest
	if err := c.readDocument(path, &r); err != nil {
		return r, err
	}
	if err := r.check(); err != nil {
		return r, &fileError{"read", path, err, "give the file as 'mqttca code --request-out' wrote it, or fetch a new code"}
	}
	return r, nil
}

func newBundle(request signingRequest, ca *pki.CA, verification *x509.Certificate) bundle {
	request.Format = formatOf("request") // it may be an older one
	return bundle{
		Format:                  formatOf("bundle"),
		Request:                 request,
		CACertificate:           ca.PEM(),
		CASHA256:                ca.SHA256(),
		VerificationCertificate: pki.EncodeCertificate(verification),
		VerificationSHA256:      pki.Fingerprint(verification),
		proof:                   &pki.Proof{CA: ca, Verification: verification},
	}
}

// open checks the parts of a bundle against each other, and the verification certificate at the
// given time.
func (b *bundle) open(at time.Time) (err error) {
	if !isFormat(b.Format, "bundle") {
		return fmt.Errorf("its format is %q, not %q", b.Format, formatOf("bundle"))
	}
	if err := b.Request.check(); err != nil {
		return fmt.Errorf("its request: %w", err)
	}
	b.proof, err = pki.ParseProof(b.CACertificate, b.VerificationCertificate, b.Request.RegistrationCode, at)
	switch {
	case err != nil:
		return err
	case b.proof.CA.SHA256() != b.CASHA256:
		return fmt.Errorf("the SHA-256 of its CA certificate differs from its ca_sha256")
	case pki.Fingerprint(b.proof.Verification) != b.VerificationSHA256:
		return fmt.Errorf("the SHA-256 of its verification certificate differs from its verification_sha256")
	}
	return nil
}

func (c *console) readBundle(path string, at time.Time) (b bundle, err error) {
	if err := c.readDocument(path, &b); err != nil {
		return b, err
	}
	if err := b.open(at); err != nil {
		return b, &fileError{"read", "bundle " + path, err, "give the file as 'mqttca sign --bundle-out' wrote it, or start again with 'mqttca code'"}
	}
	return b, nil
}

// witnessed are the values of a request for a witness to read out and compare at each step.
func (r signingRequest) witnessed() []terminal.Field {
	return []terminal.Field{
		{"instance", r.InstanceID},
		{"region", string(r.Region)},
		{"endpoint", r.Endpoint},
		{"CA name", string(r.CAName)},
		{"code", r.RegistrationCode},
		{"fetched at", r.FetchedAt},
	}
}

// witnessed are the values of a bundle for a witness to read out and compare.
func (b bundle) witnessed() []terminal.Field {
	return append(b.Request.witnessed(),
		terminal.Field{"CA subject", b.proof.CA.Subject()},
		terminal.Field{"CA SHA-256", grouped(b.CASHA256)},
		terminal.Field{"verification certificate SHA-256", grouped(b.VerificationSHA256)},
		terminal.Field{"valid from", pki.Timestamp(b.proof.Verification.NotBefore)},
		terminal.Field{"valid until", pki.Timestamp(b.proof.Verification.NotAfter)},
	)
}

// grouped is a fingerprint as people read it out: four digits at a time.
func grouped(fingerprint string) string {
	var groups []string
	for group := range slices.Chunk([]byte(fingerprint), 4) {
		groups = append(groups, string(group))
	}
	return strings.Join(groups, " ")
}

func addYes(cmd *cobra.Command, value *bool) {
	cmd.Flags().BoolVar(value, "yes", false, "do not ask on a terminal whether the values match")
}

// confirmedByWitness shows the values for the witness. On a terminal it asks before anything is
// signed or sent, because nothing else reveals a file altered on its way. It never asks a
// script.
func (c *console) confirmedByWitness(cmd *cobra.Command, values []terminal.Field, except, printedBy string, yes bool) error {
	c.noteFields(values)
	if _, canAsk := c.terminal(); yes || !canAsk || c.quiet || c.json {
		return nil
	}
	return c.askYes(cmd.Context(), "compare these values"+except+" with those printed by 'mqttca "+printedBy+"', which a second person (the witness) reads out; do they match? Type yes to confirm: ", errNotConfirmed)
}
