package emulator_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mqttca/api/emulator"
)

func TestGetCallerIdentity(t *testing.T) {
	c := start(t, func(o *emulator.Options) {
		withForeignKey(o)
		o.Credentials = append(o.Credentials, emulator.Credential{AccessKeyID: "none", AccessKeySecret: "s", Allow: []string{}})
	})
	user := func(account string) map[string]any {
		return map[string]any{"IdentityType": "RAMUser", "AccountId": account, "UserId": "200000000000000001",
			"PrincipalId": "200000000000000001", "Arn": "acs:ram::" + account + ":user/emulated"}
	}
	role := map[string]any{"IdentityType": "AssumedRoleUser", "AccountId": emulator.DefaultAccount, "RoleId": "200000000000000001",
		"PrincipalId": "200000000000000001:session", "Arn": "acs:ram::1000000000000001:assumed-role/emulated/session"}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		for _, test := range []struct {
			key  emulator.Credential
			want map[string]any
		}{
			{plainKey, user(emulator.DefaultAccount)},
			{foreignKey, user("2000000000000002")},
			{emulator.Credential{AccessKeyID: "none", AccessKeySecret: "s"}, user(emulator.DefaultAccount)},
			{stsKey, role},
		} {
			got := c.send(request{method: method, action: "GetCallerIdentity", key: &test.key})
			test.want["RequestId"] = got.Header.Get("x-acs-request-id")
			if diff := cmp.Diff(test.want, got.Body); diff != "" {
				t.Errorf("%s by %s (-want +got):\n%s", test.key.AccessKeyID, method, diff)
			}
		}
	}
	// Each product has its own version.
	for action, version := range map[string]string{"GetCallerIdentity": "2020-04-20", "ListInstances": "2015-04-01"} {
		r := request{method: http.MethodGet, action: action, before: func(r *http.Request) { r.Header.Set("x-acs-version", version) }}
		if got := c.send(r); got.code() != "InvalidVersion" {
			t.Errorf("%s of version %s: %q", action, version, got.code())
		}
	}
}
