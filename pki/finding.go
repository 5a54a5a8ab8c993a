package pki

import (
	"slices"
	"strings"
	"time"
)

// A Severity is the weight of a [Finding].
type Severity int

const (
	// Warning does not prevent a registration.
	Warning Severity = iota
	// Fault makes its object unfit: the loaders refuse it.
	Fault
)

// String is "error" for a Fault, else "warning".
func (s Severity) String() string {
	if s == Fault {
		return "error"
	}
	return "warning"
}

// A Subject is the kind of object that a rule checks.
type Subject string

const (
	OfCA           Subject = "ca"           // the CA certificate and the others in its file
	OfPair         Subject = "pair"         // the CA key and its source, with the CA certificate
	OfVerification Subject = "verification" // a verification certificate, with the CA certificate
)

// A Finding is the result of one rule on an object.
type Finding struct {
	Rule     string   // the rule's name, stable: "basic-constraints"
	Severity Severity // Warning or Fault
	Subject  Subject
	Object   string // the object's name for people: "CA certificate ca.crt"
	Message  string // lower case; the object is "it"
	Meaning  string // the consequence for the registration and the devices
	Advice   string // how to mend it
	Source   string // the rule's reason: an RFC's section, a vendor's page by its name
}

// Findings checks the material by every rule at a given time, and returns the findings in
// the order of the table. The loaders fail if one of them is a [Fault].
func (m *Material) Findings(at time.Time) []Finding {
	return m.judge(at, OfCA, OfPair, OfVerification)
}

func (m *Material) judge(at time.Time, subjects ...Subject) []Finding {
	findings := []Finding{}
	for _, r := range rules {
		if !slices.Contains(subjects, r.subject) || !m.has(r.subject) {
			continue
		}
		if message, advice := r.find(m, at); message != "" {
			findings = append(findings, Finding{r.name, r.severity, r.subject, m.object(r.subject), message, r.meaning, advice, r.source})
		}
	}
	return findings
}

// warnings are the findings on one subject that are no faults.
func warnings(findings []Finding, subject Subject) []Finding {
	var found []Finding
	for _, f := range findings {
		if f.Severity == Warning && f.Subject == subject {
			found = append(found, f)
		}
	}
	return found
}

// refusal is the error for the faults among findings, all of one object in one sentence, or
// nil. A key that belongs to another certificate comes first: the rest may be the other's.
func refusal(findings []Finding) error {
	for _, subject := range []Subject{OfPair, OfCA, OfVerification} {
		refused := &Error{Action: "use"}
		if subject == OfVerification {
			refused.Action = "check"
		}
		var reasons, advice []string
		for _, f := range findings {
			if f.Severity == Fault && f.Subject == subject {
				refused.Object = f.Object
				reasons = append(reasons, f.Message)
				if !slices.Contains(advice, f.Advice) {
					advice = append(advice, f.Advice)
				}
			}
		}
		if len(reasons) > 0 {
			refused.Reason, refused.Advice = strings.Join(reasons, "; "), strings.Join(advice, "; ")
			return refused
		}
	}
	return nil
}
