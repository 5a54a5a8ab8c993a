package api

import (
	"slices"
	"testing"
)

func TestRegionalEndpoint(t *testing.T) {
	tests := []struct {
		region string
		vpc    bool
		want   string
	}{
		{"cn-hangzhou", false, "https://onsmqtt.cn-hangzhou.aliyuncs.com"},
		{"cn-hangzhou", true, "https://onsmqtt-vpc.cn-hangzhou.aliyuncs.com"},
		{"ap-newplace-12", false, "https://onsmqtt.ap-newplace-12.aliyuncs.com"},
		{"mq-internet-access", false, "https://onsmqtt.mq-internet-access.aliyuncs.com"},
	}
	for _, tt := range tests {
		got, err := RegionalEndpoint(tt.region, tt.vpc)
		if err != nil || got.String() != tt.want || !got.IsVendor() || got.Region() != tt.region {
			t.Errorf("RegionalEndpoint(%q, %v) = %s (vendor %v), %v; want %s of the vendor", tt.region, tt.vpc, got, got.IsVendor(), err, tt.want)
		}
	}
	for _, region := range []string{"", "CN", "cn_hangzhou", "cn-hangzhou.evil.example/", "cn-", "-cn", "a b"} {
		if got, err := RegionalEndpoint(region, false); err == nil {
			t.Errorf("RegionalEndpoint(%q) = %s, want an error", region, got)
		}
	}
}

func TestParseEndpoint(t *testing.T) {
	tests := []struct {
		text   string
		want   string
		vendor bool
	}{
		{"onsmqtt.cn-hangzhou.aliyuncs.com", "https://onsmqtt.cn-hangzhou.aliyuncs.com", true},
		{"https://onsmqtt-vpc.us-east-1.aliyuncs.com/", "https://onsmqtt-vpc.us-east-1.aliyuncs.com", true},
		{"ONSMQTT.cn-hangzhou.aliyuncs.com:443", "https://onsmqtt.cn-hangzhou.aliyuncs.com:443", true},
		{"onsmqtt.cn-hangzhou.aliyuncs.com:8443", "https://onsmqtt.cn-hangzhou.aliyuncs.com:8443", false},
		{"onsmqtt.bucket.oss-cn-hangzhou.aliyuncs.com", "https://onsmqtt.bucket.oss-cn-hangzhou.aliyuncs.com", false},
		{"onsmqtt.cn-hangzhou.aliyuncs.com.evil.example", "https://onsmqtt.cn-hangzhou.aliyuncs.com.evil.example", false},
		{"onsmqtt..aliyuncs.com", "https://onsmqtt..aliyuncs.com", false},
		{"onsmqtt.aliyuncs.com", "https://onsmqtt.aliyuncs.com", false},
		{"onsmqtt-vpc2.cn-hangzhou.aliyuncs.com", "https://onsmqtt-vpc2.cn-hangzhou.aliyuncs.com", false},
		{"gateway.example:8443", "https://gateway.example:8443", false},
		{"http://127.0.0.1:8080", "http://127.0.0.1:8080", false},
		{"http://127.9.9.9", "http://127.9.9.9", false},
		{"http://[::1]:8080", "http://[::1]:8080", false},
		{"http://localhost:8080/", "http://localhost:8080", false},
		{"127.0.0.1:8080", "https://127.0.0.1:8080", false},
	}
	for _, tt := range tests {
		got, err := ParseEndpoint(tt.text)
		if err != nil || got.String() != tt.want || got.IsVendor() != tt.vendor || (got.Region() != "") != tt.vendor {
			t.Errorf("ParseEndpoint(%q) = %s (vendor %v), %v; want %s (vendor %v)", tt.text, got, got.IsVendor(), err, tt.want, tt.vendor)
		}
	}
}

func TestParseEndpointRefuses(t *testing.T) {
	tests := []struct{ text, want string }{
		{"http://onsmqtt.cn-hangzhou.aliyuncs.com", `endpoint "http://onsmqtt.cn-hangzhou.aliyuncs.com": plain http is allowed for a loopback address only; use https`},
		{"http://128.0.0.1", `endpoint "http://128.0.0.1": plain http is allowed for a loopback address only; use https`},
		{"http://localhost.evil.example", `endpoint "http://localhost.evil.example": plain http is allowed for a loopback address only; use https`},
		{"ftp://127.0.0.1", `endpoint "ftp://127.0.0.1": the scheme must be https, or http for a loopback address`},
		{"https://host/path", `endpoint "https://host/path" has a path, a query or a fragment: give HOST or HOST:PORT`},
		{"https://host?x=1", `endpoint "https://host?x=1" has a path, a query or a fragment: give HOST or HOST:PORT`},
		{"https://", `endpoint "https://" is not HOST, HOST:PORT or https://HOST`},
		{"", `endpoint "" is not HOST, HOST:PORT or https://HOST`},
		{"ho st", `endpoint "ho st" is not HOST, HOST:PORT or https://HOST`},
		{"host:port", `endpoint "host:port" is not HOST, HOST:PORT or https://HOST`},
		{"http://127.0.0.1:", `endpoint "http://127.0.0.1:": the port after the colon is missing`},
		{"gateway.example:/", `endpoint "gateway.example:/": the port after the colon is missing`},
		{"http://[::1]:", `endpoint "http://[::1]:": the port after the colon is missing`},
		{"https://user:hunter2@host", `the endpoint has a user name or a password: give HOST or HOST:PORT`},
		{"http://user:hunter2@[", `the endpoint has a user name or a password: give HOST or HOST:PORT`},
	}
	for _, tt := range tests {
		_, err := ParseEndpoint(tt.text)
		if err == nil || err.Error() != tt.want {
			t.Errorf("ParseEndpoint(%q)\n got %v\nwant %s", tt.text, err, tt.want)
		}
	}
}

// STS is asked in the region of the service, inside the VPC if the service is; a host that is
// not the vendor's stands for both.
func TestSTSEndpoint(t *testing.T) {
	for endpoint, want := range map[string]string{
		"onsmqtt.cn-hangzhou.aliyuncs.com":        "https://sts.cn-hangzhou.aliyuncs.com",
		"onsmqtt-vpc.cn-hangzhou.aliyuncs.com":    "https://sts-vpc.cn-hangzhou.aliyuncs.com",
		"onsmqtt.mq-internet-access.aliyuncs.com": "https://sts.aliyuncs.com", // no region, so the central host
		"http://127.0.0.1:81":                     "http://127.0.0.1:81",
		"onsmqtt.example":                         "https://onsmqtt.example",
	} {
		e, err := ParseEndpoint(endpoint)
		if err != nil || e.STS().String() != want {
			t.Errorf("%s: %s, %v; want %s", endpoint, e.STS(), err, want)
		}
	}
}

// The pseudo-region has a public endpoint only; four regions have one inside a VPC only.
func TestRegions(t *testing.T) {
	for region, want := range map[string][2]bool{"cn-hangzhou": {true, true}, "mq-internet-access": {true, false}, "us-east-1": {false, true}, "cn-heyuan-acdr-1": {false, true}} {
		if public, vpc := slices.Contains(Regions(false), region), slices.Contains(Regions(true), region); public != want[0] || vpc != want[1] {
			t.Errorf("%s: %v, %v, want %v", region, public, vpc, want)
		}
	}
}
