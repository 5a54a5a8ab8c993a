package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"mqttca/cmd/topics"
)

// writeTopicPages writes a page of section 7 for each topic, from the text that 'mqttca help
// TOPIC' prints.
func writeTopicPages(folder string, date time.Time) error {
	for _, topic := range topics.All() {
		name := "mqttca-" + topic.Name
		page := fmt.Sprintf(".TH %q 7 %s mqttca mqttca\n.nh\n.ad l\n.SH NAME\n%s \\- %s\n", strings.ToUpper(name), date.Format(time.DateOnly), name, inline(topic.Title)) +
			roff(topic.Text) + ".SH SEE ALSO\n.BR mqttca (1)\n"
		if err := os.WriteFile(filepath.Join(folder, name+".7"), []byte(page), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// roff is the text of a topic, without its title, in the macros of man(7). A table becomes a list
// with its first column as the tags; if there are several others, each is a line with its title.
func roff(markdown string) string {
	var b strings.Builder
	var titles []string // of the table
	fenced, heading := false, ".SH DESCRIPTION\n"
	for line := range strings.SplitSeq(strings.TrimSpace(markdown), "\n") {
		isRow := strings.HasPrefix(line, "|")
		if !isRow {
			titles = nil
		}
		switch {
		case strings.HasPrefix(line, "```"):
			fenced = !fenced
			b.WriteString(map[bool]string{true: ".PP\n.RS 4\n.nf\n", false: ".fi\n.RE\n"}[fenced])
		case fenced:
			b.WriteString(guarded(escaped(line)))
		case strings.HasPrefix(line, "# "):
		case strings.HasPrefix(line, "## "):
			heading = ".SH " + inline(line[3:]) + "\n"
		case line == "" && heading == "":
			heading = ".PP\n"
		case line == "", strings.HasPrefix(line, "|-"):
		case isRow && titles == nil:
			b.WriteString(strings.TrimSuffix(heading, ".PP\n"))
			heading, titles = "", cells(line)
			b.WriteString(".TP\n.I " + titles[0] + "\n.I " + strings.Join(titles[1:], ", ") + "\n")
		case isRow:
			b.WriteString(entry(titles, cells(line)))
		case strings.HasPrefix(line, "- "):
			b.WriteString(strings.TrimSuffix(heading, ".PP\n") + ".IP \\(bu 2\n" + guarded(inline(line[2:])))
			heading = ""
		default:
			b.WriteString(heading + guarded(inline(strings.TrimSpace(line))))
			heading = ""
		}
	}
	return b.String()
}

// cells are the cells of a row.
func cells(row string) []string {
	all := strings.Split(strings.ReplaceAll(row, `\|`, "\x00"), "|")
	for i, cell := range all {
		all[i] = inline(strings.TrimSpace(strings.ReplaceAll(cell, "\x00", "|")))
	}
	return all[1 : len(all)-1]
}

func entry(titles, row []string) string {
	text := ".TP\n" + guarded(row[0])
	for i, cell := range row[1:] {
		if len(row) > 2 {
			cell = titles[i+1] + ": " + cell
		}
		if i > 0 {
			text += ".br\n"
		}
		text += guarded(cell)
	}
	return text
}

var (
	emphasis = regexp.MustCompile("`([^`]+)`|\\*\\*([^*]+)\\*\\*")
	link     = regexp.MustCompile(`\[([^\]]+)\]\(([^)]+)\)`)
	url      = regexp.MustCompile(`https://[^ )]+`)
)

// inline is running text: what Markdown emphasizes is bold, and a URL may be broken at its slashes.
func inline(text string) string {
	text = emphasis.ReplaceAllString(link.ReplaceAllString(text, "$1 ($2)"), "\x01$1$2\x02")
	text = url.ReplaceAllStringFunc(text, func(address string) string { return strings.ReplaceAll(address, "/", "/\x03") })
	return strings.NewReplacer("\x01", `\fB`, "\x02", `\fR`, "\x03", `\:`).Replace(escaped(text))
}

// escaped keeps characters from being commands of roff, or typographic: what is copied from a page
// has to work.
func escaped(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`).Replace(text)
	return regexp.MustCompile(`[^\x00-\x7f]`).ReplaceAllStringFunc(text, func(r string) string {
		return fmt.Sprintf(`\[u%04X]`, []rune(r)[0])
	})
}

// guarded is a line that does not begin with a command.
func guarded(line string) string {
	if strings.HasPrefix(line, ".") || line == "" {
		line = `\&` + line
	}
	return line + "\n"
}
