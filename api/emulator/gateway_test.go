package emulator_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mqttca/api/emulator"
)

func TestMethods(t *testing.T) {
	c := start(t, nil)
	want := map[string]string{
		"GetRegisterCode":         "GET",
		"RegisterCaCertificate":   "GET POST",
		"ListCaCertificate":       "GET",
		"GetCaCertificate":        "GET",
		"ActiveCaCertificate":     "GET POST",
		"InactivateCaCertificate": "GET POST",
		"DeleteCaCertificate":     "GET POST",

		"ListDeviceCertificateByCaSn": "GET",
		"ListDeviceCertificate":       "GET",
		"GetDeviceCertificate":        "GET",
		"ActiveDeviceCertificate":     "GET POST",
		"InactivateDeviceCertificate": "GET POST",
		"DeleteDeviceCertificate":     "GET POST",
		"ListGroupId":                 "GET POST",
		"ListInstances":               "GET POST",
		"SetSniConfig":                "POST",
		"GetCallerIdentity":           "GET POST",
	}
	if diff := cmp.Diff(emulator.Operations(), slices.Sorted(maps.Keys(want))); diff != "" {
		t.Errorf("operations without a test (-emulator +test):\n%s", diff)
	}
	for action, methods := range want {
		for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
			// Without parameters, so that a request with the right method ends there.
			got := c.send(request{method: method, action: action, query: url.Values{}})
			wantCode := "UnsupportedHTTPMethod"
			if strings.Contains(methods, method) {
				wantCode = "ParameterFieldCheckFailed"
				switch action { // these need none
				case "ListInstances": // and this has a code in success
					wantCode = "200"
				case "GetCallerIdentity":
					wantCode = ""
				}
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

// TestPolicy allows each RAM action in turn, and wants exactly its operation to get past RAM.
func TestPolicy(t *testing.T) {
	actions := map[string]string{
		"GetRegisterCode": "mq:GetRegisterCode", "RegisterCaCertificate": "mq:RegisterCa", "ListCaCertificate": "mq:ListCaCertificate",
		"GetCaCertificate": "mq:GetCaCertificate", "ActiveCaCertificate": "mq:ActiveCaCertificate",
		"InactivateCaCertificate": "mq:UnregisterCaCertificate", "DeleteCaCertificate": "mq:DeleteCaCertificate",
		"ListDeviceCertificateByCaSn": "mq:ListDeviceCertificateByCaSn", "ListInstances": "",
		"ListDeviceCertificate": "mq:ListDeviceCertificate", "GetDeviceCertificate": "mq:GetDeviceCertificate",
		"ActiveDeviceCertificate": "mq:ActiveDeviceCertificate", "InactivateDeviceCertificate": "mq:UnregisterDeviceCertificate",
		"DeleteDeviceCertificate": "mq:DeleteDeviceCertificate", "SetSniConfig": "mq:SetSniConfig", "GetCallerIdentity": "",
		"ListGroupId": "mq:ListMqttGroupId",
	}
	if diff := cmp.Diff(emulator.Operations(), slices.Sorted(maps.Keys(actions))); diff != "" {
		t.Errorf("operations without a test (-emulator +test):\n%s", diff)
	}
	const instance = "mq:MqttInstanceAccess"
	all := slices.Sorted(maps.Values(actions))
	all = append(all[2:], instance) // without the actions of ListInstances and GetCallerIdentity, which are ""
	slices.Sort(all)
	if diff := cmp.Diff(all, emulator.Actions()); diff != "" {
		t.Errorf("actions (-want +got):\n%s", diff)
	}
	for allowed := range actions {
		key := emulator.Credential{AccessKeyID: "LTAIram", AccessKeySecret: "s", Allow: []string{instance}}
		if action := actions[allowed]; action != "" {
			key.Allow = append(key.Allow, action)
		}
		c := start(t, func(o *emulator.Options) { o.Credentials = []emulator.Credential{key} })
		for name, action := range actions {
			method := http.MethodGet
			switch name {
			case "RegisterCaCertificate", "SetSniConfig":
				method = http.MethodPost
			}
			got := c.send(request{method: method, action: name, query: values("MqttInstanceId", instanceID, "InstanceId", instanceID), key: &key})
			if denied := got.code() == "NoPermission"; denied != (name != allowed && action != "") {
				t.Errorf("with %s allowed, %s: %s", actions[allowed], name, got.code())
			}
			resource := "acs:mq:cn-emulated:1000000000000001:" + instanceID
			if name == "SetSniConfig" {
				resource = "*"
			}
			want := "You are not authorized to perform this operation. Action: " + action + ". Resource: " + resource + "."
			if got.code() == "NoPermission" && got.Body["Message"] != want {
				t.Errorf("message %q, want %q", got.Body["Message"], want)
			}
		}
	}
	for missing, allow := range map[string][]string{instance: {"mq:RegisterCa"}, "mq:RegisterCa": {}} {
		key := emulator.Credential{AccessKeyID: "LTAIram", AccessKeySecret: "s", Allow: allow}
		c := start(t, func(o *emulator.Options) { o.Credentials = []emulator.Credential{key} })
		r := registerRequest(instanceID, "n", "c", "v")
		r.key = &key
		want := "You are not authorized to perform this operation. Action: " + missing +
			". Resource: acs:mq:cn-emulated:1000000000000001:" + instanceID + "."
		if got := c.send(r); got.Body["Message"] != want {
			t.Errorf("with %q allowed: %v", allow, got.Body)
		}
	}
}

// TestOrderOfTheGateway gives a request every two faults and wants the code of the one that is checked first.
func TestOrderOfTheGateway(t *testing.T) {
	type parts struct {
		request
		key           emulator.Credential
		before, after []func(*http.Request)
	}
	before := func(change func(*http.Request)) func(*parts) {
		return func(p *parts) { p.before = append(p.before, change) }
	}
	after := func(change func(*http.Request)) func(*parts) {
		return func(p *parts) { p.after = append(p.after, change) }
	}
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	faults := []struct {
		code string
		make func(*parts)
	}{
		{"ParameterFieldCheckFailed", after(func(r *http.Request) { r.URL.RawQuery += "&A=%zz" })},
		{"MissingUserAgent", after(set("User-Agent", ""))},
		{"InvalidAction.NotFound", func(p *parts) { p.action = "X" }},
		{"InvalidVersion", before(set("x-acs-version", "2019-01-01"))},
		{"UnsupportedHTTPMethod", func(p *parts) { p.method = http.MethodPost }},
		{"IncompleteSignature", after(set("Authorization", ""))},
		{"InvalidAccessKeyId.NotFound", func(p *parts) { p.key.AccessKeyID = "LTAInobody" }},
		{"InvalidTimeStamp.Expired", before(set("x-acs-date", "2020-01-02T03:04:05Z"))},
		{"SignatureDoesNotMatch", after(set("x-acs-more", "1"))},
		{"InvalidSecurityToken.Malformed", func(p *parts) { p.key.SecurityToken = "t" }},
		{"SignatureNonceUsed", before(set("x-acs-signature-nonce", "used"))},
		{"NoPermission", func(p *parts) { p.action = "ListCaCertificate" }},
		{"MqttInstanceNotFound", func(p *parts) { p.query = values("MqttInstanceId", unknownInstance) }},
	}
	c := start(t, func(o *emulator.Options) { o.Deny = []string{"ListCaCertificate"} })
	send := func(indices ...int) string {
		p := &parts{request: codeRequest(instanceID), key: plainKey}
		// The earlier fault last: if both change the same, it stays.
		for _, i := range slices.Backward(indices) {
			faults[i].make(p)
		}
		run := func(changes []func(*http.Request)) func(*http.Request) {
			return func(r *http.Request) {
				for _, change := range changes {
					change(r)
				}
			}
		}
		p.request.key, p.request.before, p.request.after = &p.key, run(p.before), run(p.after)
		return c.send(p.request).code()
	}
	used := codeRequest(instanceID)
	used.before = set("x-acs-signature-nonce", "used")
	c.send(used)
	for i := range faults {
		if got := send(i); got != faults[i].code {
			t.Errorf("%s alone: %q", faults[i].code, got)
		}
		for j := i + 1; j < len(faults); j++ {
			if got := send(i, j); got != faults[i].code {
				t.Errorf("%s and %s: %q, want the first", faults[i].code, faults[j].code, got)
			}
		}
	}
}
