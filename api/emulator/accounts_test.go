package emulator_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mqttca/api/emulator"
)

var foreignKey = emulator.Credential{AccessKeyID: "LTAIforeign", AccessKeySecret: "secretOfForeign", Foreign: true}

func withForeignKey(o *emulator.Options) { o.Credentials = append(o.Credentials, foreignKey) }

// TestAccounts holds every operation on an instance to its owner.
func TestAccounts(t *testing.T) {
	c := start(t, withForeignKey)
	tests := []struct {
		key            emulator.Credential
		instance, want string
	}{
		{plainKey, instanceID, ""},
		{plainKey, otherInstanceID, ""},
		{plainKey, foreignInstance, "MqttOwnerCheckError"},
		{plainKey, unknownInstance, "MqttInstanceNotFound"},
		{foreignKey, foreignInstance, ""},
		{foreignKey, instanceID, "MqttOwnerCheckError"},
	}
	for _, test := range tests {
		for _, r := range []request{codeRequest(test.instance), listRequest(test.instance, "1", "1")} {
			r.key = &test.key
			if got := c.send(r); got.code() != test.want {
				t.Errorf("%s of %s by %s: %q, want %q", r.action, test.instance, test.key.AccessKeyID, got.code(), test.want)
			}
		}
	}
}

func TestListInstances(t *testing.T) {
	c := start(t, withForeignKey)
	ids := func(method string, key emulator.Credential, pairs ...string) any {
		t.Helper()
		got := c.send(request{method: method, action: "ListInstances", query: values(pairs...), key: &key})
		if got.code() != "200" {
			return got.code()
		}
		list := []string{}
		for _, entry := range got.Body["Instances"].([]any) {
			list = append(list, entry.(map[string]any)["InstanceId"].(string))
		}
		return list
	}
	tests := []struct {
		name string
		got  any
		want any
	}{
		{"of an account", ids(http.MethodGet, plainKey), []string{instanceID, otherInstanceID}},
		{"by POST", ids(http.MethodPost, plainKey), []string{instanceID, otherInstanceID}},
		{"of another", ids(http.MethodGet, foreignKey), []string{foreignInstance}},
		{"with no tag", ids(http.MethodPost, plainKey, "Tags", "[]"), []string{instanceID, otherInstanceID}},
		{"with a tag", ids(http.MethodPost, plainKey, "Tags", `[{"key":"a","value":"b"}]`), []string{}},
		{"with bad tags", ids(http.MethodPost, plainKey, "Tags", `a=b`), "ParameterFieldCheckFailed"},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	got := c.send(request{method: http.MethodGet, action: "ListInstances", key: &foreignKey}).Body
	want := map[string]any{
		"RequestId": got["RequestId"], "Code": "200", "Message": "operation success.", "Success": "true",
		"Instances": []any{map[string]any{
			"InstanceId": foreignInstance, "InstanceName": foreignInstance, "InstanceStatus": 5.0, "InstanceType": 1.0,
			"RegionId": "cn-emulated", "KernelVersion": "V3.3.0", "OrderId": "200000000000001", "Specific": "",
			"MqttTags": []any{}, "CreateTime": 1739345768000.0, "ExpireTime": 4102444800000.0,
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

// TestRegions: an instance can be given a region, which it is listed in and RAM names.
func TestRegions(t *testing.T) {
	c := start(t, func(o *emulator.Options) {
		o.Instances = []string{"post-a@cn-hangzhou", "post-b@eu-central-1", "post-c"}
		o.Credentials = []emulator.Credential{plainKey, {AccessKeyID: "none", AccessKeySecret: "s", Allow: []string{}}}
	})
	regions := map[any]any{}
	for _, entry := range c.send(request{method: http.MethodGet, action: "ListInstances"}).Body["Instances"].([]any) {
		regions[entry.(map[string]any)["InstanceId"]] = entry.(map[string]any)["RegionId"]
	}
	if diff := cmp.Diff(map[any]any{"post-a": "cn-hangzhou", "post-b": "eu-central-1", "post-c": "cn-emulated"}, regions); diff != "" {
		t.Errorf("regions (-want +got):\n%s", diff)
	}
	c.registerCode("post-b")
	denied := codeRequest("post-b")
	denied.key = &emulator.Credential{AccessKeyID: "none", AccessKeySecret: "s"}
	want := "You are not authorized to perform this operation. Action: mq:GetRegisterCode. Resource: acs:mq:eu-central-1:1000000000000001:post-b."
	if got := c.send(denied).Body["Message"]; got != want {
		t.Errorf("message %q, want %q", got, want)
	}
}
