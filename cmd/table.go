package cmd

import "strings"

// A table is rows under titles. Where the terminal is too narrow for its lines, some columns
// are shortened, and where that is not enough every row becomes a block of lines.
type table struct {
	columns []column
	rows    [][]cell
}

// A column has a title, and a label for the line that it becomes in a block.
type column struct {
	title, label string
	yields       bool // to be shortened where there is no room
}

type cell struct {
	text string
	tone tone
}

// leastColumn is what is left of a column that is shortened.
const leastColumn = 12

func (t table) print(p *sheet) error {
	t = t.escaped()
	widths := t.naturalWidths()
	if limit := p.width(unlimited); limit > 0 && !t.fit(widths, limit) {
		return t.printBlocks(p, limit)
	}
	var titles []cell
	for _, c := range t.columns {
		titles = append(titles, cell{c.title, bold})
	}
	for _, row := range append([][]cell{titles}, t.rows...) {
		if err := p.line(t.line(p, row, widths)); err != nil {
			return err
		}
	}
	return nil
}

// line pads all cells but the last.
func (t table) line(p *sheet, row []cell, widths []int) string {
	var b strings.Builder
	for i, c := range row {
		text := shortened(c.text, widths[i])
		b.WriteString(p.paint(c.tone, text))
		if i < len(row)-1 {
			b.WriteString(padded("", widths[i]+2-cells.StringWidth(text)))
		}
	}
	return b.String()
}

// escaped is the table with all its texts fit for a terminal.
func (t table) escaped() table {
	rows := make([][]cell, len(t.rows))
	for i, row := range t.rows {
		for _, c := range row {
			rows[i] = append(rows[i], cell{escape(c.text), c.tone})
		}
	}
	return table{t.columns, rows}
}

func (t table) naturalWidths() []int {
	widths := make([]int, len(t.columns))
	for i, c := range t.columns {
		widths[i] = cells.StringWidth(c.title)
		for _, row := range t.rows {
			widths[i] = max(widths[i], cells.StringWidth(row[i].text))
		}
	}
	return widths
}

// fit takes what is too much from the columns that yield, each time from the widest.
func (t table) fit(widths []int, limit int) bool {
	total := 2 * (len(widths) - 1)
	for _, width := range widths {
		total += width
	}
	for ; total > limit; total-- {
		widest := -1
		for i, c := range t.columns {
			if c.yields && widths[i] > leastColumn && (widest < 0 || widths[i] > widths[widest]) {
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

// printBlocks writes a row as its first cell, and below it a line for each of the others.
func (t table) printBlocks(p *sheet, limit int) error {
	for i, row := range t.rows {
		if i > 0 {
			if err := p.line(); err != nil {
				return err
			}
		}
		if err := t.printBlock(p, row, limit); err != nil {
			return err
		}
	}
	return nil
}

func (t table) printBlock(p *sheet, row []cell, limit int) error {
	for _, part := range wrapped(firstOf(row[0].text, "(no name)"), limit) {
		if err := p.line(p.paint(bold, part)); err != nil {
			return err
		}
	}
	var fields []field
	tones := tones{}
	for i, c := range t.columns[1:] {
		fields = append(fields, field{c.label, row[i+1].text})
		tones[c.label] = row[i+1].tone
	}
	for _, line := range p.fieldLines(fields, tones, limit-2) {
		if err := p.line("  ", line); err != nil {
			return err
		}
	}
	return nil
}
