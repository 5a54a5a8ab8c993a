package emulator_test

import (
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParameters(t *testing.T) {
	list := func(pairs ...string) request {
		return request{method: http.MethodGet, action: "ListCaCertificate", query: values(pairs...)}
	}
	const long = "99999999999999999999"
	tests := []struct {
		name    string
		request request
		want    string
	}{
		{"complete", listRequest(instanceID, "1", "100"), ""},
		{"highest page", listRequest(instanceID, strconv.Itoa(1<<62), "100"), ""},
		{"an unknown parameter", list("MqttInstanceId", instanceID, "PageNo", "1", "PageSize", "1", "RegionId", "x"), ""},
		{"no instance", list("PageNo", "1", "PageSize", "1"), "MqttInstanceId"},
		{"empty instance", listRequest("", "1", "1"), "MqttInstanceId"},
		{"instance twice", list("MqttInstanceId", instanceID, "MqttInstanceId", instanceID, "PageNo", "1", "PageSize", "1"), "MqttInstanceId"},
		{"no page", list("MqttInstanceId", instanceID, "PageSize", "1"), "PageNo"},
		{"no page size", list("MqttInstanceId", instanceID, "PageNo", "1"), "PageSize"},
		{"page 0", listRequest(instanceID, "0", "1"), "PageNo"},
		{"page below 0", listRequest(instanceID, "-1", "1"), "PageNo"},
		{"page beyond numbers", listRequest(instanceID, long, "1"), "PageNo"},
		{"page in words", listRequest(instanceID, "one", "1"), "PageNo"},
		{"page size 0", listRequest(instanceID, "1", "0"), "PageSize"},
		{"page size 101", listRequest(instanceID, "1", "101"), "PageSize"},
		{"no Sn", snRequest(http.MethodGet, "GetCaCertificate", ""), "Sn"},
		{"no Sn to delete", snRequest(http.MethodPost, "DeleteCaCertificate", ""), "Sn"},
		{"no name", registerRequest(instanceID, "", "c", "v"), "CaName"},
		{"name of 65 characters", registerRequest(instanceID, strings.Repeat("é", 65), "c", "v"), "CaName"},
		{"name that isn't UTF-8", registerRequest(instanceID, "\xff", "c", "v"), "CaName"},
		{"no CA", registerRequest(instanceID, "n", "", "v"), "CaContent"},
		{"no verification certificate", registerRequest(instanceID, "n", "c", ""), "VerificationContent"},
	}
	c := start(t, nil)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := *c
			c.t = t
			got := c.send(test.request)
			want := [3]string{}
			if test.want != "" {
				want = [3]string{"ParameterFieldCheckFailed", parameterMessage, test.want}
			}
			if diff := cmp.Diff(want, c.refused(got)); diff != "" {
				t.Errorf("code, message and reason (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFormUnderACS3(t *testing.T) {
	c := start(t, nil)
	ca := newAuthority(t, nil, nil)
	r := registerRequest(instanceID, "a b+é", ca.pem, ca.verification(t, c.registerCode(instanceID), nil))
	r.body, r.query = r.query.Encode(), url.Values{}
	r.before = func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }
	if got := c.send(r); got.code() != "" {
		t.Errorf("in a form: %v", got.Body)
	}
	if book := c.service.Registrations(); len(book) != 1 || book[0].Name != "a b+é" {
		t.Errorf("book %+v", book)
	}
	r.after = func(r *http.Request) {
		r.Body = io.NopCloser(strings.NewReader(strings.Repeat("x", int(r.ContentLength))))
	}
	if got := c.send(r); got.code() != "SignatureDoesNotMatch" {
		t.Errorf("another form: %q", got.code())
	}
	twice := codeRequest(instanceID)
	twice.body, twice.before = "MqttInstanceId="+instanceID, r.before
	if got := c.send(twice); got.code() != "ParameterFieldCheckFailed" {
		t.Errorf("a parameter in both: %q", got.code())
	}
}
