package cmd

import (
	"fmt"

	"mqttca/pki"
)

// A findingDocument is one finding of check.
type findingDocument struct {
	Severity string `json:"severity"` // error or warning
	Rule     string `json:"rule"`     // its name, stable
	Object   string `json:"object"`   // ca, pair or verification
	Message  string `json:"message"`
	Meaning  string `json:"meaning"`
	Advice   string `json:"advice"`
	Source   string `json:"source"`

	name string // the object's, for people
}

func newFindingDocument(f pki.Finding) findingDocument {
	return findingDocument{
		Severity: f.Severity.String(), Rule: f.Rule, Object: string(f.Subject), Message: f.Message,
		Meaning: f.Meaning, Advice: f.Advice, Source: f.Source, name: f.Object,
	}
}

// plain writes a block of lines, and an empty one.
func (f findingDocument) plain(p *sheet) {
	fmt.Fprintf(p, "%s on %s (%s)\n", p.paint(severityTone(f.Severity), f.Severity), escape(f.name), f.Rule)
	for _, part := range []field{
		{"found", f.Message}, {"means", f.Meaning}, {"do", f.Advice}, {"source", f.Source},
	} {
		for i, line := range wrapped(escape(part.value), p.textWidth()-len("  source  ")) {
			if i > 0 {
				part.label = ""
			}
			fmt.Fprintf(p, "  %-6s  %s\n", part.label, line)
		}
	}
	fmt.Fprintln(p)
}
