package credentials

import (
	"errors"
	"strings"
	"unicode"
)

var errCommandLine = errors.New("not a command line")

// splitCommand splits a process_command as the vendor's tools do, so that a profile means
// the same here: POSIX quoting with nothing expanded. A backslash on Windows separates the
// parts of a path, and escapes only a double quote within double quotes.
//
// github.com/google/shlex has comments and other escapes, github.com/mattn/go-shellwords
// stops at ; and |, and neither knows the rule for Windows.
func splitCommand(line string, windows bool) (words []string, err error) {
	var (
		word  strings.Builder
		begun bool // a word, perhaps one of nothing but quotes
		quote rune // the open one, 0 outside of quotes
	)
	rest := []rune(strings.TrimSpace(line) + " ") // the space ends the last word
	for len(rest) > 0 {
		c := rest[0]
		rest = rest[1:]
		switch {
		case c == '\\' && escapes(quote, rest[0], windows):
			if len(rest) == 1 {
				return nil, errCommandLine
			}
			if rest[0] != '\n' { // which continues the line
				word.WriteRune(rest[0])
				begun = true
			}
			rest = rest[1:]
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote, begun = c, true
		case quote != 0 || !unicode.IsSpace(c):
			word.WriteRune(c)
			begun = true
		case begun:
			words = append(words, word.String())
			word.Reset()
			begun = false
		}
	}
	if quote != 0 || len(words) == 0 || words[0] == "" {
		return nil, errCommandLine
	}
	return words, nil
}

// escapes reports whether a backslash escapes the next character. Otherwise it stands for
// itself.
func escapes(quote, next rune, windows bool) bool {
	switch {
	case quote == '\'':
		return false
	case windows:
		return quote == '"' && next == '"'
	case quote == '"':
		return strings.ContainsRune("\"\\$`\n", next)
	}
	return true
}
