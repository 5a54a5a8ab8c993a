package emulator_test

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mqttca/api/emulator"
)

// TestXML holds answers without Format=JSON to the vendor's XML.
func TestXML(t *testing.T) {
	c := start(t, func(o *emulator.Options) { o.Numbers = emulator.Strings })
	ca := numbered(t, 0x7269004887)
	c.register(instanceID, ca)
	send := func(action string, parameters url.Values, format string) (string, string, int) {
		t.Helper()
		response, err := c.http.Do(c.rpc(rpcRequest{
			method: http.MethodGet, action: action, parameters: parameters, key: plainKey,
			change: func(v url.Values) {
				v.Set("Format", format)
				if format == "" {
					v.Del("Format")
				}
			},
		}))
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body), response.Header.Get("Content-Type"), response.StatusCode
	}
	for _, format := range []string{"", "XML", "YAML"} {
		text, kind, status := send("ListCaCertificate", values("MqttInstanceId", instanceID, "PageNo", "1", "PageSize", "10"), format)
		var got struct {
			XMLName   xml.Name
			RequestId string
			Data      struct {
				Total            int
				CaCertificateVOS []struct{ Sn, CaContent string }
			}
		}
		if err := xml.Unmarshal([]byte(text), &got); err != nil {
			t.Fatalf("format %q: %v: %s", format, err, text)
		}
		if got.XMLName.Local != "ListCaCertificateResponse" || got.Data.Total != 1 || len(got.Data.CaCertificateVOS) != 1 ||
			got.Data.CaCertificateVOS[0].Sn != "007269004887" || got.Data.CaCertificateVOS[0].CaContent != ca.pem ||
			!requestIDShape.MatchString(got.RequestId) || kind != "text/xml;charset=utf-8" || status != 200 {
			t.Errorf("format %q: %d, %s: %s", format, status, kind, text)
		}
	}
	text, _, status := send("GetRegisterCode", values("MqttInstanceId", unknownInstance), "")
	var refused struct {
		XMLName                          xml.Name `xml:"Error"`
		RequestId, HostId, Code, Message string
	}
	if err := xml.Unmarshal([]byte(text), &refused); err != nil || refused.Code != "MqttInstanceNotFound" || status != 400 ||
		refused.HostId != strings.TrimPrefix(c.url, "http://") {
		t.Errorf("refusal: %d, %v: %s", status, err, text)
	}
	if text, kind, _ := send("GetRegisterCode", values("MqttInstanceId", instanceID), "json"); !strings.HasPrefix(text, "{") {
		t.Errorf("format json: %s: %s", kind, text)
	}
}

var requestIDShape = regexp.MustCompile(`^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$`)

func checkHeaders(t *testing.T, got answer) {
	t.Helper()
	id := got.Header.Get("x-acs-request-id")
	if !requestIDShape.MatchString(id) || got.Body["RequestId"] != id {
		t.Errorf("request id %q in the header, %q in the body", id, got.Body["RequestId"])
	}
	want := []string{"1", "Fri, 02 Jan 2026 03:04:05 GMT", "application/json;charset=utf-8"}
	headers := []string{got.Header.Get(emulator.HeaderEmulated), got.Header.Get("Date"), got.Header.Get("Content-Type")}
	if diff := cmp.Diff(want, headers); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}
