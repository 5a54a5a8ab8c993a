package topics

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"mqttca/cmd/terminal"
)

// Print renders the topic on a sheet. Fenced blocks keep their lines: commands are for copying.
func (t Topic) Print(p *terminal.Sheet) error {
	lines := strings.Split(strings.TrimSpace(t.Text), "\n")
	for len(lines) > 0 {
		n := blockLength(lines)
		for _, line := range render(lines[:n], p.TextWidth()) {
			p.Line(emphasized(p.Display, line))
		}
		lines = lines[n:]
	}
	return nil
}

// blockLength is the number of lines of the first block: a fenced block, a table, an item
// of a list, a paragraph, or a single line of its own.
func blockLength(lines []string) int {
	fenced, table := strings.HasPrefix(lines[0], "```"), strings.HasPrefix(lines[0], "|")
	for n, line := range lines[1:] {
		switch {
		case fenced && strings.HasPrefix(line, "```"):
			return n + 2
		case fenced, table && strings.HasPrefix(line, "|"):
		case table, lines[0] == "", strings.HasPrefix(lines[0], "#"), line == "", strings.HasPrefix(line, "- "), strings.HasPrefix(line, "```"), strings.HasPrefix(line, "|"):
			return n + 1
		}
	}
	return len(lines)
}

// render lays one block out in width columns. Emphasis is left as marks.
func render(block []string, width int) []string {
	first := block[0]
	switch {
	case strings.HasPrefix(first, "```"):
		return indented(strings.Split(strings.Join(block[1:len(block)-1], "\n"), "\n"), "  ")
	case strings.HasPrefix(first, "#"):
		return wrap(string(strong)+marked(strings.TrimLeft(first, "# "))+string(plain), width)
	case strings.HasPrefix(first, "|"):
		return renderTable(block, width)
	}
	text := marked(gap().ReplaceAllString(strings.Join(strings.Fields(strings.Join(block, "\n")), " "), "$1$2$3"))
	if item, is := strings.CutPrefix(text, "- "); is {
		lines := indented(wrap(item, width-2), "  ")
		lines[0] = "- " + lines[0][2:]
		return lines
	}
	return wrap(text, width)
}

func indented(lines []string, indent string) []string {
	for i, line := range lines {
		lines[i] = strings.TrimRight(indent+line, " ")
	}
	return lines
}

// renderTable aligns the columns, and wraps the widest, down to 16, if the table is too wide. If a
// word has no room then, each row becomes a list of its cells. The row of dashes is dropped.
func renderTable(block []string, width int) (lines []string) {
	var rows [][]string
	widths := make([]int, strings.Count(block[0], "|")-1)
	least := slices.Clone(widths)
	for _, line := range slices.Delete(block, 1, 2) {
		cells := strings.Split(strings.ReplaceAll(line, `\|`, "\x00"), "|")
		cells = cells[1 : len(cells)-1]
		for c, cell := range cells {
			cells[c] = marked(strings.ReplaceAll(strings.TrimSpace(cell), "\x00", "|"))
			least[c] = max(least[c], terminal.Longest(terminal.WrapProse(cells[c], 16)))
			widths[c] = max(widths[c], terminal.Columns(cells[c]))
			if len(rows) == 0 {
				cells[c] = string(strong) + cells[c] + string(plain)
			}
		}
		rows = append(rows, cells)
	}
	fits := terminal.Fit(widths, width, func(c int) bool { return widths[c] > least[c] })
	for n, cells := range rows {
		if fits {
			lines = append(lines, renderRow(cells, widths)...)
		} else if n > 0 {
			lines = append(lines, rowList(rows[0], cells, width)...)
		}
	}
	return lines
}

func renderRow(cells []string, widths []int) (lines []string) {
	margin := 0
	for c, cell := range cells {
		for n, part := range wrap(cell, widths[c]) {
			if n == len(lines) {
				lines = append(lines, "")
			}
			lines[n] += strings.Repeat(" ", max(0, margin-terminal.Columns(lines[n]))) + part
		}
		margin += widths[c] + 2
	}
	return indented(lines, "")
}

// rowList is the first cell, and below it the others; behind their titles if there are several.
func rowList(titles, cells []string, width int) []string {
	if len(cells) == 2 {
		return append(wrap(cells[0], width), indented(wrap(cells[1], width-2), "  ")...)
	}
	lines, margin := wrap(cells[0], width), min(terminal.Longest(titles[1:]), width/3)
	for c, cell := range cells[1:] {
		if cell != "" {
			lines = append(lines, indented(renderRow([]string{titles[c+1], cell}, []int{margin, width - margin - 4}), "  ")...)
		}
	}
	return lines
}

// wrap ends the emphasis with every line, as a pager does, and begins it again in the next.
func wrap(text string, width int) []string {
	lines, open := terminal.WrapProse(text, width), ""
	for i, line := range lines {
		lines[i], open = open+line, ""
		if strings.LastIndexByte(lines[i], strong) > strings.LastIndexByte(lines[i], plain) {
			lines[i], open = lines[i]+string(plain), string(strong)
		}
	}
	return lines
}

// The marks take no column on a terminal: text is wrapped before it is painted.
const (
	strong byte = '\x01'
	plain  byte = '\x02'
)

var (
	emphasis = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("`([^`]+)`|\\*\\*([^*]+)\\*\\*") })
	gap      = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(\p{Han}) (\p{Han}|[（《“])|([，。、；：？！）》]) `)
	}) // a line break in Chinese
	link = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\[([^\]]+)\]\(([^)]+)\)`) })
)

// marked replaces the emphasis of Markdown by marks, and shows the address of a link.
func marked(text string) string {
	text = link().ReplaceAllString(text, "$1 ($2)")
	return emphasis().ReplaceAllString(text, string(strong)+"$1$2"+string(plain))
}

// emphasized paints the text between marks, if the display has colours.
func emphasized(d terminal.Display, line string) string {
	on, off, _ := strings.Cut(d.Paint(terminal.Bold, "\x00"), "\x00")
	return strings.NewReplacer(string(strong), on, string(plain), off).Replace(line)
}
