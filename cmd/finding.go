package cmd

import (
	"fmt"

	"mqttca/cmd/terminal"

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
func (f findingDocument) plain(p *terminal.Sheet) {
	fmt.Fprintf(p, "%s on %s (%s)\n", p.Paint(severityTone(f.Severity), f.Severity), terminal.Escape(f.name), f.Rule)
	for _, part := range [][2]string{
		{"found", f.Message}, {"means", f.Meaning}, {"do", f.Advice}, {"source", f.Source},
	} {
		label := part[0]
		for _, line := range terminal.Wrap(terminal.Escape(part[1]), p.TextWidth()-len("  source  ")) {
			fmt.Fprintf(p, "  %-6s  %s\n", label, line)
			label = ""
		}
	}
	fmt.Fprintln(p)
}
