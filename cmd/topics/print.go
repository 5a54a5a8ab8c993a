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
		open := ""
		for _, line := range render(lines[:n], p.TextWidth()) {
			line, open = open+line, ""
			if strings.LastIndexByte(line, strong) > strings.LastIndexByte(line, plain) { // a pager ends every tone with its line
				line, open = line+string(plain), string(strong)
			}
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
		return terminal.WrapProse(string(strong)+marked(strings.TrimLeft(first, "# "))+string(plain), width)
	case strings.HasPrefix(first, "|"):
		return renderTable(block, width)
	}
	text := marked(gap().ReplaceAllString(strings.Join(strings.Fields(strings.Join(block, "\n")), " "), "$1$2$3"))
	if item, is := strings.CutPrefix(text, "- "); is {
		lines := indented(terminal.WrapProse(item, width-2), "  ")
		lines[0] = "- " + lines[0][2:]
		return lines
	}
	return terminal.WrapProse(text, width)
}

func indented(lines []string, indent string) []string {
	for i, line := range lines {
		lines[i] = strings.TrimRight(indent+line, " ")
	}
	return lines
}

// renderTable aligns the columns and wraps the last one. The row of dashes is dropped.
func renderTable(block []string, width int) []string {
	var rows [][]string
	var widths []int
	for i, line := range slices.Delete(block, 1, 2) {
		cells := strings.Split(strings.ReplaceAll(line, `\|`, "\x00"), "|")
		cells = cells[1 : len(cells)-1]
		for c, cell := range cells {
			cells[c] = marked(strings.ReplaceAll(strings.TrimSpace(cell), "\x00", "|"))
			if i == 0 {
				cells[c] = string(strong) + cells[c] + string(plain)
				widths = append(widths, 0)
			}
			widths[c] = max(widths[c], terminal.Columns(cells[c]))
		}
		rows = append(rows, cells)
	}
	var lines []string
	for _, cells := range rows {
		lines = append(lines, renderRow(cells, widths, width)...)
	}
	return lines
}

func renderRow(cells []string, widths []int, width int) []string {
	var lead strings.Builder
	last, margin := len(cells)-1, 0
	for c, cell := range cells[:last] {
		lead.WriteString(cell + strings.Repeat(" ", widths[c]-terminal.Columns(cell)+2))
		margin += widths[c] + 2
	}
	lines := indented(terminal.WrapProse(cells[last], max(width-margin, 20)), strings.Repeat(" ", margin))
	lines[0] = lead.String() + lines[0][margin:]
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
