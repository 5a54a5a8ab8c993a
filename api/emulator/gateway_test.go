package emulator_test

import (
	"net/http"
	"net/url"
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
		"ActiveCaCertificate":     "POST",
		"InactivateCaCertificate": "POST",
		"DeleteCaCertificate":     "POST",

		"ListDeviceCertificateByCaSn": "GET",
	}
	for action, methods := range want {
		for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
			// Without parameters, so that a request with the right method ends there.
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
	}
	const instance = "mq:MqttInstanceAccess"
	for allowed := range actions {
		key := emulator.Credential{AccessKeyID: "LTAIram", AccessKeySecret: "s", Allow: []string{instance}}
		if action := actions[allowed]; action != "" {
			key.Allow = append(key.Allow, action)
		}
		c := start(t, func(o *emulator.Options) { o.Credentials = []emulator.Credential{key} })
		for name, action := range actions {
			method := http.MethodGet
			switch name {
			case "RegisterCaCertificate", "ActiveCaCertificate", "InactivateCaCertificate", "DeleteCaCertificate":
				method = http.MethodPost
			}
			got := c.send(request{method: method, action: name, query: values("MqttInstanceId", instanceID), key: &key})
			if denied := got.code() == "NoPermission"; denied != (name != allowed && action != "") {
				t.Errorf("with %s allowed, %s: %s", actions[allowed], name, got.code())
			}
			want := "You are not authorized to perform this operation. Action: " + action +
				". Resource: acs:mq:cn-emulated:1000000000000001:" + instanceID + "."
			if got.code() == "NoPermission" && got.Body["Message"] != want {
				t.Errorf("message %q, want %q", got.Body["Message"], want)
			}
		}
	}
	key := emulator.Credential{AccessKeyID: "LTAIram", AccessKeySecret: "s", Allow: []string{"mq:RegisterCa"}}
	c := start(t, func(o *emulator.Options) { o.Credentials = []emulator.Credential{key} })
	r := registerRequest(instanceID, "n", "c", "v")
	r.key = &key
	want := "You are not authorized to perform this operation. Action: mq:MqttInstanceAccess. Resource: acs:mq:cn-emulated:1000000000000001:" + instanceID + "."
	if got := c.send(r); got.Body["Message"] != want {
		t.Errorf("without access to instances: %v", got.Body)
	}
}
