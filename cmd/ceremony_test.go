package cmd

import (
	"math"
	"strings"
	"testing"
	"time"

	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

const fetched = "2026-06-01T12:00:00Z"

// A request that is not as code wrote it is refused.
func TestCheckOfARequest(t *testing.T) {
	for want, alter := range map[string]func(*signingRequest){
		"": func(*signingRequest) {},
		`its format is "x", not "mqttca/request/v1"`: func(r *signingRequest) { r.Format = "x" },
		"its instance id is missing":                 func(r *signingRequest) { r.InstanceID = "" },
		"registration code":                          func(r *signingRequest) { r.RegistrationCode = "" },
		"the time in fetched_at is missing":          func(r *signingRequest) { r.FetchedAt = "yesterday" },
	} {
		r := signingRequest{Format: formatOf("request"), InstanceID: "i", RegistrationCode: "c", FetchedAt: fetched}
		alter(&r)
		if err := r.check(); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// A bundle in which a part was exchanged is refused.
func TestOpenABundle(t *testing.T) {
	authority, err := pki.NewThrowawayAuthority(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	verification, err := workflow.Issue(authority, "c", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	other, err := workflow.Issue(authority, "c", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	request := signingRequest{Format: formatOf("request"), InstanceID: "i", RegistrationCode: "c", FetchedAt: fetched}
	for want, alter := range map[string]func(*bundle){
		"": func(*bundle) {},
		`its format is "x", not "mqttca/bundle/v1"`: func(b *bundle) { b.Format = "x" },
		"its request: its instance id is missing":   func(b *bundle) { b.Request.InstanceID = "" },
		`its request: its instance "post-сn-x": an instance id can have only letters a to z, digits, - and _, not 'с' (U+0441)`: func(b *bundle) { b.Request.InstanceID = "post-\u0441n-x" },
		"code": func(b *bundle) { b.Request.RegistrationCode = "d" },
		"the SHA-256 of its CA certificate differs from its ca_sha256":                     func(b *bundle) { b.CASHA256 = b.VerificationSHA256 },
		"the SHA-256 of its verification certificate differs from its verification_sha256": func(b *bundle) { b.VerificationCertificate = pki.EncodeCertificate(other) },
	} {
		b := newBundle(request, authority.CA, verification)
		alter(&b)
		if err := b.open(time.Now()); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// A request of a day ago deserves a warning, and one from the time to come.
func TestAgeOfARequest(t *testing.T) {
	at, err := time.Parse(time.RFC3339, fetched)
	if err != nil {
		t.Fatal(err)
	}
	for age, want := range map[time.Duration]string{
		0: "", 24 * time.Hour: "", -15 * time.Minute: "",
		24*time.Hour + time.Second:        "warning: the code was fetched 1 day ago, at " + fetched,
		-15*time.Minute - time.Second:     "warning: the code was fetched at " + fetched + ", in the future by this machine's clock; set the clock, or the certificate's validity will be wrong",
		10*365*24*time.Hour + time.Second: "warning: the code was fetched at " + fetched + "; if somebody fetched another since, it may be invalid",
		math.MaxInt64:                     "warning: the code was fetched at " + fetched + "; if somebody fetched another since, it may be invalid",
	} {
		var out strings.Builder
		(&console{err: terminal.NewScreen(&out, terminal.Display{})}).warnOfAge(signingRequest{FetchedAt: fetched}, at.Add(age))
		if (out.Len() == 0) != (want == "") || !strings.HasPrefix(out.String(), want) {
			t.Errorf("%v: %q, want %q", age, out.String(), want)
		}
	}
}
