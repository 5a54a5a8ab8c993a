package pki

import (
	"slices"
	"strings"
	"time"
)

// Severity says how much a [Finding] weighs.
type Severity int

const (
	// Warning is worth knowing and stops nothing.
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

// Subject is the kind of object that a rule judges.
type Subject string

const (
	OfCA           Subject = "ca"           // the CA certificate, with what else is in its file
	OfPair         Subject = "pair"         // the CA key and its place, beside the CA certificate
	OfVerification Subject = "verification" // a verification certificate, beside the CA certificate
)

// Finding is what one rule has to say about an object.
type Finding struct {
	Rule     string   // the rule's name, stable: "basic-constraints"
	Severity Severity // Warning or Fault
	Subject  Subject
	Object   string // the object's name for people: "CA certificate ca.crt"
	Message  string // what was found, lower case, of the object as "it"
	Meaning  string // what that means for a registration and what follows it
	Advice   string // what to do about it
	Source   string // where the rule comes from: an RFC's section, a vendor's page by its name
}

// Findings judges all that there is by every rule, at a given time, in the order of the
// table. The loaders take what has no [Fault], and nothing else.
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

// warnings are the findings on one subject that stop nothing.
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
				advice = append(advice, f.Advice)
			}
		}
		if len(reasons) > 0 {
			refused.Reason, refused.Advice = strings.Join(reasons, "; "), strings.Join(unique(advice), "; ")
			return refused
		}
	}
	return nil
}

// unique keeps the first of equal texts.
func unique(texts []string) []string {
	var kept []string
	for _, text := range texts {
		if !slices.Contains(kept, text) {
			kept = append(kept, text)
		}
	}
	return kept
}
