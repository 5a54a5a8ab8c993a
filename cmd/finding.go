package cmd

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

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

// plain writes a block of lines that fit 80 columns, and an empty one.
func (f findingDocument) plain(w io.Writer) {
	fmt.Fprintf(w, "%s on %s (%s)\n", f.Severity, escape(f.name), f.Rule)
	for _, part := range []field{
		{"found", f.Message}, {"means", f.Meaning}, {"do", f.Advice}, {"source", f.Source},
	} {
		for i, line := range wrapped(escape(part.value), 80-len("  source  ")) {
			if i > 0 {
				part.label = ""
			}
			fmt.Fprintf(w, "  %-6s  %s\n", part.label, line)
		}
	}
	fmt.Fprintln(w)
}

// wrapped breaks a text at its spaces, so that a line has at most width characters where
// the words allow that.
func wrapped(text string, width int) []string {
	lines := []string{}
	for word := range strings.SplitSeq(text, " ") {
		last := len(lines) - 1
		if last >= 0 && utf8.RuneCountInString(lines[last])+1+utf8.RuneCountInString(word) <= width {
			lines[last] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
}
