package pki

import (
	"slices"
	"strings"
	"time"
)

// A rule is one check. find returns a message and an advice, or "" if the rule holds; it is called
// only if the material has the rule's subject.
type rule struct {
	name     string
	subject  Subject
	severity Severity
	find     func(m *Material, at time.Time) (message, advice string)
	source   string
	meaning  string
}

// rules are all rules: the loaders refuse by them, and [Material.Findings] reports by them.
var rules = slices.Concat(caRules, pairRules, verificationRules)

// when returns the message and the advice if the rule is broken.
func when(broken bool, message, advice string) (string, string) {
	if !broken {
		return "", ""
	}
	return message, advice
}

// The titles of the vendor's pages.
const (
	pageOfCAs          = "ApsaraMQ for MQTT: CA certificate management"
	pageOfRegistration = "ApsaraMQ for MQTT: RegisterCaCertificate"
)

// The meanings shared by several rules.
const (
	noValidChain     = "no chain with this certificate verifies: the service may refuse the verification certificate and every device"
	refusedByStrict  = "parsers as strict as Go's refuse it and every chain with it; OpenSSL accepts nearly every such certificate, so some devices and tools work with it and others do not"
	refusedIfUnknown = "OpenSSL and Go refuse a certificate with a critical extension they do not know, and every chain with it; whether the service does is not documented"
	refusedByOpenSSL = "OpenSSL verifies no chain with it, so neither the verification certificate nor a device certificate"
	mayMatter        = "whether the service checks it is not documented; verifiers of device certificates elsewhere may check it"
)

// A Severity is the weight of a [Finding].
type Severity int

const (
	// Warning does not prevent a registration.
	Warning Severity = iota
	// Fault prevents a registration: the loaders refuse the object.
	Fault
)

// String returns "error" for a Fault, else "warning".
func (s Severity) String() string {
	if s == Fault {
		return "error"
	}
	return "warning"
}

// A Subject is the kind of object checked by a rule.
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
	Advice   string // how to fix it
	Source   string // the basis of the rule: an RFC section or the title of a vendor's page
}

// Findings checks the material by every rule at a given time, and returns the findings in the order
// of the table. The loaders fail if any of them is a [Fault].
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

// warnings returns the findings on one subject; none may be a fault.
func warnings(findings []Finding, subject Subject) []Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f Finding) bool { return f.Subject != subject })
}

// refusal returns the error for the faults among findings, all of one object in one sentence, or
// nil. A key-pair mismatch comes first: the other faults may be of the wrong object.
func refusal(findings []Finding) error {
	for _, on := range []struct {
		subject Subject
		action  string
	}{{OfPair, "use"}, {OfCA, "use"}, {OfVerification, "check"}} {
		var object string
		var reasons, advice []string
		for _, f := range findings {
			if f.Severity == Fault && f.Subject == on.subject {
				object, reasons = f.Object, append(reasons, f.Message)
				if !slices.Contains(advice, f.Advice) {
					advice = append(advice, f.Advice)
				}
			}
		}
		if len(reasons) > 0 {
			return &Error{Action: on.action, Object: object, Reason: strings.Join(reasons, "; "), Advice: strings.Join(advice, "; ")}
		}
	}
	return nil
}
