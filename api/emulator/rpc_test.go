package emulator_test

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mqttca/api/emulator"
)

// rpcRequest is a request under signature 1.0; change alters the parameters before they are signed, after alters the signed request.
type rpcRequest struct {
	method, action string
	parameters     url.Values
	form           bool
	key            emulator.Credential
	change         func(url.Values)
	after          func(*http.Request)
}

func (c *client) rpc(want rpcRequest) *http.Request {
	c.t.Helper()
	all := url.Values{
		"Action": {want.action}, "Version": {"2020-04-20"}, "Format": {"JSON"}, "AccessKeyId": {want.key.AccessKeyID},
		"SignatureMethod": {"HMAC-SHA1"}, "SignatureVersion": {"1.0"}, "SignatureNonce": {rand.Text()},
		"Timestamp": {c.now().UTC().Format("2006-01-02T15:04:05Z")},
	}
	if want.key.SecurityToken != "" {
		all.Set("SecurityToken", want.key.SecurityToken)
	}
	for name, values := range want.parameters {
		all[name] = values
	}
	if want.change != nil {
		want.change(all)
	}
	text := want.method + "&%2F&" + encode(strings.ReplaceAll(all.Encode(), "+", "%20"))
	mac := hmac.New(sha1.New, []byte(want.key.AccessKeySecret+"&"))
	mac.Write([]byte(text))
	all.Set("Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	query, body := all, ""
	if want.form {
		query, body = url.Values{}, all.Encode()
	}
	r, err := http.NewRequest(want.method, c.url+"/", strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.URL.RawQuery = query.Encode()
	if want.form {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	}
	if want.after != nil {
		want.after(r)
	}
	return r
}

func encode(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

func TestRPCSignature(t *testing.T) {
	set := func(name, value string) func(url.Values) { return func(v url.Values) { v.Set(name, value) } }
	drop := func(name string) func(url.Values) { return func(v url.Values) { v.Del(name) } }
	timestamp := func(d time.Duration) func(url.Values) {
		return set("Timestamp", epoch.Add(d).Format("2006-01-02T15:04:05Z"))
	}
	wrong := emulator.Credential{AccessKeyID: plainKey.AccessKeyID, AccessKeySecret: "wrong"}
	noToken := emulator.Credential{AccessKeyID: stsKey.AccessKeyID, AccessKeySecret: stsKey.AccessKeySecret}
	badToken := noToken
	badToken.SecurityToken = "other"
	nobody := emulator.Credential{AccessKeyID: "nobody", AccessKeySecret: "s"}
	more := func(r *http.Request) { r.URL.RawQuery += "&More=1" }
	tests := []struct {
		name    string
		request rpcRequest
		want    string
	}{
		{"plain key", rpcRequest{key: plainKey}, ""},
		{"temporary key", rpcRequest{key: stsKey}, ""},
		{"in a form", rpcRequest{key: stsKey, method: http.MethodGet, form: true}, ""},
		{"characters that encodings differ on", rpcRequest{key: plainKey, change: set("More", "a b*~/+é&=")}, ""},
		{"an empty parameter", rpcRequest{key: plainKey, change: set("SignatureType", "")}, ""},
		{"a header x-acs-action beside", rpcRequest{key: plainKey, after: func(r *http.Request) {
			r.Header.Set("x-acs-action", "GetRegisterCode")
		}}, ""},
		{"an Authorization header beside, which decides", rpcRequest{key: plainKey, after: func(r *http.Request) {
			r.Header.Set("x-acs-action", "GetRegisterCode")
			r.Header.Set("x-acs-version", "2020-04-20")
			r.Header.Set("Authorization", "ACS3-HMAC-SHA256")
		}}, "IncompleteSignature"},
		{"15 minutes behind", rpcRequest{key: plainKey, change: timestamp(-15 * time.Minute)}, ""},
		{"over 15 minutes behind", rpcRequest{key: plainKey, change: timestamp(-15*time.Minute - time.Second)}, "InvalidTimeStamp.Expired"},
		{"timestamp of another form", rpcRequest{key: plainKey, change: set("Timestamp", "2026-01-02")}, "InvalidTimeStamp.Format"},
		{"wrong secret", rpcRequest{key: wrong}, "SignatureDoesNotMatch"},
		{"unknown key", rpcRequest{key: nobody}, "InvalidAccessKeyId.NotFound"},
		{"parameter added", rpcRequest{key: plainKey, after: more}, "SignatureDoesNotMatch"},
		{"parameter added beside a form", rpcRequest{key: plainKey, form: true, after: more}, "SignatureDoesNotMatch"},
		{"no token", rpcRequest{key: noToken}, "MissingSecurityToken"},
		{"another token", rpcRequest{key: badToken}, "InvalidSecurityToken.Malformed"},
		{"another method of signing", rpcRequest{key: plainKey, change: set("SignatureMethod", "HMAC-SHA256")}, "IncompleteSignature"},
		{"another version of signing", rpcRequest{key: plainKey, change: set("SignatureVersion", "2.0")}, "IncompleteSignature"},
		{"no nonce", rpcRequest{key: plainKey, change: drop("SignatureNonce")}, "IncompleteSignature"},
		{"no signature", rpcRequest{key: plainKey, after: func(r *http.Request) {
			r.URL.RawQuery = r.URL.RawQuery[:strings.Index(r.URL.RawQuery, "Signature=")] + r.URL.RawQuery[strings.Index(r.URL.RawQuery, "SignatureMethod="):]
		}}, "IncompleteSignature"},
		{"unknown version", rpcRequest{key: plainKey, change: set("Version", "2020-04-21")}, "InvalidVersion"},
		{"unknown operation", rpcRequest{key: plainKey, change: set("Action", "GetRegisterCodes")}, "InvalidAction.NotFound"},
		{"no User-Agent", rpcRequest{key: plainKey, after: func(r *http.Request) { r.Header.Set("User-Agent", "") }}, "MissingUserAgent"},
		{"a form that isn't encoded", rpcRequest{key: plainKey, form: true, after: func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader("%zz=1")), 5
		}}, "ParameterFieldCheckFailed"},
	}
	c := start(t, nil)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := *c
			c.t = t
			test.request.method, test.request.action = http.MethodGet, "GetRegisterCode"
			test.request.parameters = values("MqttInstanceId", instanceID)
			if got := c.do(c.rpc(test.request)); got.code() != test.want {
				t.Errorf("code %q, want %q: %v", got.code(), test.want, got.Body)
			}
		})
	}
}

