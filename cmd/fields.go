package cmd

import (
	"slices"
	"strings"
)

// A field is one line of a result: a label and a value.
type field struct{ label, value string }

// tones are those of values, by their labels.
type tones map[string]tone

// printFields writes a line a field, the values aligned; fields without a value are
// left out.
func printFields(p *sheet, fields []field, tones tones) error {
	var b strings.Builder
	fields = slices.DeleteFunc(slices.Clone(fields), func(f field) bool { return f.value == "" })
	for _, line := range p.fieldLines(fields, tones, p.width(unlimited)) {
		b.WriteString(line + "\n")
	}
	_, err := p.Write([]byte(b.String()))
	return err
}

// unlimited is wider than any terminal.
const unlimited = 1 << 20

// fieldLines are the lines of fields, in so many columns; 0 stands for any number. One
// without a value has a say in the margin only, so that blocks of a kind look alike.
func (d display) fieldLines(fields []field, tones tones, width int) []string {
	margin := 0
	for _, f := range fields {
		margin = max(margin, len(f.label)+2)
	}
	var lines []string
	for _, f := range fields {
		if f.value != "" {
			lines = append(lines, d.fieldLine(f, tones[f.label], margin, width)...)
		}
	}
	return lines
}

// fieldLine breaks a value at its spaces. One with a word that has no room beside the label
// goes below it: serial numbers and codes are to be copied whole.
func (d display) fieldLine(f field, t tone, margin, width int) []string {
	value := escape(f.value)
	if width == 0 {
		return []string{padded(f.label, margin) + d.paint(t, value)}
	}
	lead, indent := padded(f.label, margin), margin
	parts := wrapped(value, width-margin)
	var lines []string
	if longest(parts) > width-margin {
		lines, lead, indent = []string{f.label}, "  ", 2
		parts = wrapped(value, width-indent)
	}
	for _, part := range parts {
		lines = append(lines, lead+d.paint(t, part))
		lead = strings.Repeat(" ", indent)
	}
	return lines
}

func longest(lines []string) int {
	most := 0
	for _, line := range lines {
		most = max(most, cells.StringWidth(line))
	}
	return most
}
