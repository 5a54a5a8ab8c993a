package terminal

import (
	"cmp"
	"strings"
)

// A Table is rows under titles. If the terminal is too narrow for its lines, some columns are
// shortened; if this is not enough, every row becomes a block of lines.
type Table struct {
	Columns []Column
	Count   int              // of the rows
	Whole   bool             // lines are never shortened or broken
	Row     func(int) []Cell // makes a row, again each time: a table may be long
}

// A Column has a label: its title in capitals, and the label of its line in a block.
type Column struct {
	Label  string
	Yields bool // may be shortened
}

func (c Column) title() string { return strings.ToUpper(c.Label) }

// A Cell is a text and its tone.
type Cell struct {
	Text string
	Tone Tone
}

// leastColumn is the least width of a shortened column.
const leastColumn = 12

func (p *Sheet) Table(t Table) {
	widths := t.naturalWidths()
	if limit := p.Width(); limit > 0 && !t.Whole && !Fit(widths, limit, func(i int) bool { return t.Columns[i].Yields && widths[i] > leastColumn }) {
		p.blocks(t, limit)
		return
	}
	var titles []Cell
	for _, c := range t.Columns {
		titles = append(titles, Cell{c.title(), Bold})
	}
	p.Line(p.row(titles, widths))
	for i := range t.Count {
		p.Line(strings.TrimRight(p.row(t.row(i), widths), " "))
	}
}

// row pads all cells but the last.
func (d Display) row(row []Cell, widths []int) string {
	var b strings.Builder
	for i, c := range row {
		text := shorten(c.Text, widths[i])
		b.WriteString(d.Paint(c.Tone, text))
		if i < len(row)-1 {
			b.WriteString(pad("", widths[i]+2-Columns(text)))
		}
	}
	return b.String()
}

// row is a row with every text escaped.
func (t Table) row(i int) []Cell {
	row := t.Row(i)
	for at := range row {
		row[at].Text = Escape(row[at].Text)
	}
	return row
}

func (t Table) naturalWidths() []int {
	widths := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		widths[i] = Columns(c.title())
	}
	for i := range t.Count {
		for at, cell := range t.row(i) {
			widths[at] = max(widths[at], Columns(cell.Text))
		}
	}
	return widths
}

// Fit takes the surplus of columns that are two apart, each time from the widest that yields. It
// reports whether they then fit.
func Fit(widths []int, limit int, yields func(int) bool) bool {
	total := 2 * (len(widths) - 1)
	for _, width := range widths {
		total += width
	}
	for ; total > limit; total-- {
		widest := -1
		for i, width := range widths {
			if yields(i) && (widest < 0 || width > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return false
		}
		widths[widest]--
	}
	return true
}

// blocks writes a row as its first cell, and below it a line for each of the others.
func (p *Sheet) blocks(t Table, limit int) {
	for i := range t.Count {
		if i > 0 {
			p.Line()
		}
		row, fields, tones := t.row(i), []Field{}, Tones{}
		for _, part := range Wrap(cmp.Or(row[0].Text, "(no name)"), limit) {
			p.Line(p.Paint(Bold, part))
		}
		for at, c := range t.Columns[1:] {
			fields = append(fields, Field{c.Label, row[at+1].Text})
			tones[c.Label] = row[at+1].Tone
		}
		for _, line := range p.fieldLines(fields, tones, limit-2) {
			p.Line("  ", line)
		}
	}
}
