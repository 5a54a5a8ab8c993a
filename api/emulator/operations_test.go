package emulator_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"mqttca/api/emulator"
)

var requestIDShape = regexp.MustCompile(`^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$`)

func checkHeaders(t *testing.T, got answer) {
	t.Helper()
	id := got.Header.Get("x-acs-request-id")
	if !requestIDShape.MatchString(id) || got.Body["RequestId"] != id {
		t.Errorf("request id %q in the header, %q in the body", id, got.Body["RequestId"])
	}
	want := []string{"1", "Fri, 02 Jan 2026 03:04:05 GMT", "application/json;charset=utf-8"}
	headers := []string{got.Header.Get(emulator.HeaderEmulated), got.Header.Get("Date"), got.Header.Get("Content-Type")}
	if diff := cmp.Diff(want, headers); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}

func TestRegisterCodeStaysUntilUsed(t *testing.T) {
	c := start(t, nil)
	got := c.send(codeRequest(instanceID))
	checkHeaders(t, got)
	first := got.Body["RegisterCode"].(string)
	if shape := regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}[0-9]{10}$`); !shape.MatchString(first) {
		t.Errorf("code %q has not the vendor's shape", first)
	}
	if again := c.registerCode(instanceID); again != first {
		t.Errorf("code changed from %q to %q unused", first, again)
	}
	if other := c.registerCode(otherInstanceID); other == first {
		t.Error("two instances share a code")
	}
	c.register(instanceID, newAuthority(t, nil, nil))
	if next := c.registerCode(instanceID); next == first {
		t.Error("a used code is still current")
	}
}

func TestMethods(t *testing.T) {
	c := start(t, nil)
	want := map[string]string{
		"GetRegisterCode":         "GET",
		"RegisterCaCertificate":   "GET POST",
		"ListCaCertificate":       "GET",
		"GetCaCertificate":        "GET",
		"ActiveCaCertificate":     "POST",
		"InactivateCaCertificate": "POST",
		"DeleteCaCertificate":     "POST",

		"ListDeviceCertificateByCaSn": "GET",
	}
	for action, methods := range want {
		for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
			// Without parameters, so that whatever gets past the method ends there.
			got := c.send(request{method: method, action: action, query: url.Values{}})
			wantCode := "UnsupportedHTTPMethod"
			if strings.Contains(methods, method) {
				wantCode = "ParameterFieldCheckFailed"
			}
			if got.code() != wantCode {
				t.Errorf("%s %s: %s, want %s", method, action, got.code(), wantCode)
			}
		}
	}
}

func TestPathIsTheRoot(t *testing.T) {
	c := start(t, nil)
	r := codeRequest(instanceID)
	r.after = func(r *http.Request) { r.URL.Path = "/more" }
	if got := c.send(r); got.code() != "InvalidAction.NotFound" {
		t.Errorf("code %q", got.code())
	}
}

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
			want := map[string]any{"Message": nil, "Code": nil}
			if test.want != "" {
				want["Code"] = "ParameterFieldCheckFailed"
				want["Message"] = "Failed to validate the parameters. The parameters may be missing or invalid. Parameter: " + test.want + "."
			}
			if diff := cmp.Diff(want, map[string]any{"Message": got.Body["Message"], "Code": got.Body["Code"]}); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnknownInstanceAndSn(t *testing.T) {
	c := start(t, nil)
	sn := c.register(instanceID, newAuthority(t, nil, nil))
	for action, method := range map[string]string{
		"GetCaCertificate": "GET", "ActiveCaCertificate": "POST", "InactivateCaCertificate": "POST", "DeleteCaCertificate": "POST",
	} {
		tests := []struct{ instance, sn, want string }{
			{unknownInstance, sn, "MqttInstanceNotFound"},
			{otherInstanceID, sn, "FindCaBySnError"},
			{instanceID, strings.ToUpper(sn) + "0", "FindCaBySnError"},
			{instanceID, strings.TrimPrefix(sn, "00"), "FindCaBySnError"},
		}
		for _, test := range tests {
			got := c.send(request{method: method, action: action, query: values("MqttInstanceId", test.instance, "Sn", test.sn)})
			if got.code() != test.want {
				t.Errorf("%s of %s at %s: %q, want %q", action, test.sn, test.instance, got.code(), test.want)
			}
		}
	}
	for _, r := range []request{listRequest(unknownInstance, "1", "1"), registerRequest(unknownInstance, "n", "c", "v")} {
		if got := c.send(r); got.code() != "MqttInstanceNotFound" {
			t.Errorf("%s: %q", r.action, got.code())
		}
	}
}

func TestDenyIsByOperation(t *testing.T) {
	c := start(t, func(o *emulator.Options) { o.Deny = []string{"RegisterCaCertificate"} })
	if got := c.send(registerRequest(instanceID, "n", "c", "v")); got.code() != "NoPermission" {
		t.Errorf("denied operation: %q", got.code())
	}
	if got := c.send(codeRequest(instanceID)); got.code() != "" {
		t.Errorf("other operation: %q", got.code())
	}
	wantRequests := []emulator.Request{
		{Operation: "RegisterCaCertificate", Method: "POST", Code: "NoPermission", HTTPStatus: 403},
		{Operation: "GetRegisterCode", Method: "GET", HTTPStatus: 200},
	}
	if diff := cmp.Diff(wantRequests, c.service.Requests()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestOptions(t *testing.T) {
	const id, secret = "a", "s"
	keys := func(pairs ...string) []emulator.Credential {
		var list []emulator.Credential
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, emulator.Credential{AccessKeyID: pairs[i], AccessKeySecret: pairs[i+1]})
		}
		return list
	}
	one, key := []string{"i"}, keys(id, secret)
	tests := []struct {
		name    string
		options emulator.Options
		want    string
	}{
		{"enough", emulator.Options{Instances: one, Credentials: key}, ""},
		{"no instance", emulator.Options{Credentials: key}, "emulator: no instance given"},
		{"empty instance", emulator.Options{Instances: []string{""}, Credentials: key}, "emulator: an instance id is empty"},
		{"instance twice", emulator.Options{Instances: []string{"i", "i"}, Credentials: key}, `emulator: instance "i" is given twice`},
		{"no credential", emulator.Options{Instances: one}, "emulator: no credential given"},
		{"no id", emulator.Options{Instances: one, Credentials: keys("", secret)}, `emulator: access key id "" is not usable`},
		{"comma in an id", emulator.Options{Instances: one, Credentials: keys("a,b", secret)}, `emulator: access key id "a,b" is not usable`},
		{"no secret", emulator.Options{Instances: one, Credentials: keys(id, "")}, `emulator: access key "a" has no secret`},
		{"id twice", emulator.Options{Instances: one, Credentials: keys(id, secret, id, secret)}, `emulator: access key "a" is given twice`},
		{"unknown operation", emulator.Options{Instances: one, Credentials: key, Deny: []string{"X"}}, `emulator: cannot deny "X": no such operation`},
		{"empty account", emulator.Options{Instances: one, Credentials: key, Accounts: []emulator.Account{{}}}, "emulator: an account id is empty"},
		{"account twice", emulator.Options{
			Instances: one, Credentials: key, Accounts: []emulator.Account{{ID: emulator.DefaultAccount}},
		}, `emulator: account "1000000000000001" is given twice`},
		{"instance of two accounts", emulator.Options{
			Instances: one, Credentials: key, Accounts: []emulator.Account{{ID: "2", Instances: one}},
		}, `emulator: instance "i" is given twice`},
		{"unknown account", emulator.Options{Instances: one, Credentials: []emulator.Credential{
			{AccessKeyID: id, AccessKeySecret: secret, Account: "3"},
		}}, `emulator: access key "a" belongs to no account: "3"`},
		{"unknown action", emulator.Options{Instances: one, Credentials: []emulator.Credential{
			{AccessKeyID: id, AccessKeySecret: secret, Allow: []string{"mq:MqttInstanceAccess", "mq:X"}},
		}}, `emulator: access key "a" cannot be allowed "mq:X": no such action`},
		{"empty action", emulator.Options{Instances: one, Credentials: []emulator.Credential{
			{AccessKeyID: id, AccessKeySecret: secret, Allow: []string{""}},
		}}, `emulator: access key "a" cannot be allowed "": no such action`},
		{"numbers", emulator.Options{Instances: one, Credentials: key, Numbers: "x"}, `emulator: form of numbers "x" is none of numbers, strings`},
		{"PEM", emulator.Options{Instances: one, Credentials: key, PEM: "x"}, `emulator: form of PEM "x" is none of line-feeds, escaped`},
		{"Total", emulator.Options{Instances: one, Credentials: key, Total: "x"}, `emulator: form of Total "x" is none of records, pages`},
		{"Sn", emulator.Options{Instances: one, Credentials: key, Sn: "x"}, `emulator: form of Sn "x" is none of padded, upper, plain, colons`},
		{"order", emulator.Options{Instances: one, Credentials: key, Order: "x"}, `emulator: order "x" is none of oldest, newest`},
		{"statuses", emulator.Options{Instances: one, Credentials: key, Statuses: "x"}, `emulator: statuses "x" is none of after, before`},
		{"negative flicker", emulator.Options{Instances: one, Credentials: key, Flicker: -1}, "emulator: flicker -1ns is negative"},
		{"negative lifetime", emulator.Options{Instances: one, Credentials: key, CodeLifetime: -1}, "emulator: code lifetime -1ns is negative"},
		{"page limit below 1", emulator.Options{Instances: one, Credentials: key, PageLimit: -1}, "emulator: page limit -1 is not 1 to 100"},
		{"page limit over 100", emulator.Options{Instances: one, Credentials: key, PageLimit: 101}, "emulator: page limit 101 is not 1 to 100"},
		{"short code", emulator.Options{Instances: one, Credentials: key, CodeLength: 35}, "emulator: code length 35 is not 36 to 64"},
		{"long code", emulator.Options{Instances: one, Credentials: key, CodeLength: 65}, "emulator: code length 65 is not 36 to 64"},
		{"too many strangers", emulator.Options{Instances: one, Credentials: key, Strangers: 1001}, "emulator: number of strangers 1001 is not 0 to 1000"},
		{"negative devices", emulator.Options{Instances: one, Credentials: key, DevicesPerCA: -1}, "emulator: number of devices -1 is not 0 to 100000"},
		{"only an instance of another account", emulator.Options{
			Credentials: key, Accounts: []emulator.Account{{ID: "2", Instances: one}},
		}, ""},
		{"negative delay", emulator.Options{Instances: one, Credentials: key, ListDelay: -1}, "emulator: list delay -1ns is negative"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := emulator.New(test.options)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("error %q, want %q", got, test.want)
			}
		})
	}
}
