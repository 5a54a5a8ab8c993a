package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"mqttca/cmd/terminal"

	"mqttca/api"
	"mqttca/pki"
)

// A signingRequest is what code --request-out writes and sign --request reads: all that an
// offline host needs to know of the instance. It holds no secret. A witness compares what
// the steps print of it; nothing in the file itself protects it on its way.
type signingRequest struct {
	Format           string `json:"format"`
	Region           string `json:"region"`   // "" where neither the endpoint nor --region names one
	Endpoint         string `json:"endpoint"` // where the code was fetched
	InstanceID       string `json:"instance_id"`
	CAName           string `json:"ca_name"` // what the CA shall be called, "" for the default
	RegistrationCode string `json:"registration_code"`
	FetchedAt        string `json:"fetched_at"`
}

const requestFormat = "mqttca-request/1"

// requestAge is how old a request may be before that is worth a warning, and clockLead how
// far ahead of this machine's clock its time may lie.
const (
	requestAge = 24 * time.Hour
	clockLead  = 15 * time.Minute
)

func newSigningRequest(s *session, region, instanceID, caName string, code api.RegisterCode, at time.Time) signingRequest {
	return signingRequest{
		Format:           requestFormat,
		Region:           firstOf(s.endpoint.Region(), region),
		Endpoint:         s.endpoint.String(),
		InstanceID:       instanceID,
		CAName:           caName,
		RegistrationCode: code.Code,
		FetchedAt:        timestamp(at),
	}
}

// check refuses a request that does not hold together.
func (r signingRequest) check() error {
	switch {
	case r.Format != requestFormat:
		return fmt.Errorf("its format is %q, not %q", r.Format, requestFormat)
	case r.InstanceID == "":
		return fmt.Errorf("it names no instance")
	}
	if err := pki.CheckCode(r.RegistrationCode); err != nil {
		return err
	}
	if _, err := r.fetchedAt(); err != nil {
		return fmt.Errorf("it does not say when the code was fetched")
	}
	return nil
}

func (r signingRequest) fetchedAt() (time.Time, error) { return time.Parse(time.RFC3339, r.FetchedAt) }

// warnings are what a person should know of the request's age, by this machine's clock.
func (r signingRequest) warnings(now time.Time) []string {
	at, err := r.fetchedAt()
	switch age := now.Sub(at); {
	case err != nil:
		return nil
	case age > requestAge:
		return []string{fmt.Sprintf("the code was fetched %s ago, at %s: it may have been replaced since", age.Round(time.Hour), r.FetchedAt)}
	case age < -clockLead:
		return []string{fmt.Sprintf("the code was fetched at %s, and this machine's clock has not come to that: set it, or the certificate's validity will be wrong", r.FetchedAt)}
	}
	return nil
}

// witness is what a person reads aloud and compares at each step.
func (r signingRequest) witness() []terminal.Field {
	return []terminal.Field{
		{"instance", r.InstanceID},
		{"region", r.Region},
		{"endpoint", r.Endpoint},
		{"CA name", r.CAName},
		{"code", r.RegistrationCode},
		{"fetched at", r.FetchedAt},
	}
}

// maxDocument is far more than a request or a bundle can have.
const maxDocument = 1 << 20

// readDocument reads a JSON document from a file, - for standard input.
func (a *app) readDocument(path string, document any) error {
	source := a.in
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return cannotRead(path, err)
		}
		defer file.Close()
		source = file
	}
	data, err := io.ReadAll(io.LimitReader(source, maxDocument))
	if err != nil {
		return cannotRead(path, err)
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")) // as Windows editors put it
	if err := json.Unmarshal(data, document); err != nil {
		return cannotRead(path, fmt.Errorf("it is not the JSON that mqttca writes"))
	}
	return nil
}

func (a *app) readRequest(path string) (signingRequest, error) {
	var r signingRequest
	if err := a.readDocument(path, &r); err != nil {
		return r, err
	}
	if err := r.check(); err != nil {
		return r, &fileError{"read", path, err, "give the file that 'mqttca code --request-out' wrote, as it was written; else fetch a new one"}
	}
	return r, nil
}
