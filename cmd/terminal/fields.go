package terminal

import (
	"io"
	"slices"
	"strings"
)

// A Sheet is a stream together with the way in which text is shown on it. The stream keeps its
// first error, as a [bufio.Writer] does.
type Sheet struct {
	io.Writer
	Display
}

func (p *Sheet) Line(parts ...string) { io.WriteString(p, strings.Join(parts, "")+"\n") }

// Paragraph writes running text: broken at its spaces on a terminal, one line in a pipe.
func (p *Sheet) Paragraph(text string) {
	lines := []string{text}
	if p.Width() > 0 {
		lines = Wrap(text, p.TextWidth())
	}
	p.Line(strings.Join(lines, "\n"))
}

// TextWidth is the width of running text: the terminal's, at most 100 columns; 80 columns
// in a pipe.
func (d Display) TextWidth() int {
	if width := d.limit(); width > 0 {
		return max(width, LeastWidth)
	}
	return 80
}

// limit is the width of running text and of fields; 0 if there is none. A table may be wider, since it
// would lose text.
func (d Display) limit() int { return min(d.Width(), 100) }

// LeastWidth is the width of running text on a narrower terminal.
const LeastWidth = 40

// A Field is one line of a result: its label and its value.
type Field [2]string

func (f Field) label() string { return f[0] }
func (f Field) value() string { return f[1] }

// Tones are the tones of values, by their labels.
type Tones map[string]Tone

// Fields writes a line for each field, the values aligned. It leaves out fields without
// a value.
func (p *Sheet) Fields(fields []Field, tones Tones) error {
	var b strings.Builder
	fields = slices.DeleteFunc(slices.Clone(fields), func(f Field) bool { return f.value() == "" })
	for _, line := range p.fieldLines(fields, tones, p.limit()) {
		b.WriteString(line + "\n")
	}
	_, err := p.Write([]byte(b.String()))
	return err
}

// fieldLines lays fields out in width columns; 0 stands for any number. A field without a value
// counts for the margin only: blocks of a kind look alike.
func (d Display) fieldLines(fields []Field, tones Tones, width int) []string {
	margin := 0
	for _, f := range fields {
		margin = max(margin, len(f.label())+2)
	}
	var lines []string
	for _, f := range fields {
		if f.value() != "" {
			lines = append(lines, d.fieldLine(f, tones[f.label()], margin, width)...)
		}
	}
	return lines
}

// fieldLine breaks a value at its spaces. If a word has no room beside the label, the value goes
// below it: serial numbers and codes must stay whole for copying.
func (d Display) fieldLine(f Field, t Tone, margin, width int) []string {
	value := Escape(f.value())
	if width == 0 {
		return []string{pad(f.label(), margin) + d.Paint(t, value)}
	}
	lead, indent := pad(f.label(), margin), margin
	parts := Wrap(value, width-margin)
	var lines []string
	if Longest(parts) > width-margin {
		lines, lead, indent = []string{f.label()}, "  ", 2
		parts = Wrap(value, width-indent)
	}
	for _, part := range parts {
		lines = append(lines, lead+d.Paint(t, part))
		lead = strings.Repeat(" ", indent)
	}
	return lines
}
