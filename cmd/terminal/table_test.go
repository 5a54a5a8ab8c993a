package terminal

import (
	"strings"
	"testing"
)

func printed(t *testing.T, shown Display, plain func(*Sheet) error) string {
	t.Helper()
	var out strings.Builder
	if err := shown.Layout(plain)(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func columns(n int) Display { return Display{Columns: func() int { return n }} }

// The wider of two columns is shortened first.
func TestTableShortensTheWidest(t *testing.T) {
	table := Table{
		Columns: []Column{{"a", true}, {"b", false}, {"c", true}},
		Count:   1,
		Row: func(int) []Cell {
			return []Cell{{strings.Repeat("a", 20), Plain}, {strings.Repeat("b", 10), Plain}, {strings.Repeat("c", 30), Plain}}
		},
	}
	for width, want := range map[int]string{
		64: strings.Repeat("a", 20) + "  bbbbbbbbbb  " + strings.Repeat("c", 30),
		60: strings.Repeat("a", 20) + "  bbbbbbbbbb  " + strings.Repeat("c", 25) + "…",
		52: strings.Repeat("a", 18) + "…  bbbbbbbbbb  " + strings.Repeat("c", 18) + "…",
		38: strings.Repeat("a", 11) + "…  bbbbbbbbbb  " + strings.Repeat("c", 11) + "…",
		37: "  b  bbbbbbbbbb",
	} {
		lines := strings.Split(printed(t, columns(width), func(p *Sheet) error { p.Table(table); return nil }), "\n")
		if lines[1] != want {
			t.Errorf("%d columns:\n got %s\nwant %s", width, lines[1], want)
		}
	}
}

// A whole table keeps its lines on any terminal.
func TestTableWhole(t *testing.T) {
	table := Table{Columns: []Column{{"a", true}, {"b", true}}, Count: 1, Whole: true,
		Row: func(int) []Cell { return []Cell{{strings.Repeat("a", 30), Plain}, {strings.Repeat("b", 30), Plain}} }}
	want := "A" + strings.Repeat(" ", 31) + "B\n" + strings.Repeat("a", 30) + "  " + strings.Repeat("b", 30) + "\n"
	if got := printed(t, columns(20), func(p *Sheet) error { p.Table(table); return nil }); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Fields keep to the width of running text, a table uses all that there is.
func TestWideTerminal(t *testing.T) {
	table := Table{Columns: []Column{{"a", true}, {"b", true}}, Count: 1,
		Row: func(int) []Cell { return []Cell{{strings.Repeat("a", 70), Plain}, {strings.Repeat("b", 60), Plain}} }}
	got := printed(t, columns(150), func(p *Sheet) error {
		p.Table(table)
		return p.Fields([]Field{{"label", strings.Repeat("word ", 29) + "word"}}, nil)
	})
	for line := range strings.Lines(got) {
		if size := Columns(strings.TrimSuffix(line, "\n")); strings.Contains(line, "word") && size > 100 {
			t.Errorf("%d columns: %s", size, line)
		}
	}
	if !strings.Contains(got, "aaa  bbb") || strings.Count(got, "word") != 30 {
		t.Error(got)
	}
}

// In a block each value keeps its tone.
func TestBlockIsColoured(t *testing.T) {
	table := Table{
		Columns: []Column{{"name", true}, {"state", false}, {"Sn", false}},
		Count:   1,
		Row:     func(int) []Cell { return []Cell{{"root", Plain}, {"active", Green}, {strings.Repeat("4", 30), Plain}} },
	}
	d := columns(36)
	d.Colour = true
	want := "\x1b[1mroot\x1b[0m\n  state  \x1b[32mactive\x1b[0m\n  Sn\n    " + strings.Repeat("4", 30) + "\n"
	if got := printed(t, d, func(p *Sheet) error { p.Table(table); return nil }); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Fields: aligned, broken at spaces, and a word without room beside the label below it.
func TestFieldsFit(t *testing.T) {
	fields := []Field{
		{"CA", "工厂根证书"}, {"left out", ""}, {"SHA-256", strings.Repeat("ab", 20)},
		{"state", "not registered; would be registered now (dry run)"},
	}
	const label = "verification certificate SHA-256"
	long := []Field{{label, strings.Repeat("f", 12) + " " + strings.Repeat("a", 12) + " ee"}}
	if got, want := printed(t, columns(40), func(p *Sheet) error { return p.Fields(long, nil) }), label+"\n  ffffffffffff aaaaaaaaaaaa ee\n"; got != want {
		t.Errorf("below the label: %q, want %q", got, want)
	}
	if got, want := printed(t, columns(20), func(p *Sheet) error { return p.Fields(long, nil) }), label+"\n  ffffffffffff\n  aaaaaaaaaaaa ee\n"; got != want {
		t.Errorf("below the label, in lines: %q, want %q", got, want)
	}
	for width, want := range map[int]string{
		0:  "CA       工厂根证书\nSHA-256  " + strings.Repeat("ab", 20) + "\nstate    not registered; would be registered now (dry run)\n",
		49: "CA       工厂根证书\nSHA-256  " + strings.Repeat("ab", 20) + "\nstate    not registered; would be registered now\n         (dry run)\n",
		48: "CA       工厂根证书\nSHA-256\n  " + strings.Repeat("ab", 20) + "\nstate    not registered; would be registered now\n         (dry run)\n",
		30: "CA       工厂根证书\nSHA-256\n  " + strings.Repeat("ab", 20) + "\nstate    not registered; would\n         be registered now\n         (dry run)\n",
	} {
		got := printed(t, columns(width), func(p *Sheet) error { return p.Fields(fields, nil) })
		if got != want {
			t.Errorf("%d columns:\n got %s\nwant %s", width, got, want)
		}
	}
	coloured := printed(t, Display{Colour: true}, func(p *Sheet) error { return p.Fields(fields[:1], Tones{"CA": Red}) })
	if want := "CA  \x1b[31m工厂根证书\x1b[0m\n"; coloured != want {
		t.Errorf("%q, want %q", coloured, want)
	}
}

// Running text is broken on a terminal only: in a pipe it is one line.
func TestParagraph(t *testing.T) {
	text := strings.TrimSpace(strings.Repeat("word ", 30))
	for width, want := range map[int]string{
		0:   text + "\n",
		150: strings.Repeat("word ", 19) + "word\n" + strings.Repeat("word ", 9) + "word\n",
		20:  strings.Repeat(strings.Repeat("word ", 7)+"word\n", 3) + strings.Repeat("word ", 5) + "word\n",
	} {
		if got := printed(t, columns(width), func(p *Sheet) error { p.Paragraph(text); return nil }); got != want {
			t.Errorf("%d columns: %q, want %q", width, got, want)
		}
	}
}

// A text has a tone if the display has colours and there is something to see.
func TestPaint(t *testing.T) {
	for _, tt := range []struct {
		colour bool
		tone   Tone
		text   string
		want   string
	}{
		{true, Red, "x", "\x1b[31mx\x1b[0m"},
		{true, Alarm, "x", "\x1b[1;31mx\x1b[0m"},
		{true, Plain, "x", "x"},
		{true, Red, "", ""},
		{false, Red, "x", "x"},
	} {
		if got := (Display{Colour: tt.colour}).Paint(tt.tone, tt.text); got != tt.want {
			t.Errorf("%+v: %q", tt, got)
		}
	}
}
