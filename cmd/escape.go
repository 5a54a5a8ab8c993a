package cmd

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
)

// escape makes text from outside fit for a terminal: what does not print (control
// characters, line breaks, bidirectional overrides) is shown as \u and four hex
// digits, so that a name cannot move the cursor or turn a line around.
func escape(text string) string { return escapeBut(text, "") }

// escapeBut leaves the characters of keep as they are.
func escapeBut(text, keep string) string {
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
