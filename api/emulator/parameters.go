package emulator

import (
	"cmp"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// maxBody bounds the body of a request: room for the form of RegisterCaCertificate, many times over.
const maxBody = 64 << 10

// incoming is the payload of a request: the parameters of its query and of its form, if it has one, and the raw body.
type incoming struct {
	query, form parameters
	body        []byte
}

// all returns the parameters that the operation gets. One given in the query and in the form counts as given twice.
func (p incoming) all() parameters { return slices.Concat(p.query, p.form) }

func readIncoming(w http.ResponseWriter, r *http.Request) (p incoming, refused *refusal) {
	var err error
	if p.body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
		// Invented: the code for a body that is too large or breaks off.
		return p, refusef(parameterFieldCheckFailed, "The request body is incomplete or too large.")
	}
	var ok bool
	if p.query, ok = parseParameters(r.URL.RawQuery); !ok {
		return p, refusef(parameterFieldCheckFailed, "The query string is not percent-encoded.")
	}
	if !hasForm(r) {
		return p, nil
	}
	if p.form, ok = parseParameters(string(p.body)); !ok {
		return p, refusef(parameterFieldCheckFailed, "The form is not percent-encoded.")
	}
	return p, nil
}

func hasForm(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/x-www-form-urlencoded"
}

// parameter is one name and value of the query string or the form, decoded.
type parameter struct{ name, value string }

type parameters []parameter

// parseParameters decodes a raw query string or a form. It reads a plus sign as a space, as servers of HTML forms do, so that a client
// that forgets to encode a plus sign fails here as it fails there.
func parseParameters(raw string) (list parameters, ok bool) {
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return nil, false
		}
		if value, err = url.QueryUnescape(value); err != nil {
			return nil, false
		}
		list = append(list, parameter{name, value})
	}
	return list, true
}

// canonical returns the query string in the form that is signed: sorted by name, each part encoded by RFC 3986.
func (p parameters) canonical() string {
	sorted := slices.Clone(p)
	slices.SortFunc(sorted, func(a, b parameter) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.value, b.value))
	})
	pairs := make([]string, len(sorted))
	for i, pair := range sorted {
		pairs[i] = percentEncode(pair.name) + "=" + percentEncode(pair.value)
	}
	return strings.Join(pairs, "&")
}

// percentEncode encodes all but the unreserved characters of RFC 3986, section 2.3.
func percentEncode(text string) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(text) {
		switch {
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '.', c == '_', c == '~':
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		}
	}
	return b.String()
}

// value returns the value of a parameter that is given exactly once, else "".
func (p parameters) value(name string) string {
	value, count := "", 0
	for _, pair := range p {
		if pair.name == name {
			value = pair.value
			count++
		}
	}
	if count != 1 {
		return ""
	}
	return value
}

// required returns the value of a parameter that must be given, once, and not be empty.
//
// Invented: a parameter given twice is refused, and the message names the parameter.
func (p parameters) required(name string) (string, *refusal) {
	if value := p.value(name); value != "" {
		return value, nil
	}
	return "", refuseParameter(name)
}

// number returns a required parameter that is a decimal number from low to high.
func (p parameters) number(name string, low, high int) (int, *refusal) {
	text, refused := p.required(name)
	if refused != nil {
		return 0, refused
	}
	number, err := strconv.Atoi(text)
	if err != nil || number < low || number > high {
		return 0, refuseParameter(name)
	}
	return number, nil
}

func refuseParameter(name string) *refusal {
	return refusef(parameterFieldCheckFailed, "Parameter: %s.", name)
}
