package pki

// Severity says how much a [Finding] weighs.
type Severity int

const (
	// Warning is worth knowing and stops nothing.
	Warning Severity = iota
	// Fault makes a CA unfit for registration.
	Fault
)

// String is the severity in lower case.
func (s Severity) String() string {
	if s == Fault {
		return "fault"
	}
	return "warning"
}

// Finding is what one rule has to say about a CA certificate.
type Finding struct {
	Rule     string   // the rule's name, stable: "basic-constraints"
	Severity Severity // Warning or Fault
	Message  string   // what was found, lower case, of the certificate as "it"
	Advice   string   // what to do about it
}
