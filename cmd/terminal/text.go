package terminal

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"

	"github.com/mattn/go-runewidth"
)

// Escape makes text from outside safe for a terminal: a name cannot move the cursor or reverse a
// line. It shows each unprintable character (control characters, line breaks, bidirectional
// overrides) as \u and four hex digits.
func Escape(text string) string { return EscapeExcept(text, "") }

// EscapeExcept is Escape for all characters but those in keep.
func EscapeExcept(text, keep string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsPrint(r) || strings.ContainsRune(keep, r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}

// cells measures text as terminals show it: a Chinese character takes two columns, an accent none.
// Characters of ambiguous width take one, the default of terminals. The locale is not asked: it
// says nothing of the terminal.
var cells = runewidth.Condition{StrictEmojiNeutral: true}

// Columns returns the number of columns of a text on a terminal.
func Columns(text string) int { return cells.StringWidth(text) }

// Longest is the number of columns of the longest line.
func Longest(lines []string) int {
	most := 0
	for _, line := range lines {
		most = max(most, Columns(line))
	}
	return most
}

// shorten cuts a text to width columns and ends it in an ellipsis.
func shorten(text string, width int) string { return cells.Truncate(text, width, "…") }

// pad fills a text up to width columns.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-Columns(text)))
}

// Wrap breaks a text at its spaces into lines of at most width columns. A longer word has
// a line of its own.
func Wrap(text string, width int) []string { return join(strings.SplitAfter(text, " "), width) }

// WrapProse is Wrap for running text of any language: it also breaks next to an ideograph,
// unless punctuation would be on the wrong side of the break.
func WrapProse(text string, width int) []string {
	var pieces []string
	piece, before := 0, ' '
	for at, r := range text {
		if before != ' ' && cells.RuneWidth(r) == 0 {
			continue // it belongs to the rune before it
		}
		wide := cells.RuneWidth(before)+cells.RuneWidth(r) > 2
		if at > 0 && (before == ' ' || wide && !strings.ContainsRune("（《〈「『【“‘([{", before) && !strings.ContainsRune(" ，。、；：？！）》〉」』】”’…—,.;:?!)]}%", r)) {
			pieces = append(pieces, text[piece:at])
			piece = at
		}
		before = r
	}
	return join(append(pieces, text[piece:]), width)
}

var speechWord = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[^ &]*[ &]?`) })

// wrapSpeech is Wrap for a message: it does not break a command in single quotes, because
// a line break inside would spoil it for copying. It also breaks the parameters of a request.
func wrapSpeech(text string, width int) []string {
	var words []string
	quoted := false
	for _, word := range speechWord().FindAllString(text, -1) {
		if quoted {
			words[len(words)-1] += word
		} else {
			words = append(words, word)
		}
		opens := !quoted && strings.HasPrefix(word, "'")
		closes := strings.Contains(strings.TrimPrefix(word, "'"), "'")
		quoted = (quoted || opens) && !closes
	}
	return join(words, width)
}

// join fills lines with words, each with its space at the end.
func join(words []string, width int) []string {
	var lines []string
	used := 0
	for _, word := range words {
		last := len(lines) - 1
		if last < 0 || used+Columns(strings.TrimSuffix(word, " ")) > width {
			if last >= 0 {
				lines[last] = strings.TrimSuffix(lines[last], " ")
			}
			lines, used, last = append(lines, ""), 0, last+1
		}
		lines[last] += word
		used += Columns(word)
	}
	return lines
}
