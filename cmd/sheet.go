package cmd

import (
	"io"
	"strings"
)

// A sheet is a stream that text is laid out for.
type sheet struct {
	io.Writer
	display
}

// sheet lays a result out for the display.
func (d display) sheet(plain func(*sheet) error) func(io.Writer) error {
	return func(w io.Writer) error { return plain(&sheet{w, d}) }
}

// line writes a line.
func (p *sheet) line(parts ...string) error {
	_, err := io.WriteString(p, strings.Join(parts, "")+"\n")
	return err
}

// paragraph writes running text: broken at its spaces on a terminal, one line in a pipe.
func (p *sheet) paragraph(text string) error {
	lines := []string{text}
	if p.width(unlimited) > 0 {
		lines = wrapped(text, p.textWidth())
	}
	return p.line(strings.Join(lines, "\n"))
}

// textWidth is that of running text: the terminal's, but not more than can be read with
// ease; 80 columns in a pipe.
func (p *sheet) textWidth() int {
	if width := p.width(100); width > 0 {
		return max(width, leastWidth)
	}
	return 80
}

// leastWidth is what a line may have on a terminal that is narrower still.
const leastWidth = 40
