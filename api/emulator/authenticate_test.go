package emulator_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mqttca/api/emulator"
)

// emptyHash is the SHA-256 of an empty body.
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

func TestAuthenticate(t *testing.T) {
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	replace := func(old, new string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), old, new, 1))
		}
	}
	date := func(d time.Duration) func(*http.Request) {
		return header("x-acs-date", epoch.Add(d).Format("2006-01-02T15:04:05Z"))
	}
	wrongSecret := emulator.Credential{AccessKeyID: plainKey.AccessKeyID, AccessKeySecret: "wrong"}
	plainWithToken := emulator.Credential{
		AccessKeyID: plainKey.AccessKeyID, AccessKeySecret: plainKey.AccessKeySecret, SecurityToken: "t",
	}
	tests := []struct {
		name    string
		request request
		want    string
	}{
		{"plain key", request{}, ""},
		{"temporary key", request{key: &stsKey}, ""},
		{"with a body", request{body: "hello"}, ""},
		{"a body like a form, without its content type", request{body: "MqttInstanceId=" + instanceID}, ""},
		{"plus signs for spaces", request{
			before: func(r *http.Request) { r.URL.RawQuery += "&A%20B=a%20b" },
			after:  func(r *http.Request) { r.URL.RawQuery = strings.ReplaceAll(r.URL.RawQuery, "%20", "+") },
		}, ""},
		{"a signed header of another kind", request{before: header("X-Other", "  v  ")}, ""},
		{"spaces after the commas", request{after: replace(",Signature", ", Signature")}, ""},
		{"a parameter twice", request{before: func(r *http.Request) { r.URL.RawQuery += "&A=b&A=a" }}, ""},
		{"15 minutes behind", request{before: date(-15 * time.Minute)}, ""},
		{"15 minutes ahead", request{before: date(15 * time.Minute)}, ""},

		{"over 15 minutes behind", request{before: date(-15*time.Minute - time.Second)}, "InvalidTimeStamp.Expired"},
		{"over 15 minutes ahead", request{before: date(15*time.Minute + time.Second)}, "InvalidTimeStamp.Expired"},
		{"timestamp with a zone", request{before: header("x-acs-date", "2026-01-02T03:04:05+00:00")}, "InvalidTimeStamp.Format"},
		{"no timestamp", request{before: header("x-acs-date", "")}, "InvalidTimeStamp.Format"},

		{"wrong secret", request{key: &wrongSecret}, "SignatureDoesNotMatch"},
		{"query altered", request{after: func(r *http.Request) { r.URL.RawQuery += "&A=b" }}, "SignatureDoesNotMatch"},
		{"header altered", request{after: header("x-acs-date", "2026-01-02T03:04:06Z")}, "SignatureDoesNotMatch"},
		{"header added", request{after: header("x-acs-more", "1")}, "SignatureDoesNotMatch"},
		{"second value added", request{after: func(r *http.Request) { r.Header.Add("x-acs-date", "2026") }}, "SignatureDoesNotMatch"},
		{"host not signed", request{unsigned: "host"}, "SignatureDoesNotMatch"},
		{"nonce not signed", request{unsigned: "x-acs-signature-nonce"}, "SignatureDoesNotMatch"},
		{"host altered", request{after: func(r *http.Request) { r.Host = "onsmqtt.cn-hangzhou.aliyuncs.com" }}, "SignatureDoesNotMatch"},
		{"body hash of another body", request{
			body: "hello", before: header("x-acs-content-sha256", strings.Repeat("0", 64)),
		}, "SignatureDoesNotMatch"},
		{"header's hash not the one signed", request{
			before: header("x-acs-content-sha256", strings.Repeat("0", 64)), signedHash: emptyHash,
		}, "SignatureDoesNotMatch"},
		{"no body hash", request{before: func(r *http.Request) { r.Header.Del("x-acs-content-sha256") }}, "SignatureDoesNotMatch"},

		{"no scheme", request{after: header("Authorization", "Credential=a,SignedHeaders=host,Signature=0")}, "IncompleteSignature"},
		{"other algorithm", request{after: replace("SHA256", "SM3")}, "IncompleteSignature"},
		{"empty credential", request{
			after: header("Authorization", "ACS3-HMAC-SHA256 Credential=,SignedHeaders=host,Signature=0"),
		}, "IncompleteSignature"},
		{"empty signature", request{
			after: header("Authorization", "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature="),
		}, "IncompleteSignature"},
		{"no credential", request{after: replace("Credential=LTAItest,", "")}, "IncompleteSignature"},
		{"empty signed headers", request{
			after: header("Authorization", "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=,Signature=0"),
		}, "IncompleteSignature"},
		{"one field twice", request{after: replace("Credential", "Credential=x,Credential")}, "IncompleteSignature"},
		{"unknown field", request{after: replace("Credential", "More=x,Credential")}, "IncompleteSignature"},
		{"signed headers out of order", request{after: replace("host;x-acs-action", "x-acs-action;host")}, "IncompleteSignature"},
		{"a signed header twice", request{after: replace("=host;", "=host;host;")}, "IncompleteSignature"},
		{"signed headers in capitals", request{after: replace("=host", "=Host")}, "IncompleteSignature"},
		{"no nonce", request{before: func(r *http.Request) { r.Header.Del("x-acs-signature-nonce") }}, "IncompleteSignature"},

		{"token with a plain key", request{key: &plainWithToken}, "InvalidSecurityToken.Malformed"},
		{"query not encoded", request{before: func(r *http.Request) { r.URL.RawQuery += "&A=%zz" }}, "ParameterFieldCheckFailed"},
		{"name in the query not encoded", request{before: func(r *http.Request) { r.URL.RawQuery += "&%zz=A" }}, "ParameterFieldCheckFailed"},
		{"body too large", request{body: strings.Repeat("x", 64<<10+1)}, "ParameterFieldCheckFailed"},
	}
	c := start(t, nil)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := *c
			c.t = t
			test.request.method, test.request.action = http.MethodGet, "GetRegisterCode"
			test.request.query = values("MqttInstanceId", instanceID)
			if got := c.send(test.request); got.code() != test.want {
				t.Errorf("code %q, want %q: %v", got.code(), test.want, got.Body)
			}
		})
	}
}

