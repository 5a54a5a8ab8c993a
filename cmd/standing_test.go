package cmd

import (
	"strings"
	"testing"
	"unicode/utf8"

	"mqttca/cmd/terminal"
)

// standing is what a terminal with so many columns shows in the end of what was written to
// it: a model of one that knows line feeds, carriage returns, "erase to the end of the line",
// and colours, which it leaves out. Anything else is shown as it came.
func standing(written string, columns int) string {
	written = strings.ReplaceAll(written, "\r\n", "\n")
	lines, column := [][]string{{}}, 0
	put := func(text string, size int) {
		if column+size > columns {
			lines, column = append(lines, nil), 0
		}
		line := &lines[len(lines)-1]
		for len(*line) < column+size {
			*line = append(*line, " ")
		}
		(*line)[column] = text
		for i := 1; i < size; i++ {
			(*line)[column+i] = ""
		}
		column += size
	}
	for rest := written; rest != ""; {
		size := 1
		switch {
		case rest[0] == '\n':
			lines, column = append(lines, nil), 0
		case rest[0] == '\r':
			column = 0
		case strings.HasPrefix(rest, "\x1b[K"):
			last := &lines[len(lines)-1]
			*last, size = (*last)[:min(column, len(*last))], len("\x1b[K")
		case strings.HasPrefix(rest, "\x1b["):
			size = strings.IndexByte(rest, 'm') + 1
		default:
			_, size = utf8.DecodeRuneInString(rest)
			put(rest[:size], terminal.Columns(rest[:size]))
		}
		rest = rest[size:]
	}
	var b strings.Builder
	for i, line := range lines {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(strings.TrimRight(strings.Join(line, ""), " "))
	}
	return b.String()
}

func TestStanding(t *testing.T) {
	for _, tt := range []struct{ written, want string }{
		{"one\ntwo\n", "one\ntwo\n"},
		{"one\rtw", "twe"},
		{"one\r\x1b[Ktw", "tw"},
		{"one\r\x1b[31mt\x1b[0mw\x1b[K", "tw"},
		{"12345678", "12345\n678"},
		{"1234\r\n设备设", "1234\n设备\n设"},
	} {
		if got := standing(tt.written, 5); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.written, got, tt.want)
		}
	}
}
