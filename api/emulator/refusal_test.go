package emulator_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mqttca/api/emulator"
)

// TestEveryCode has one request for each code that the emulator can answer, and holds the whole answer to the vendor's shape.
func TestEveryCode(t *testing.T) {
	ca := newAuthority(t, nil, nil)
	tests := []struct {
		code    string
		status  int
		message string
		send    func(*client) answer
	}{
		{"IncompleteSignature", 400, "The request signature does not conform to Alibaba Cloud standards.", func(c *client) answer {
			r := codeRequest(instanceID)
			r.after = func(r *http.Request) { r.Header.Del("Authorization") }
			return c.send(r)
		}},
		{"InvalidAccessKeyId.NotFound", 404, "Specified access key is not found.", func(c *client) answer {
			r := codeRequest(instanceID)
			r.key = &emulator.Credential{AccessKeyID: "LTAInobody", AccessKeySecret: "s"}
			return c.send(r)
		}},
		{"InvalidAction.NotFound", 404, "Specified api is not found, please check your url and method.", func(c *client) answer {
			return c.send(request{method: http.MethodGet, action: "ListCaCertificates"})
		}},
		{"InvalidSecurityToken.Malformed", 400, "Specified SecurityToken is malformed.", func(c *client) answer {
			r := codeRequest(instanceID)
			r.key = &emulator.Credential{AccessKeyID: stsKey.AccessKeyID, AccessKeySecret: stsKey.AccessKeySecret, SecurityToken: "other"}
			return c.send(r)
		}},
		{"InvalidTimeStamp.Expired", 400, "Specified time stamp or date value is expired.", func(c *client) answer {
			r := codeRequest(instanceID)
			r.before = func(r *http.Request) { r.Header.Set("x-acs-date", "2026-01-02T02:49:04Z") }
			return c.send(r)
		}},
		{"InvalidTimeStamp.Format", 400, "Specified time stamp or date value is not well formatted.", func(c *client) answer {
			r := codeRequest(instanceID)
			r.before = func(r *http.Request) { r.Header.Set("x-acs-date", epoch.Format(time.RFC1123)) }
			return c.send(r)
		}},
		{"InvalidVersion", 400, "Specified parameter Version is not valid.", func(c *client) answer {
			r := codeRequest(instanceID)
			r.before = func(r *http.Request) { r.Header.Set("x-acs-version", "2019-01-01") }
			return c.send(r)
		}},
		{"MissingSecurityToken", 400, "SecurityToken is mandatory for this action.", func(c *client) answer {
			r := codeRequest(instanceID)
			r.key = &emulator.Credential{AccessKeyID: stsKey.AccessKeyID, AccessKeySecret: stsKey.AccessKeySecret}
			return c.send(r)
		}},
		{"MissingUserAgent", 400, "User-Agent is mandatory for this action.", func(c *client) answer {
			r := codeRequest(instanceID)
			r.after = func(r *http.Request) { r.Header.Set("User-Agent", "") }
			return c.send(r)
		}},
		{"MqttOwnerCheckError", 403, "Failed to validate the instance permission", func(c *client) answer {
			return c.send(codeRequest(foreignInstance))
		}},
		{"NoPermission", 403, "You are not authorized to perform this operation.", func(c *client) answer {
			return c.send(snRequest(http.MethodPost, "DeleteCaCertificate", "00"))
		}},
		{"SignatureNonceUsed", 400, "Specified signature nonce was used already.", func(c *client) answer {
			r := codeRequest(instanceID)
			r.before = func(r *http.Request) { r.Header.Set("x-acs-signature-nonce", "n") }
			c.send(r)
			return c.send(r)
		}},
		{"UnsupportedHTTPMethod", 403, "This http method is not supported.", func(c *client) answer {
			r := codeRequest(instanceID)
			r.method = http.MethodPost
			return c.send(r)
		}},
		{"CertificateContentError", 401, contentMessage,
			func(c *client) answer {
				leaf := ca.verification(c.t, "leaf", nil)
				return c.send(registerRequest(instanceID, "ca", leaf, leaf))
			}},
		{"FindCaBySnError", 400, "Failed to find the CA by the SN. Please check sn is valid.", func(c *client) answer {
			return c.send(snRequest(http.MethodGet, "GetCaCertificate", "00"))
		}},
		{"FindDeviceBySnError", 500, "Failed to find the device certificate by the SN. Please check sn is valid", func(c *client) answer {
			return c.send(devicesRequest(instanceID, "00", 1, 1))
		}},
		{"InstanceNotFound", 400, "Failed to find the instance. The instanceId may be invalid.", func(c *client) answer {
			return c.send(groupsRequest(unknownInstance))
		}},
		{"InstancePermissionCheckFailed", 400, "An error occurred while validating the permissions of the instance. " +
			"Please verify the account that created the instance and its permissions settings.", func(c *client) answer {
			return c.send(groupsRequest(foreignInstance))
		}},
		{"MqttInstanceNotFound", 400, "Specified instance is not found", func(c *client) answer {
			return c.send(codeRequest(unknownInstance))
		}},
		{"ParameterFieldCheckFailed", 400, parameterMessage, func(c *client) answer {
			return c.send(listRequest(instanceID, "1", "101"))
		}},
		{"RegisterCodeError", 400, "Register code error in verification certificate.", func(c *client) answer {
			c.registerCode(instanceID)
			return c.send(registerRequest(instanceID, "ca", ca.pem, ca.verification(c.t, "wrong", nil)))
		}},
		{"RegisterCodeUsed", 401, "Register code has been used.", func(c *client) answer {
			r := registerRequest(instanceID, "ca", ca.pem, ca.verification(c.t, c.registerCode(instanceID), nil))
			c.send(r)
			return c.send(r)
		}},
		{"SnNotUnique", 401, "Sn is not unique in global.", func(c *client) answer {
			c.register(instanceID, ca)
			code := c.registerCode(otherInstanceID)
			return c.send(registerRequest(otherInstanceID, "ca", ca.pem, ca.verification(c.t, code, nil)))
		}},
	}
	// The first's message varies: TestSignatureDoesNotMatch; the others come by faults alone: TestRefusals.
	covered := append([]string{"SignatureDoesNotMatch"}, onlyByFault...)
	for _, test := range tests {
		covered = append(covered, test.code)
		t.Run(test.code, func(t *testing.T) {
			c := start(t, func(o *emulator.Options) { o.Deny = []string{"DeleteCaCertificate"} })
			got := test.send(c)
			want := map[string]any{
				"RequestId": got.Header.Get("x-acs-request-id"),
				"HostId":    strings.TrimPrefix(c.url, "http://"),
				"Code":      test.code,
				"Message":   test.message,
				"Recommend": "https://api.aliyun.com/troubleshoot?product=OnsMqtt&q=" + test.code,
			}
			if diff := cmp.Diff(want, got.Body); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
			if got.Status != test.status {
				t.Errorf("status %d, want %d", got.Status, test.status)
			}
			checkHeaders(t, got)
			requests := c.service.Requests()
			if last := requests[len(requests)-1]; last.Code != test.code || last.HTTPStatus != test.status {
				t.Errorf("last logged request %+v, want %s with %d", last, test.code, test.status)
			}
		})
	}
	slices.Sort(covered)
	if diff := cmp.Diff(emulator.Codes(), covered); diff != "" {
		t.Errorf("codes without a test (-emulator +tests):\n%s", diff)
	}
}

