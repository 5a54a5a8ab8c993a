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
// That is neither what github.com/google/shlex does (comments, other escapes) nor
// github.com/mattn/go-shellwords (it stops at ; and |), and neither knows the other rule.
func splitCommand(line string, windows bool) ([]string, error) {
	s := splitter{rest: []rune(strings.TrimSpace(line)), windows: windows}
	for len(s.rest) > 0 {
		s.step()
	}
	s.endWord()
	if s.quote != 0 || s.cut || len(s.words) == 0 || s.words[0] == "" {
		return nil, errCommandLine
	}
	return s.words, nil
}

// A splitter has split all but the rest.
type splitter struct {
	rest    []rune
	windows bool

	words []string
	word  strings.Builder
	begun bool // a word, perhaps one of nothing but quotes
	quote rune // the open one, 0 outside of quotes
	cut   bool // the line ends within an escape
}

func (s *splitter) step() {
	c := s.rest[0]
	s.rest = s.rest[1:]
	switch {
	case c == '\\' && s.quote != '\'' && s.escapes():
		s.escaped()
	case s.quote != 0 && c == s.quote:
		s.quote = 0
	case s.quote == 0 && (c == '\'' || c == '"'):
		s.quote, s.begun = c, true
	case s.quote == 0 && unicode.IsSpace(c):
		s.endWord()
	default:
		s.add(c)
	}
}

// escapes tells a backslash that means something from one that stands for itself.
func (s *splitter) escapes() bool {
	next := rune(0)
	if len(s.rest) > 0 {
		next = s.rest[0]
	}
	switch {
	case s.windows:
		return s.quote == '"' && next == '"'
	case s.quote == '"':
		return strings.ContainsRune("\"\\$`\n", next)
	}
	return true
}

// escaped takes the character behind a backslash; a line feed there continues the line.
func (s *splitter) escaped() {
	if len(s.rest) == 0 {
		s.cut = true
		return
	}
	if s.rest[0] != '\n' {
		s.add(s.rest[0])
	}
	s.rest = s.rest[1:]
}

func (s *splitter) add(c rune) {
	s.word.WriteRune(c)
	s.begun = true
}

func (s *splitter) endWord() {
	if s.begun {
		s.words = append(s.words, s.word.String())
	}
	s.word.Reset()
	s.begun = false
}
