package emulator

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"
)

func TestSignatureVectors(t *testing.T) {
	const instance = "MqttInstanceId=post-cn-abc123"
	const ca = "-----BEGIN CERTIFICATE-----\nAA+/==\n-----END CERTIFICATE-----\n"
	ours := map[string]string{
		"x-acs-version":         "2020-04-20",
		"x-acs-date":            "2024-01-02T03:04:05Z",
		"x-acs-signature-nonce": "0123456789abcdef0123456789abcdef",
	}
	tests := []struct {
		name, host, action, query, secret, want string
		headers, more                           map[string]string
	}{
		{
			name: "GetRegisterCode", host: "onsmqtt.cn-hangzhou.aliyuncs.com", action: "GetRegisterCode",
			query: instance, secret: "testAccessKeySecret", headers: ours,
			want: "7d02ce2183bd6af6f1336439f18338af5b15f8c60dee592cdeb27f5ab3ce7a04",
		},
		{
			name: "RegisterCaCertificate with a token", host: "onsmqtt.cn-hangzhou.aliyuncs.com", action: "RegisterCaCertificate",
			query:  instance + "&CaName=" + url.QueryEscape("a b*~/+é") + "&CaContent=" + url.QueryEscape(ca) + "&VerificationContent=v",
			secret: "testAccessKeySecret", headers: ours,
			more: map[string]string{"x-acs-accesskey-id": "testAccessKeyId", "x-acs-security-token": "testToken=="},
			want: "b3e1e1fe4eb21e8badfd0c851e91db16693976ce97edb2067ddf0cb624b19ce1",
		},
		{
			name: "the vendor's RunInstances", host: "ecs.cn-shanghai.aliyuncs.com", action: "RunInstances",
			query:  "RegionId=cn-shanghai&ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
			secret: "YourAccessKeySecret",
			headers: map[string]string{
				"x-acs-version":         "2014-05-26",
				"x-acs-date":            "2023-10-26T10:22:32Z",
				"x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
			},
			want: "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "http://"+test.host+"/?"+test.query, nil)
			r.Header.Set("x-acs-action", test.action)
			r.Header.Set("x-acs-content-sha256", hexSHA256(nil))
			signed := []string{"host", "x-acs-action", "x-acs-content-sha256"}
			for _, headers := range []map[string]string{test.headers, test.more} {
				for name, value := range headers {
					r.Header.Set(name, value)
					signed = append(signed, name)
				}
			}
			slices.Sort(signed)
			query, err := parseParameters(r.URL.RawQuery)
			if err != nil {
				t.Fatal(err)
			}
			got := signature(test.secret, stringToSign(canonicalRequest(r, query, signed, hexSHA256(nil))))
			if got != test.want {
				t.Errorf("signature %s, want %s", got, test.want)
			}
		})
	}
}

// TestRPCSignatureVector has the worked example of the vendor's page "RPC signature mechanism".
func TestRPCSignatureVector(t *testing.T) {
	all, err := parseParameters("Timestamp=2016-02-23T12%3A46%3A24Z&Format=XML&AccessKeyId=testid&Action=DescribeRegions&SignatureMethod=HMAC-SHA1" +
		"&SignatureNonce=3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf&Version=2014-05-26&SignatureVersion=1.0&Signature=left+out")
	if err != nil {
		t.Fatal(err)
	}
	const want = "OLeaidS1JvxuMvnyHOwuJ+uX5qY="
	if got := rpcSignature("testsecret", rpcStringToSign(http.MethodGet, all)); got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}
