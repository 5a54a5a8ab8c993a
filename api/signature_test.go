package api

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mqttca/api/credentials"
)

// The first two vectors come from two independent implementations that agree; the
// third is the worked example of the vendor's page on the V3 signature.
func TestSignMatchesPublishedVectors(t *testing.T) {
	onsMqtt := signing{
		signer:  credentials.Credentials{AccessKeyID: "testAccessKeyId", AccessKeySecret: "testAccessKeySecret"},
		version: version,
		date:    time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC),
		nonce:   "0123456789abcdef0123456789abcdef",
	}
	code := onsMqtt
	code.action = "GetRegisterCode"
	register := onsMqtt
	register.action = "RegisterCaCertificate"
	register.signer.SecurityToken = "testToken=="
	vectors := []struct {
		name    string
		signing signing
		host    string
		query   url.Values
		want    string
	}{
		{
			"AccessKey", code, "onsmqtt.cn-hangzhou.aliyuncs.com",
			url.Values{"MqttInstanceId": {"post-cn-abc123"}},
			"SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version," +
				"Signature=7d02ce2183bd6af6f1336439f18338af5b15f8c60dee592cdeb27f5ab3ce7a04",
		},
		{
			"STS and characters that encoders disagree on", register, "onsmqtt.cn-hangzhou.aliyuncs.com",
			url.Values{
				"MqttInstanceId":      {"post-cn-abc123"},
				"CaName":              {"a b*~/+é"},
				"CaContent":           {"-----BEGIN CERTIFICATE-----\nAA+/==\n-----END CERTIFICATE-----\n"},
				"VerificationContent": {"v"},
			},
			"SignedHeaders=host;x-acs-accesskey-id;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-security-token;x-acs-signature-nonce;x-acs-version," +
				"Signature=b3e1e1fe4eb21e8badfd0c851e91db16693976ce97edb2067ddf0cb624b19ce1",
		},
		{
			"the vendor's RunInstances",
			signing{
				signer:  credentials.Credentials{AccessKeyID: "YourAccessKeyId", AccessKeySecret: "YourAccessKeySecret"},
				action:  "RunInstances",
				version: "2014-05-26",
				date:    time.Date(2023, 10, 26, 10, 22, 32, 0, time.UTC),
				nonce:   "3156853299f313e23d1673dc12e1703d",
			},
			"ecs.cn-shanghai.aliyuncs.com",
			url.Values{
				"ImageId":  {"win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"},
				"RegionId": {"cn-shanghai"},
			},
			"Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
		},
	}
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			req, err := http.NewRequest(http.MethodPost, "https://"+v.host+"/?"+canonicalQuery(v.query), nil)
			if err != nil {
				t.Fatal(err)
			}
			v.signing.sign(req)
			if got := req.Header.Get("Authorization"); !strings.HasSuffix(got, v.want) {
				t.Errorf("Authorization\n got %s\nwant …%s", got, v.want)
			}
		})
	}
}

func TestSignDatesAreUTC(t *testing.T) {
	req, _ := http.NewRequest(http.MethodGet, "https://host/", nil)
	signing{date: time.Date(2026, 6, 1, 8, 0, 0, 999, time.FixedZone("CST", 8*3600))}.sign(req)
	if got, want := req.Header.Get("x-acs-date"), "2026-06-01T00:00:00Z"; got != want {
		t.Errorf("x-acs-date = %q, want %q", got, want)
	}
}

// Signed are the host and the x-acs-* headers, and no other: proxies change those.
func TestSignedHeaders(t *testing.T) {
	req, err := NewClient(Config{Endpoint: endpointOf(t, "mqtt.example"), UserAgent: "agent"}).
		request(context.Background(), listCaCertificate, url.Values{"MqttInstanceId": {"i"}}, testCredentials)
	if err != nil {
		t.Fatal(err)
	}
	const want = "ACS3-HMAC-SHA256 Credential=id," +
		"SignedHeaders=host;x-acs-accesskey-id;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-security-token;x-acs-signature-nonce;x-acs-version,Signature="
	if got := req.Header.Get("Authorization"); !strings.HasPrefix(got, want) || req.Header.Get("User-Agent") != "agent" || req.Header.Get("Accept") != "application/json" {
		t.Errorf("got %s\nwant %s…", got, want)
	}
	unsigned, _ := canonicalRequest(req)
	req.Header.Set("User-Agent", "changed by a proxy")
	req.Header.Set("Via", "1.1 proxy")
	if changed, _ := canonicalRequest(req); changed != unsigned {
		t.Error("what is signed changes with headers that proxies set")
	}
	req.Header.Set("X-Acs-Date", "changed")
	if changed, _ := canonicalRequest(req); changed == unsigned {
		t.Error("x-acs-date is not signed")
	}
}