// TestRPCSignsTheMethod sends by GET a request that was signed for POST.
func TestRPCSignsTheMethod(t *testing.T) {
	c := start(t, nil)
	want := rpcRequest{method: http.MethodPost, action: "RegisterCaCertificate", parameters: values("MqttInstanceId", instanceID), key: plainKey}
	if got := c.do(c.rpc(want)); got.code() != "ParameterFieldCheckFailed" {
		t.Errorf("by POST: %q", got.code())
	}
	want.after = func(r *http.Request) { r.Method = http.MethodGet }
	if got := c.do(c.rpc(want)); got.code() != "SignatureDoesNotMatch" {
		t.Errorf("by GET: %q", got.code())
	}
}

func TestRPCNonceServesOnce(t *testing.T) {
	c := start(t, nil)
	want := rpcRequest{
		method: http.MethodGet, action: "GetRegisterCode", parameters: values("MqttInstanceId", instanceID), key: plainKey,
		change: func(v url.Values) { v.Set("SignatureNonce", "n") },
	}
	if got := c.do(c.rpc(want)); got.code() != "" {
		t.Errorf("first: %q", got.code())
	}
	if got := c.do(c.rpc(want)); got.code() != "SignatureNonceUsed" {
		t.Errorf("again: %q", got.code())
	}
	r := codeRequest(instanceID)
	r.before = func(r *http.Request) { r.Header.Set("x-acs-signature-nonce", "n") }
	if got := c.send(r); got.code() != "SignatureNonceUsed" {
		t.Errorf("by the other scheme: %q", got.code())
	}
}

func TestRPCMismatchEchoesTheStringToSign(t *testing.T) {
	c := start(t, nil)
	key := emulator.Credential{AccessKeyID: stsKey.AccessKeyID, AccessKeySecret: "wrong", SecurityToken: stsKey.SecurityToken}
	got := c.do(c.rpc(rpcRequest{
		method: http.MethodGet, action: "ListInstances", key: key,
		change: func(v url.Values) { v.Set("SignatureNonce", "n") },
	}))
	want := "Specified signature does not match our calculation. server string to sign is:GET&%2F&AccessKeyId%3DSTS.test%26Action%3DListInstances" +
		"%26Format%3DJSON%26SecurityToken%3Dtoken%252B%252F%253D%253D%26SignatureMethod%3DHMAC-SHA1%26SignatureNonce%3Dn%26SignatureVersion%3D1.0" +
		"%26Timestamp%3D2026-01-02T03%253A04%253A05Z%26Version%3D2020-04-20"
	if diff := cmp.Diff(want, got.Body["Message"]); diff != "" {
		t.Errorf("message (-want +got):\n%s", diff)
	}
}
