package api

import (
	"fmt"
	"net/url"
	"strings"

	"mqttca/api/wire"
)

// An Endpoint is the destination of requests: a scheme and a host, perhaps a port.
type Endpoint struct {
	url url.URL
}

// RegionalEndpoint returns the vendor's endpoint of a region, such as cn-hangzhou; with vpc the one
// inside a VPC. It accepts unlisted regions, since new ones have hosts of the same form.
func RegionalEndpoint(region string, vpc bool) (Endpoint, error) {
	if len(region) > 50 || !wire.IsRegion(region) {
		return Endpoint{}, fmt.Errorf("region %q: a region is written like cn-hangzhou", region)
	}
	host := "onsmqtt." + region + ".aliyuncs.com"
	if vpc {
		host = "onsmqtt-vpc." + region + ".aliyuncs.com"
	}
	return Endpoint{url.URL{Scheme: "https", Host: host}}, nil
}

// ParseEndpoint reads HOST, HOST:PORT or a URL of one of the two; the default scheme is https. It
// refuses http to any host but a loopback address, since requests carry an AccessKey ID and perhaps
// a security token. It refuses a user, a path, a query and a fragment.
func ParseEndpoint(text string) (Endpoint, error) {
	u, err := parseHost(text)
	if err != nil {
		return Endpoint{}, err
	}
	switch {
	case u.Scheme == "http" && !wire.IsLoopback(u.Hostname()):
		return Endpoint{}, fmt.Errorf("endpoint %q: plain http is allowed for a loopback address only; use https", text)
	case u.Scheme != "http" && u.Scheme != "https":
		return Endpoint{}, fmt.Errorf("endpoint %q: the scheme must be https, or http for a loopback address", text)
	case u.Path != "" && u.Path != "/", u.RawQuery != "", u.Fragment != "":
		return Endpoint{}, fmt.Errorf("endpoint %q has a path, a query or a fragment: give HOST or HOST:PORT", text)
	}
	return Endpoint{url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host)}}, nil
}

// parseHost never repeats the text in an error if it may contain a password.
func parseHost(text string) (*url.URL, error) {
	full := text
	if !strings.Contains(full, "://") {
		full = "https://" + full
	}
	u, err := url.Parse(full)
	switch {
	case strings.Contains(text, "@"):
		return nil, fmt.Errorf("the endpoint has a user name or a password: give HOST or HOST:PORT")
	case err == nil && strings.HasSuffix(u.Host, ":"):
		return nil, fmt.Errorf("endpoint %q: the port after the colon is missing", text)
	case err != nil || u.Hostname() == "" || strings.ContainsAny(u.Hostname(), " \t") || !wire.ValidPort(u.Port()):
		return nil, fmt.Errorf("endpoint %q is not HOST, HOST:PORT or https://HOST", text)
	}
	return u, nil
}

// IsVendor reports whether this is one of Alibaba Cloud's own endpoints for the product. Other
// hosts below aliyuncs.com may belong to customers (for example a storage bucket) and do not count.
func (e Endpoint) IsVendor() bool { return e.Region() != "" }

// IsLoopback reports whether the host is a loopback address.
func (e Endpoint) IsLoopback() bool { return wire.IsLoopback(e.url.Hostname()) }

// Region returns the region served by a vendor's endpoint, "" for any other endpoint.
func (e Endpoint) Region() string {
	product, rest, _ := strings.Cut(e.url.Hostname(), ".")
	region, found := strings.CutSuffix(rest, ".aliyuncs.com")
	switch {
	case e.url.Scheme != "https", e.url.Port() != "" && e.url.Port() != "443",
		product != "onsmqtt" && product != "onsmqtt-vpc", !found, !wire.IsRegion(region):
		return ""
	}
	return region
}

// STS returns the host of STS for the endpoint's region by the vendor's pattern, or the central one
// if the region is unknown. An endpoint other than the vendor's also serves as STS.
func (e Endpoint) STS() Endpoint {
	if !e.IsVendor() {
		return e
	}
	pattern := strings.NewReplacer("onsmqtt", "sts", ".mq-internet-access", "")
	return Endpoint{url.URL{Scheme: e.url.Scheme, Host: pattern.Replace(e.url.Host)}}
}

// Host returns the host and port, without a scheme.
func (e Endpoint) Host() string { return e.url.Host }

// String returns the endpoint as a URL without a path.
func (e Endpoint) String() string { return e.url.String() }

// CheckProxy fails with a [*wire.EnvironmentError] if the environment names an unusable proxy for
// the endpoint.
func (e Endpoint) CheckProxy() error { return wire.CheckProxy(&e.url) }

// Regions returns the regions with a published endpoint, for completion: public ones, or with vpc
// those inside a VPC. Other regions are valid, too.
func Regions(vpc bool) []string {
	regions := []string{
		"cn-qingdao", "cn-beijing", "cn-zhangjiakou", "cn-huhehaote", "cn-wulanchabu", "cn-hangzhou", "cn-shanghai", "cn-shenzhen",
		"cn-guangzhou", "cn-chengdu", "cn-hongkong", "cn-hangzhou-finance", "cn-shanghai-finance-1", "cn-shenzhen-finance-1",
		"ap-southeast-1", "ap-southeast-3", "ap-southeast-5", "ap-southeast-6", "ap-northeast-1", "us-west-1", "eu-central-1",
	}
	if vpc {
		return append(regions, "cn-heyuan-acdr-1", "us-east-1", "eu-west-1", "me-central-1")
	}
	return append(regions, "mq-internet-access")
}
