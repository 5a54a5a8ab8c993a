package cmd

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

const (
	englishPage = "README.md"
	chinesePage = ".github/README-CN.md"
)

func both(english, chinese string) string {
	return "bring " + chinese + " up to " + english + ", or the other way round (- is " + english + ", + the Chinese page)"
}

// page is what can be compared of a README in two languages: everything but the prose.
type page struct {
	text     string
	blocks   []string
	chapters []chapter
}

type chapter struct {
	heading string
	level   string   // its number signs
	rows    []string // of its tables, the facts of each cell
	facts   []string // code spans and numbers outside of tables, with those of the heading, sorted
	links   int
}

var (
	fencedBlock = regexp.MustCompile("(?ms)^```.*?^```$")
	headingLine = regexp.MustCompile(`^(#+) (.+)$`)
	linkTarget  = regexp.MustCompile(`\]\(([^)]*)\)`)
	factOfText  = regexp.MustCompile("`[^`]+`|[0-9]+(?:[.,][0-9]+)*")
)

func readPage(t *testing.T, path string) page {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", path))
	if err != nil {
		t.Fatal(err)
	}
	p := page{text: fencedBlock.ReplaceAllString(string(text), ""), chapters: []chapter{{}}}
	p.blocks = append(p.blocks, fencedBlock.FindAllString(string(text), -1)...)
	for line := range strings.Lines(p.text) {
		p.addLine(strings.TrimSuffix(line, "\n"))
	}
	for i := range p.chapters {
		slices.Sort(p.chapters[i].facts)
	}
	return p
}

func (p *page) addLine(line string) {
	if m := headingLine.FindStringSubmatch(line); m != nil {
		p.chapters = append(p.chapters, chapter{level: m[1], heading: m[2], facts: factOfText.FindAllString(m[2], -1)})
		return
	}
	c := &p.chapters[len(p.chapters)-1]
	c.links += len(linkTarget.FindAllString(line, -1))
	line = linkTarget.ReplaceAllString(line, "]")
	if strings.HasPrefix(line, "|") {
		c.rows = append(c.rows, rowFacts(line))
		return
	}
	c.facts = append(c.facts, factOfText.FindAllString(line, -1)...)
}

// rowFacts is what both languages have in a row of a table, cell by cell.
func rowFacts(row string) string {
	cells := strings.Split(strings.ReplaceAll(row, `\|`, ""), "|")
	for i, cell := range cells {
		switch cell = strings.TrimSpace(cell); cell {
		case "no", "否":
			cells[i] = "no"
		case "yes", "是":
			cells[i] = "yes"
		default:
			found := factOfText.FindAllString(cell, -1)
			slices.Sort(found)
			cells[i] = strings.Join(found, " ")
		}
	}
	return strings.Join(cells, " | ")
}

// Both have the same code blocks in the same order: so what
// runs of the English page runs of the Chinese one.
func TestReadmeCNBlocks(t *testing.T) {
	if found := len(readPage(t, englishPage).blocks); found < 15 {
		t.Fatalf("%d blocks found: has %s changed its form?", found, englishPage)
	}
	sameBlocks(t, englishPage, chinesePage)
}

func sameBlocks(t *testing.T, englishPage, chinesePage string) {
	t.Helper()
	bothPages := both(englishPage, chinesePage)
	if diff := cmp.Diff(readPage(t, englishPage).blocks, readPage(t, chinesePage).blocks); diff != "" {
		t.Errorf("the code blocks differ: copy them as they are, then %s\n%s", bothPages, diff)
	}
}

// Both have the same chapters, and in each the same rows of tables, as many links, and the
// same code spans and numbers. Who changes only words has to see to the other page without a test.
func TestReadmeCNChapters(t *testing.T) { sameChapters(t, englishPage, chinesePage) }

func sameChapters(t *testing.T, englishPage, chinesePage string) {
	t.Helper()
	bothPages := both(englishPage, chinesePage)
	english, chinese := readPage(t, englishPage), readPage(t, chinesePage)
	if diff := cmp.Diff(levelsOf(english), levelsOf(chinese)); diff != "" {
		t.Fatalf("the chapters differ: %s\n%s\n%s: %q\n%s: %q", bothPages, diff, englishPage, headingsOf(english), chinesePage, headingsOf(chinese))
	}
	for i, want := range english.chapters {
		got := chinese.chapters[i]
		name := fmt.Sprintf("chapter %q (%q)", want.heading, got.heading)
		if diff := cmp.Diff(want.rows, got.rows); diff != "" {
			t.Errorf("%s: the tables differ in code spans, numbers, or yes and no: %s\n%s", name, bothPages, diff)
		}
		if want.links != got.links {
			t.Errorf("%s: %d links and %d: %s", name, want.links, got.links, bothPages)
		}
		if diff := cmp.Diff(want.facts, got.facts); diff != "" {
			t.Errorf("%s: the text differs in code spans or numbers, or in how often they stand there: %s\n%s", name, bothPages, diff)
		}
	}
}

// Chinese text has one style: a space between Chinese and Latin characters, full-width
// punctuation without a space beside it, and percent signs right behind their number.
func TestChineseStyle(t *testing.T) {
	faults := regexp.MustCompile("\\p{Han}[A-Za-z0-9`]|[A-Za-z0-9`%]\\p{Han}|[\\p{Han}，。、；：（）][,;:?!()\"']|[,;:?!()\"']\\p{Han}|[，。、；：？！（）“”](?:\\*\\*)? [^|]|[0-9] %")
	paths, err := filepath.Glob("topics/zh/*.md")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range append(paths, "../"+chinesePage) {
		for line := range strings.Lines(linkTarget.ReplaceAllString(readPage(t, "cmd/"+path).text, "]")) {
			if found := faults.FindString(line); found != "" {
				t.Errorf("%s: %q in %s", path, found, line)
			}
		}
	}
}

// Every link leads to a heading of its page or to a file of the tree, and the pages link
// to each other in their first lines.
func TestReadmeLinks(t *testing.T) {
	for path, first := range map[string]string{englishPage: "[简体中文](.github/README-CN.md)\n", chinesePage: "[English](../README.md)\n"} {
		p := readPage(t, path)
		if !strings.HasPrefix(p.text, first) {
			t.Errorf("%s: its first line should be %s", path, first)
		}
		var anchors []string
		for _, heading := range headingsOf(p) {
			anchors = append(anchors, "#"+anchorOf(heading))
		}
		for _, m := range linkTarget.FindAllStringSubmatch(p.text, -1) {
			if strings.HasPrefix(m[1], "https://") || slices.Contains(anchors, m[1]) {
				continue
			}
			if _, err := os.Stat(filepath.Join("..", filepath.Dir(path), m[1])); err != nil {
				t.Errorf("%s: the link to %s leads nowhere: its headings are %q", path, m[1], anchors)
			}
		}
	}
}

func levelsOf(p page) (levels []string) {
	for _, c := range p.chapters {
		levels = append(levels, c.level)
	}
	return levels
}

func headingsOf(p page) (headings []string) {
	for _, c := range p.chapters {
		headings = append(headings, c.heading)
	}
	return headings
}

// anchorOf is the anchor that GitHub gives a heading: lower case, letters, marks, digits,
// connectors and hyphens only, a hyphen for each space. (It numbers a heading that repeats
// another; neither page has one.)
func anchorOf(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.Pc):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}