// TestTimestampToTheNanosecond: a timestamp has whole seconds, the clock has not.
func TestTimestampToTheNanosecond(t *testing.T) {
	c := start(t, nil)
	r := codeRequest(instanceID)
	r.before = func(r *http.Request) { r.Header.Set("x-acs-date", epoch.Format("2006-01-02T15:04:05Z")) }
	for _, step := range []struct {
		advance time.Duration
		want    string
	}{{15 * time.Minute, ""}, {1, "InvalidTimeStamp.Expired"}} {
		c.clock.advance(step.advance)
		if got := c.send(r); got.code() != step.want {
			t.Errorf("%v later: code %q, want %q", step.advance, got.code(), step.want)
		}
	}
}

func TestSignatureDoesNotMatch(t *testing.T) {
	c := start(t, nil)
	r := codeRequest(instanceID)
	r.key = &emulator.Credential{AccessKeyID: stsKey.AccessKeyID, AccessKeySecret: "wrong", SecurityToken: stsKey.SecurityToken}
	r.before = func(r *http.Request) {
		r.Header.Set("x-acs-signature-nonce", "n")
		// Not the body's: the last line shows the hash that the service itself computes.
		r.Header.Set("x-acs-content-sha256", strings.Repeat("0", 64))
	}
	got := c.send(r)
	host := strings.TrimPrefix(c.url, "http://")
	wantCanonical := "GET\n/\nMqttInstanceId=post-cn-emulated\n" +
		"host:" + host + "\n" +
		"x-acs-action:GetRegisterCode\n" +
		"x-acs-content-sha256:" + strings.Repeat("0", 64) + "\n" +
		"x-acs-date:2026-01-02T03:04:05Z\n" +
		"x-acs-security-token:token+/==\n" +
		"x-acs-signature-nonce:n\n" +
		"x-acs-version:2020-04-20\n\n" +
		"host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-security-token;x-acs-signature-nonce;x-acs-version\n" +
		emptyHash
	message, _ := got.Body["Message"].(string)
	before, canonical, _ := strings.Cut(strings.TrimSuffix(message, "]"), ", server canonicalRequest is [")
	if diff := cmp.Diff(wantCanonical, canonical); diff != "" {
		t.Errorf("canonical request (-want +got):\n%s", diff)
	}
	const start = "Specified signature does not match our calculation. server stringToSign is [ACS3-HMAC-SHA256\n"
	if !strings.HasPrefix(before, start) || got.Status != http.StatusBadRequest || got.code() != "SignatureDoesNotMatch" {
		t.Errorf("status %d, code %q, message %q", got.Status, got.code(), message)
	}
}

func TestNonceServesOnce(t *testing.T) {
	c := start(t, nil)
	wrongSecret := emulator.Credential{AccessKeyID: plainKey.AccessKeyID, AccessKeySecret: "x"}
	nonce := func(r *http.Request) { r.Header.Set("x-acs-signature-nonce", "n") }
	steps := []struct {
		name    string
		key     emulator.Credential
		advance time.Duration
		want    string
	}{
		{"a request that isn't authentic uses up nothing", wrongSecret, 0, "SignatureDoesNotMatch"},
		{"first", plainKey, 0, ""},
		{"again", plainKey, 0, "SignatureNonceUsed"},
		{"by another key", stsKey, 0, ""},
		{"at the end of the window", plainKey, 15 * time.Minute, "SignatureNonceUsed"},
		{"after the window", plainKey, 2 * time.Minute, ""},
	}
	for _, step := range steps {
		c.clock.advance(step.advance)
		r := codeRequest(instanceID)
		r.key, r.before = &step.key, nonce
		if got := c.send(r); got.code() != step.want {
			t.Errorf("%s: code %q, want %q", step.name, got.code(), step.want)
		}
	}
}
