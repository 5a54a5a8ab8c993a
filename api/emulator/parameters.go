package emulator

import (
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// maxBody has room for the form of RegisterCaCertificate, many times over.
const maxBody = 64 << 10

// read reads the parameters of a request. It takes a plus sign for a space, as servers of
// HTML forms do, so that a client that forgets to encode a plus sign fails here as it fails
// there.
// Invented: body.
func (c *call) read() *refusal {
	var err error
	if c.body, err = io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxBody)); err != nil {
		return refuse("ParameterFieldCheckFailed").because("The request body is incomplete or too large.")
	}
	if c.query, err = parseParameters(c.r.URL.RawQuery); err != nil {
		return refuse("ParameterFieldCheckFailed").because("The query string is not percent-encoded.")
	}
	c.parameters = maps.Clone(c.query)
	if !hasForm(c.r) {
		return nil
	}
	form, err := parseParameters(string(c.body))
	if err != nil {
		return refuse("ParameterFieldCheckFailed").because("The form is not percent-encoded.")
	}
	for name, values := range form {
		c.parameters[name] = slices.Concat(c.parameters[name], values)
	}
	return nil
}

func hasForm(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/x-www-form-urlencoded"
}

// Parameters are those of a query string or a form, decoded.
type parameters map[string][]string

func parseParameters(raw string) (parameters, error) {
	values, err := url.ParseQuery(raw)
	return parameters(values), err
}

// canonical returns the query string in the form that is signed: sorted by name and value,
// each part encoded by RFC 3986.
func (p parameters) canonical() string {
	for _, values := range p {
		slices.Sort(values) // nobody reads their order
	}
	return withoutPlus(url.Values(p).Encode())
}

// percentEncode encodes all but the unreserved characters of RFC 3986, section 2.3.
func percentEncode(text string) string { return withoutPlus(url.QueryEscape(text)) }

// withoutPlus replaces the plus signs, which net/url writes for spaces only.
func withoutPlus(encoded string) string { return strings.ReplaceAll(encoded, "+", "%20") }

// value returns the value of a parameter that is given exactly once, else "".
func (p parameters) value(name string) string {
	if len(p[name]) != 1 {
		return ""
	}
	return p[name][0]
}

// required returns the value of a parameter that must be given, once, and not be empty.
// Invented: parameters.
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
	return refuse("ParameterFieldCheckFailed").because(name)
}
