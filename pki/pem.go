package pki

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

const pemBegin = "-----BEGIN "

// A pemBlock is one block of a PEM file. If block is nil, the file has a BEGIN line with this label
// but no complete block after it.
type pemBlock struct {
	label string
	block *pem.Block
}

// encrypted reports whether the block is an encrypted private key, in PKCS#8
// (RFC 7468 section 11) or in the legacy form (RFC 1421 section 4.6.1.1).
func (b pemBlock) encrypted() bool {
	return strings.HasPrefix(b.label, "ENCRYPTED ") || b.block != nil && b.legacy()
}

func (b pemBlock) whole() bool { return b.block != nil }

func (b pemBlock) isKey() bool { return strings.HasSuffix(b.label, "PRIVATE KEY") }

func (b pemBlock) legacy() bool { return strings.Contains(b.block.Headers["Proc-Type"], "ENCRYPTED") }

// byContent labels a complete block by its content, since tools write wrong labels, and drops data
// behind the DER, as OpenSSL does. It keeps trust settings behind a certificate: these must not
// vanish silently.
func (b pemBlock) byContent() pemBlock {
	if b.block == nil || b.legacy() || b.label == "TRUSTED CERTIFICATE" || strings.HasSuffix(b.label, "PARAMETERS") {
		return b
	}
	der, _ := firstDER(b.block.Bytes)
	if kind := kindOf(der); kind != "" {
		return pemBlock{kind, &pem.Block{Type: kind, Bytes: der}}
	}
	return b
}

// pemBlocks returns the PEM blocks of data and ignores the text around them. pem.Decode silently
// skips a damaged block; pemBlocks looks at each BEGIN on its own and reports damaged blocks. A
// BEGIN inside a line may be part of a sentence: it counts only if the block is complete.
func pemBlocks(data []byte) []pemBlock {
	data = unescape(bytes.ReplaceAll(data, byteOrderMark, nil))
	var blocks []pemBlock
	segments := bytes.Split(data, []byte(pemBegin))
	for i, segment := range segments[1:] {
		segments[i+1] = append([]byte(pemBegin), segment...) // makes a line with an earlier BEGIN not blank
		line := segments[i][bytes.LastIndexByte(segments[i], '\n')+1:]
		if block := decodeBlock(segments[i+1]); block.block != nil || len(bytes.TrimSpace(line)) == 0 {
			blocks = append(blocks, block.byContent())
		}
	}
	return blocks
}

// escapes are the forms of line feeds and base64 characters in JSON, environment files and URLs.
// None of them can be part of PEM.
var escapes = strings.NewReplacer(`\\r`, "", `\\n`, "\n", `\r`, "", `\n`, "\n", `\t`, "", `\/`, "/",
	`\u000a`, "\n", `\u000A`, "\n", `\u002b`, "+", `\u002B`, "+", `\u002f`, "/", `\u002F`, "/", `\u003d`, "=", `\u003D`, "=",
	"%0D", "", "%0d", "", "%0A", "\n", "%0a", "\n", "%20", " ", "%2B", "+", "%2b", "+", "%2F", "/", "%2f", "/", "%3D", "=", "%3d", "=")

func unescape(data []byte) []byte {
	if bytes.ContainsAny(data, `\%`) {
		return []byte(escapes.Replace(string(data)))
	}
	return data
}

func decodeBlock(segment []byte) pemBlock {
	block, _ := pem.Decode(segment)
	if block == nil {
		block = decodeLoosely(string(segment))
	}
	if block != nil {
		return pemBlock{label: block.Type, block: block}
	}
	line, _, _ := bytes.Cut(segment[len(pemBegin):], []byte("-----"))
	return pemBlock{label: plainLabel(line)}
}

// decodeLoosely decodes an indented, quoted or one-line block, or returns nil. The content must be
// a SEQUENCE or encrypted: a comment sign can be base64, too.
func decodeLoosely(segment string) *pem.Block {
	label, rest, _ := strings.Cut(segment[len(pemBegin):], "-----")
	body, _, ended := strings.Cut(rest, "-----END "+label+"-----")
	if !ended || plainLabel([]byte(label)) != label {
		return nil
	}
	fields := strings.FieldsFunc(body, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`\"',>|`+"\u200b", r) })
	block := &pem.Block{Type: label, Headers: map[string]string{}}
	if len(fields) > 6 && fields[0] == "Proc-Type:" && fields[3] == "DEK-Info:" {
		block.Headers["Proc-Type"] = fields[1] + "," + fields[2]
		block.Headers["DEK-Info"] = fields[4] + "," + fields[5]
		fields = fields[6:]
	}
	content, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.Join(fields, ""), "="))
	if err != nil || len(block.Headers) == 0 && !bytes.HasPrefix(content, []byte{0x30}) {
		return nil
	}
	block.Bytes = content
	return block
}