// onlyByFault are the codes that nothing but a fault or a limit of calls brings about.
var onlyByFault = []string{
	"Forbidden.RAM", "InvalidAccessKeyId.Inactive", "InvalidApi.NotFound", "InvalidProtocol.NeedSsl", "InvalidSecurityToken.Expired",
	"Throttling", "Throttling.Api", "Throttling.User", "ServiceUnavailable",
	"ApiNotSupport", "CaNumExceed", "CheckAccountInfoFailed", "GetCaNumError", "InternalError",
	"ParameterCheckFailed", "PermissionCheckFailed", "SystemOverFlow",
}

// TestRefusals has the codes that only a fault brings about, before and after the vendor's notice on status codes.
func TestRefusals(t *testing.T) {
	gateway := map[string]int{
		"Forbidden.RAM": 403, "InvalidAccessKeyId.Inactive": 400, "InvalidApi.NotFound": 404, "InvalidProtocol.NeedSsl": 400,
		"InvalidSecurityToken.Expired": 400, "ServiceUnavailable": 503, "Throttling": 400, "Throttling.Api": 400, "Throttling.User": 400,
	}
	after := map[string]int{
		"ApiNotSupport": 404, "CaNumExceed": 401, "CheckAccountInfoFailed": 400, "GetCaNumError": 401, "InstancePermissionCheckFailed": 400,
		"InternalError": 417, "New.Code": 400, "ParameterCheckFailed": 400, "PermissionCheckFailed": 403, "SystemOverFlow": 403,
	}
	for _, statuses := range []emulator.Statuses{emulator.StatusesAfterNotice, emulator.StatusesBeforeNotice} {
		c := start(t, func(o *emulator.Options) { o.Statuses = statuses })
		for _, code := range append(slices.Clone(onlyByFault), "New.Code") {
			if err := c.service.Inject(emulator.Fault{Kind: emulator.FaultRefuse, Code: code}); err != nil {
				t.Fatal(err)
			}
			want := gateway[code]
			if want == 0 {
				want = map[emulator.Statuses]int{"after": after[code], "before": 500}[statuses]
			}
			got := c.send(codeRequest(instanceID))
			if message, _ := got.Body["Message"].(string); got.code() != code || got.Status != want ||
				(message == "The request was refused.") != (code == "New.Code") {
				t.Errorf("%s: status %d, want %d: %v", code, got.Status, want, got.Body)
			}
		}
		if err := c.service.Inject(); err != nil {
			t.Fatal(err)
		}
		if got := c.send(codeRequest(unknownInstance)); got.Status != map[emulator.Statuses]int{"after": 400, "before": 500}[statuses] {
			t.Errorf("%s: MqttInstanceNotFound has status %d", statuses, got.Status)
		}
	}
}
