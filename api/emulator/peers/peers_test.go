package peers

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"mqttca/api/emulator"
)

var allPeers = []peer{
	{"darabonba with ACS3", sendDarabonba(""), darabonbaCode},
	{"darabonba with signature 1.0", sendDarabonba("v2"), darabonbaCode},
	{"alibaba-cloud-sdk-go", sendAlibabaCloudSDK, alibabaCloudSDKCode},
	{"npm openapi-client", sendNode("openapi-client"), nodeCode},
	{"npm pop-core", sendNode("pop-core"), nodeCode},
}

func codeCall() call {
	return call{action: "GetRegisterCode", method: http.MethodGet, parameters: map[string]string{"MqttInstanceId": instanceID}}
}

// TestTampered puts a proxy in between that alters signed requests.
func TestTampered(t *testing.T) {
	// pop-core sends every POST as a form.
	replace := func(r *http.Request) {
		r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "CaName=mine", "CaName=evil", 1)
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(bytes.Replace(body, []byte("CaName=mine"), []byte("CaName=evil"), 1)))
	}
	tests := []struct {
		name   string
		inForm bool
		tamper func(*http.Request)
	}{
		{"query", false, replace},
		{"form", true, replace},
		{"parameter added", false, func(r *http.Request) { r.URL.RawQuery += "&More=1" }},
		{"method", false, func(r *http.Request) { r.Method = http.MethodGet }},
	}
	for _, p := range allPeers {
		for _, test := range tests {
			t.Run(p.name+" "+test.name, func(t *testing.T) {
				s := start(t, false, test.tamper)
				_, err := p.send(t, s, plainKey, call{
					action: "RegisterCaCertificate", method: http.MethodPost, inForm: test.inForm,
					parameters: map[string]string{"MqttInstanceId": instanceID, "CaName": "mine", "CaContent": "c", "VerificationContent": "v"},
				})
				if err == nil || !strings.HasSuffix(p.code(err), "SignatureDoesNotMatch") {
					t.Errorf("error %v, want SignatureDoesNotMatch", err)
				}
				// The same, left alone, gets past the signature.
				s = start(t, false, nil)
				_, err = p.send(t, s, plainKey, call{
					action: "RegisterCaCertificate", method: http.MethodPost, inForm: test.inForm,
					parameters: map[string]string{"MqttInstanceId": instanceID, "CaName": "mine", "CaContent": "c", "VerificationContent": "v"},
				})
				if err == nil || !strings.HasSuffix(p.code(err), "CertificateContentError") {
					t.Errorf("left alone: error %v, want CertificateContentError", err)
				}
			})
		}
	}
}

// TestRefused: each runtime recognizes the refusals of the gateway.
func TestRefused(t *testing.T) {
	wrongSecret, wrongToken := plainKey, stsKey
	wrongSecret.AccessKeySecret, wrongToken.SecurityToken = "wrong", "wrong"
	tests := []struct {
		key    emulator.Credential
		action string
		want   string
	}{
		{plainKey, "GetRegisterCode", ""},
		{wrongSecret, "GetRegisterCode", "SignatureDoesNotMatch"},
		{wrongToken, "GetRegisterCode", "InvalidSecurityToken.Malformed"},
		{emulator.Credential{AccessKeyID: "nobody", AccessKeySecret: "s"}, "GetRegisterCode", "InvalidAccessKeyId.NotFound"},
		{plainKey, "GetRegisterCodes", "InvalidAction.NotFound"},
	}
	for _, p := range allPeers {
		for _, test := range tests {
			t.Run(p.name+" "+test.want, func(t *testing.T) {
				s := start(t, false, nil)
				c := codeCall()
				c.action = test.action
				_, err := p.send(t, s, test.key, c)
				got := ""
				if err != nil {
					got = p.code(err)
				}
				if got != test.want {
					t.Errorf("code %q, want %q", got, test.want)
				}
			})
		}
	}
}
