package emulator_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"testing"
	"time"

	"mqttca/api/emulator"
)

func TestStrangers(t *testing.T) {
	c := start(t, func(o *emulator.Options) { o.Strangers, o.ListDelay, o.Flicker = 2, time.Hour, time.Hour })
	for _, instance := range []string{instanceID, otherInstanceID} {
		listed := entries(c.send(listRequest(instance, "1", "10")))
		if len(listed) != 2 || listed[0]["Sn"] == listed[1]["Sn"] || listed[0]["CaName"] != "stranger 1" {
			t.Fatalf("listed: %v", listed)
		}
		block, _ := pem.Decode([]byte(listed[0]["CaContent"].(string)))
		if block == nil {
			t.Fatalf("not a certificate: %v", listed[0])
		}
	}
	if book := c.service.Registrations(); len(book) != 0 {
		t.Errorf("strangers are in the book: %+v", book)
	}
}

func TestEndlessList(t *testing.T) {
	c := start(t, func(o *emulator.Options) { o.EndlessList = true })
	sn := c.register(instanceID, numbered(t, 1))
	first, far := c.list(instanceID, "1", "3"), c.list(instanceID, "1000", "3")
	if len(first.Sns) != 3 || first.Sns[0] != sn || len(far.Sns) != 3 || first.Sns[1] == far.Sns[1] {
		t.Errorf("pages %v, %v", first, far)
	}
}

func TestTLS(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", "127.0.0.2:0"} {
		t.Run(addr, func(t *testing.T) {
			needAddress(t, addr)
			server, err := emulator.Listen(addr, true, newService(t))
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			roots := x509.NewCertPool()
			if !roots.AppendCertsFromPEM(server.RootPEM) {
				t.Fatal("RootPEM holds no certificate")
			}
			for _, name := range []string{"", "localhost", "127.0.0.1", "::1"} {
				status, err := get(server.URL, &tls.Config{RootCAs: roots, ServerName: name})
				if err != nil || status != http.StatusNotFound {
					t.Errorf("as %q: status %d, %v", name, status, err)
				}
			}
			for name, config := range map[string]*tls.Config{
				"roots of the system": {},
				"another name":        {RootCAs: roots, ServerName: "onsmqtt.cn-hangzhou.aliyuncs.com"},
				"TLS 1.1":             {RootCAs: roots, MinVersion: tls.VersionTLS11, MaxVersion: tls.VersionTLS11},
				"after its lifetime":  {RootCAs: roots, Time: func() time.Time { return time.Now().Add(8 * 24 * time.Hour) }},
			} {
				if _, err := get(server.URL, config); err == nil {
					t.Errorf("%s: no error", name)
				}
			}
		})
	}
}

func get(url string, config *tls.Config) (int, error) {
	transport := &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport}).Get(url)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if response.ProtoMajor != 1 {
		return 0, fmt.Errorf("spoke %s", response.Proto)
	}
	return response.StatusCode, nil
}
