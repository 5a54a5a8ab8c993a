package emulator

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// parameter is one name and value of the query string or the form, decoded.
type parameter struct{ name, value string }

type parameters []parameter

// parseParameters decodes a raw query string, or a form, which has the same shape. A plus sign is read as a space, as servers of HTML forms do, so that a client which
// means a plus sign and doesn't encode it fails here as it fails there.
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

// canonical is the query string in the one form that is signed: sorted by name, each part encoded by RFC 3986.
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

// percentEncode leaves only the unreserved characters of RFC 3986, section 2.3.
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

// value returns a parameter that is there once, else "".
func (p parameters) value(name string) string {
	var values []string
	for _, pair := range p {
		if pair.name == name {
			values = append(values, pair.value)
		}
	}
	if len(values) != 1 {
		return ""
	}
	return values[0]
}

// required returns a parameter that must be there, once, and not empty.
//
// Invented: that a parameter given twice is refused, and that the message names the parameter.
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
