package pki

import (
	"html"
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// mangled are the marks of a terminal's colours, a URL in a URL, JSON in JSON, RTF, HTML, and
// strings that a program joins. meanings are what they stand for.
var (
	mangled = sync.OnceValue(func() (patterns []*regexp.Regexp) {
		for _, text := range []string{`\x1b\[[0-9;]*[A-Za-z]`, `%(?:25)+`, `\\+([rn])`, `\\[a-z]{2,}[0-9]* ?`, `<[^<>]{1,200}>`, "[\"'`]\\s*[+.]\\s*"} {
			patterns = append(patterns, regexp.MustCompile(text))
		}
		return patterns
	})
	meanings = []string{"", "%", `\$1`, " ", " ", " "}
)

// quotedPrintable has lines that go on behind an equals sign; the padding of base64, which
// looks like one, is not missed.
var quotedPrintable = strings.NewReplacer("=3D", "=", "=3d", "=", "=\r\n", "", "=\n", "")

// boundary is the first or last line of a block, with dashes and blanks of any kind.
var boundary = sync.OnceValue(func() *regexp.Regexp {
	const dashes = `[-\x{2010}-\x{2015}\x{2212}]{2,6}`
	return regexp.MustCompile(dashes + `\s?(?i:(BEGIN|END))[\s\x{a0}+]+([A-Za-z0-9.][A-Za-z0-9. \x{a0}+]*?)` + dashes)
})

// tidy writes mangled PEM as it was, as far as that can be told. It serves only if no whole
// block was found: it may alter other text.
func tidy(text string) string {
	if !strings.Contains(strings.ToUpper(text), "BEGIN") {
		return ""
	}
	for i, pattern := range mangled() {
		text = pattern.ReplaceAllString(text, meanings[i])
	}
	text = html.UnescapeString(escapes.Replace(text))
	text = boundary().ReplaceAllStringFunc(text, func(line string) string {
		word := boundary().FindStringSubmatch(line)
		apart := func(r rune) bool { return unicode.IsSpace(r) || r == '+' }
		return "-----" + strings.ToUpper(word[1]+" "+strings.Join(strings.FieldsFunc(word[2], apart), " ")) + "-----"
	})
	if begin := strings.Index(text, pemBegin); begin >= 0 {
		sign := text[strings.LastIndexByte(text[:begin], '\n')+1 : begin] // of a comment, a list, a change
		text = strings.ReplaceAll("\n"+text, "\n"+sign, "\n")
	}
	return quotedPrintable.Replace(text)
}
