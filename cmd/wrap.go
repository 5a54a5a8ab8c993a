package cmd

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

// cells measures text as terminals show it: a Chinese character takes two columns, an
// accent none. What East Asian standards leave open takes one, as terminals have it unless
// they are told otherwise; the locale, which says nothing of the terminal, is not asked.
var cells = runewidth.Condition{StrictEmojiNeutral: true}

// shortened cuts a text to so many columns, with an ellipsis for what is lost.
func shortened(text string, width int) string { return cells.Truncate(text, width, "…") }

// padded fills a text up to so many columns.
func padded(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-cells.StringWidth(text)))
}

// wrapped breaks a text at its spaces, so that a line has at most width columns where
// the words allow that.
func wrapped(text string, width int) []string { return joined(strings.Split(text, " "), width) }

// wrappedSpeech does not break the commands that stand between single quotes either: a line
// break inside would spoil them for copying.
func wrappedSpeech(text string, width int) []string {
	var words []string
	quoted := false
	for word := range strings.SplitSeq(text, " ") {
		if quoted {
			words[len(words)-1] += " " + word
		} else {
			words = append(words, word)
		}
		opens := !quoted && strings.HasPrefix(word, "'")
		closes := strings.Contains(strings.TrimPrefix(word, "'"), "'")
		quoted = (quoted || opens) && !closes
	}
	return joined(words, width)
}

func joined(words []string, width int) []string {
	var lines []string
	room := 0
	for _, word := range words {
		size := cells.StringWidth(word)
		if last := len(lines) - 1; last >= 0 && 1+size <= room {
			lines[last] += " " + word
			room -= 1 + size
			continue
		}
		lines = append(lines, word)
		room = width - size
	}
	return lines
}
