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
	"unicode/utf8"
)

// read reads the parameters of a request. It decodes a plus sign as a space, as HTML form servers
// do, so that a client which forgets to encode plus signs fails here as it would there.
// Invented: body.
func (c *call) read() *refusal {
	var err error
	// A form of RegisterCaCertificate is far below the limit.
	if c.body, err = io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, 64<<10)); err != nil {
		return refuseParameter("The request body is incomplete or too large.")
	}
	if c.query, err = parseParameters(c.r.URL.RawQuery); err != nil {
		return refuseParameter("The query string is not percent-encoded.")
	}
	c.parameters = maps.Clone(c.query)
	kind, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil
	}
	form, err := parseParameters(string(c.body))
	if err != nil {
		return refuseParameter("The form is not percent-encoded.")
	}
	for name, values := range form {
		c.parameters[name] = slices.Concat(c.parameters[name], values)
	}
	return nil
}

// parameters are the decoded parameters of a query string or form.
type parameters map[string][]string

func parseParameters(raw string) (parameters, error) {
	values, err := url.ParseQuery(raw)
	return parameters(values), err
}

// canonical returns the query string in the signed form: sorted by name and value, each part
// encoded by RFC 3986.
func (p parameters) canonical() string {
	for _, values := range p {
		slices.Sort(values) // their order has no meaning
	}
	return withoutPlus(url.Values(p).Encode())
}

// percentEncode encodes all but the unreserved characters of RFC 3986, section 2.3.
func percentEncode(text string) string { return withoutPlus(url.QueryEscape(text)) }

// withoutPlus replaces plus signs, which net/url writes for spaces only.
func withoutPlus(encoded string) string { return strings.ReplaceAll(encoded, "+", "%20") }

// value returns the value of a parameter given exactly once, else "".
func (p parameters) value(name string) string {
	if len(p[name]) != 1 {
		return ""
	}
	return p[name][0]
}

// number returns the value of a required numeric parameter.
func (p parameters) number(name string) int {
	number, _ := strconv.Atoi(p.value(name)) // require has checked it
	return number
}

// maxNameLength bounds a CaName, in characters. Invented: name.
const maxNameLength = 64

// require checks the operation's required parameters.
// Invented: parameters.
func (s *Service) require(c *call) *refusal {
	for name := range strings.FieldsSeq(c.op.needs) {
		value := c.value(name)
		number, err := strconv.Atoi(value)
		of := s.instances[value]
		switch {
		case value == "",
			name == "CaName" && (!utf8.ValidString(value) || utf8.RuneCountInString(value) > maxNameLength),
			name == "PageNo" && (err != nil || number < 1),
			name == "PageSize" && (err != nil || number < 1 || number > maxPageSize):
			return refuseParameter(name)
		case name == "InstanceId" && of.region == "":
			return refuse("InstanceNotFound")
		case name == "InstanceId" && of.foreign != c.credential.Foreign:
			return refuse("InstancePermissionCheckFailed")
		case name == "MqttInstanceId" && of.region == "":
			return refuse("MqttInstanceNotFound")
		case name == "MqttInstanceId" && of.foreign != c.credential.Foreign:
			return refuse("MqttOwnerCheckError")
		}
	}
	return nil
}

func refuseParameter(reason string) *refusal {
	return &refusal{code: "ParameterFieldCheckFailed", reason: reason}
}
