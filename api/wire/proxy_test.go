package wire

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"testing"
)

// setProxies makes these the only variables that name proxies.
func setProxies(t *testing.T, env map[string]string) {
	t.Helper()
	for _, name := range []string{"HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"} {
		t.Setenv(name, "")
		t.Setenv(strings.ToLower(name), "")
	}
	for name, value := range env {
		t.Setenv(name, value)
	}
}

const unreadable = "http://user:100%pure@proxy.example:1"

func TestCheckProxy(t *testing.T) {
	const notURL, notRead = " is not the URL of a proxy", " is set, but mqttca does not read it"
	tests := []struct {
		name string
		env  map[string]string
		want string // "" for no error
	}{
		{"none", nil, ""},
		{"a URL", map[string]string{"HTTPS_PROXY": "http://user:pass@proxy.example:3128/"}, ""},
		{"a host and port", map[string]string{"HTTPS_PROXY": "proxy.example:3128"}, ""},
		{"a host", map[string]string{"https_proxy": "proxy.example"}, ""},
		{"over TLS", map[string]string{"HTTPS_PROXY": "HTTPS://proxy.example"}, ""},
		{"SOCKS", map[string]string{"HTTPS_PROXY": "socks5://127.0.0.1:1080"}, ""},
		{"SOCKS that resolves names", map[string]string{"HTTPS_PROXY": "socks5h://127.0.0.1:1080"}, ""},
		{"a password that is not escaped", map[string]string{"HTTPS_PROXY": unreadable}, "HTTPS_PROXY" + notURL},
		{"in lower case", map[string]string{"https_proxy": unreadable}, "https_proxy" + notURL},
		{"both, upper case first", map[string]string{"HTTPS_PROXY": "http://proxy.example", "https_proxy": unreadable}, ""},
		{"another protocol", map[string]string{"HTTPS_PROXY": "socks4://proxy.example:1080"}, "HTTPS_PROXY" + notURL},
		{"no host", map[string]string{"HTTPS_PROXY": "http://"}, "HTTPS_PROXY" + notURL},
		{"a port alone", map[string]string{"HTTPS_PROXY": ":3128"}, "HTTPS_PROXY" + notURL},
		{"a port that is none", map[string]string{"HTTPS_PROXY": "http://proxy.example:99999"}, "HTTPS_PROXY" + notURL},
		{"a word", map[string]string{"HTTPS_PROXY": "not a proxy"}, "HTTPS_PROXY" + notURL},
		{"a line break", map[string]string{"HTTPS_PROXY": "http://proxy.example:1\n"}, "HTTPS_PROXY" + notURL},
		{"for http", map[string]string{"HTTP_PROXY": unreadable}, "HTTP_PROXY" + notURL},
		{"for http in lower case", map[string]string{"http_proxy": unreadable}, "http_proxy" + notURL},
		{"for http, and one for https", map[string]string{"HTTP_PROXY": unreadable, "HTTPS_PROXY": "http://proxy.example"}, ""},
		{"for all", map[string]string{"ALL_PROXY": "socks5://proxy.example"}, "ALL_PROXY" + notRead},
		{"for all in lower case", map[string]string{"all_proxy": "http://proxy.example"}, "all_proxy" + notRead},
		{"for all, and one for https", map[string]string{"ALL_PROXY": "x", "https_proxy": "http://proxy.example"}, ""},
		{"for all, this host left out", map[string]string{"ALL_PROXY": "http://proxy.example", "NO_PROXY": "aliyuncs.com"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			setProxies(t, tt.env)
			err := check("https://onsmqtt.cn-hangzhou.aliyuncs.com")
			var misset *EnvironmentError
			if tt.want == "" && err != nil || tt.want != "" && (!errors.As(err, &misset) || err.Error() != tt.want || misset.Hint() == "") {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			if err := check("http://127.0.0.1:1"); err != nil {
				t.Errorf("a loopback address: %v", err)
			}
		})
	}
}

// A proxy that cannot be used does not matter for a host of NO_PROXY, which is read as
// net/http reads it.
func TestCheckProxyOfAHostCalledDirectly(t *testing.T) {
	for list, direct := range map[string]bool{
		"*": true, "mqtt.example": true, "MQTT.example ": true, "example": true, ".example": true, "*.example": true, "a.b, example": true,
		"mqtt.example:443": true, ".example:443": true,
		"": false, "other.example": false, "qtt.example": false, "ample": false, "mqtt.example:8443": false, ",": false, "10.0.0.0/8": false,
	} {
		setProxies(t, map[string]string{"HTTPS_PROXY": unreadable, "no_proxy": list})
		if err := check("https://mqtt.example"); (err == nil) != direct {
			t.Errorf("NO_PROXY=%q: %v", list, err)
		}
	}
	setProxies(t, map[string]string{"HTTPS_PROXY": unreadable})
	if err := check("https://mqtt.example."); err == nil {
		t.Error("a host that ends in a dot is called directly")
	}
	for list, direct := range map[string]bool{"10.0.0.0/8": true, "10.1.2.3": true, "10.1.2.3:8443": true, "10.1.2.3:443": false, "11.0.0.0/8": false, ".3": false, "2.3": false} {
		setProxies(t, map[string]string{"HTTPS_PROXY": unreadable, "NO_PROXY": list})
		if err := check("https://10.1.2.3:8443"); (err == nil) != direct {
			t.Errorf("NO_PROXY=%q: %v", list, err)
		}
	}
}

func check(text string) error {
	u, err := url.Parse(text)
	if err != nil {
		panic(err)
	}
	return CheckProxy(u)
}

// No connection is opened past a proxy that cannot be used.
func TestClientChecksTheProxy(t *testing.T) {
	setProxies(t, map[string]string{"HTTPS_PROXY": unreadable})
	transport := NewTransport()
	transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
		t.Error("a connection is opened")
		return nil, errors.New("no network")
	}
	_, err := NewClient(transport, 0).Get("https://mqtt.example/")
	var misset *EnvironmentError
	if !errors.As(err, &misset) || strings.Contains(err.Error(), "100%pure") {
		t.Errorf("got %v", err)
	}
}