// plainLabel keeps the label of a damaged block only if it looks like one: the line could contain
// anything, including key material.
func plainLabel(label []byte) string {
	odd := func(r rune) bool { return (r < 'A' || r > 'Z') && r != ' ' && r != '.' && (r < '0' || r > '9') }
	if len(label) > 40 || bytes.ContainsFunc(label, odd) {
		return "PEM"
	}
	return string(label)
}

// labels lists the distinct kinds of blocks for an error.
func labels(blocks []pemBlock) string {
	var names []string
	for _, b := range blocks {
		if name := fmt.Sprintf("%q", b.label); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// isCertificate reports whether a PEM label announces a certificate (RFC 7468 section 5.1 also
// names the two older labels), or a device certificate as in the vendor's examples.
func isCertificate(label string) bool {
	return label == "DEVICECERTIFICATE" || label == "CERTIFICATE" || label == "X509 CERTIFICATE" || label == "X.509 CERTIFICATE"
}

// mangled are the marks left by terminal colours, a URL in a URL, JSON in JSON, RTF, HTML, and
// string concatenation in programs. meanings are their replacements.
var (
	mangled = sync.OnceValue(func() (patterns []*regexp.Regexp) {
		for _, text := range []string{`\x1b\[[0-9;]*[A-Za-z]`, `%(?:25)+`, `\\+([rn])`, `\\[a-z]{2,}[0-9]* ?`, `<[^<>]{1,200}>`, "[\"'`]\\s*[+.]\\s*"} {
			patterns = append(patterns, regexp.MustCompile(text))
		}
		return patterns
	})
	meanings = []string{"", "%", `\$1`, " ", " ", " "}
)

// quotedPrintable joins lines continued after an equals sign; base64 padding looks like one, but is
// not needed.
var quotedPrintable = strings.NewReplacer("=3D", "=", "=3d", "=", "=\r\n", "", "=\n", "")

// entities are the HTML and XML forms of PEM's characters other than letters and digits. (Package
// html brings all 2,231 along: 70 KB of the program.)
var entities = strings.NewReplacer("&plus;", "+", "&#43;", "+", "&#x2b;", "+", "&#x2B;", "+", "&sol;", "/", "&#47;", "/", "&#x2f;", "/", "&#x2F;", "/",
	"&equals;", "=", "&#61;", "=", "&#x3d;", "=", "&#x3D;", "=", "&hyphen;", "-", "&dash;", "-", "&ndash;", "-", "&#45;", "-", "&#x2d;", "-", "&#x2D;", "-",
	"&nbsp;", " ", "&#32;", " ", "&#160;", " ", "&#xa0;", " ", "&#xA0;", " ", "&#13;", "", "&#xd;", "", "&#xD;", "", "&#10;", "\n", "&#xa;", "\n", "&#xA;", "\n")

// boundary matches the first or last line of a block, with any dashes and blanks.
var boundary = sync.OnceValue(func() *regexp.Regexp {
	const dashes = `[-\x{2010}-\x{2015}\x{2212}]{2,6}`
	return regexp.MustCompile(dashes + `\s?(?i:(BEGIN|END))[\s\x{a0}+]+([A-Za-z0-9.][A-Za-z0-9. \x{a0}+]*?)` + dashes)
})

// tidy restores mangled PEM as far as possible. It is used only if no complete block was found: it
// may alter other text.
func tidy(text string) string {
	if !strings.Contains(strings.ToUpper(text), "BEGIN") {
		return ""
	}
	for i, pattern := range mangled() {
		text = pattern.ReplaceAllString(text, meanings[i])
	}
	text = entities.Replace(escapes.Replace(text))
	text = boundary().ReplaceAllStringFunc(text, func(line string) string {
		word := boundary().FindStringSubmatch(line)
		apart := func(r rune) bool { return unicode.IsSpace(r) || r == '+' }
		return "-----" + strings.ToUpper(word[1]+" "+strings.Join(strings.FieldsFunc(word[2], apart), " ")) + "-----"
	})
	if begin := strings.Index(text, pemBegin); begin >= 0 {
		sign := text[strings.LastIndexByte(text[:begin], '\n')+1 : begin] // marks a comment, a list or a diff
		text = strings.ReplaceAll("\n"+text, "\n"+sign, "\n")
	}
	return quotedPrintable.Replace(text)
}
