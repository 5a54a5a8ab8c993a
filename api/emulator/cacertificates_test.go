package emulator_test

import (
	"crypto/x509"
	"fmt"
	"math/big"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mqttca/api/emulator"
)

func numbered(t *testing.T, serial int64) *authority {
	return newAuthority(t, nil, func(c *x509.Certificate) { c.SerialNumber = big.NewInt(serial) })
}

// millis is a time as the vendor's SDKs type it.
func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

func TestListedCA(t *testing.T) {
	c := start(t, nil)
	ca := numbered(t, 0x7269004887)
	code := c.registerCode(instanceID)
	verification := ca.verification(t, code, nil)
	got := c.send(registerRequest(instanceID, "plant é", ca.pem, verification))
	checkHeaders(t, got)
	want := map[string]any{"RequestId": got.Body["RequestId"], "Sn": "007269004887"}
	if diff := cmp.Diff(want, got.Body); diff != "" {
		t.Fatalf("RegisterCaCertificate (-want +got):\n%s", diff)
	}
	entry := map[string]any{
		"RegistrationCode":    code,
		"CaName":              "plant é",
		"Sn":                  "007269004887",
		"CaContent":           ca.pem,
		"VerificationContent": verification,
		"ValidBegin":          millis(epoch.Add(-time.Hour)),
		"ValidEnd":            millis(epoch.Add(24 * time.Hour)),
		"Status":              "1",
	}
	got = c.send(snRequest(http.MethodGet, "GetCaCertificate", "007269004887"))
	if diff := cmp.Diff(map[string]any{"RequestId": got.Body["RequestId"], "Data": entry}, got.Body); diff != "" {
		t.Errorf("GetCaCertificate (-want +got):\n%s", diff)
	}
	got = c.send(listRequest(instanceID, "1", "10"))
	want = map[string]any{"RequestId": got.Body["RequestId"], "Data": map[string]any{
		"Total": 1.0, "PageNo": 1.0, "PageSize": 10.0, "CaCertificateVOS": []any{entry},
	}}
	if diff := cmp.Diff(want, got.Body); diff != "" {
		t.Errorf("ListCaCertificate (-want +got):\n%s", diff)
	}
	wantBook := []emulator.Registration{{
		InstanceID: instanceID, Sn: "007269004887", Name: "plant é", CASHA256: ca.sha256(), Active: true, Code: code,
	}}
	if diff := cmp.Diff(wantBook, c.service.Registrations()); diff != "" {
		t.Errorf("book (-want +got):\n%s", diff)
	}
}

// page is the part of a list that tests of paging look at.
type page struct {
	Total, PageNo, PageSize int
	Sns                     []string
}

func (c *client) list(instance, pageNo, pageSize string) page {
	c.t.Helper()
	got := c.send(listRequest(instance, pageNo, pageSize))
	if got.Status != http.StatusOK {
		c.t.Fatalf("ListCaCertificate: %v", got.Body)
	}
	data := got.Body["Data"].(map[string]any)
	// Nil here would be null in JSON, which the assertion refuses.
	entries := data["CaCertificateVOS"].([]any)
	p := page{Total: int(data["Total"].(float64)), PageNo: int(data["PageNo"].(float64)), PageSize: int(data["PageSize"].(float64))}
	for _, entry := range entries {
		p.Sns = append(p.Sns, entry.(map[string]any)["Sn"].(string))
	}
	return p
}

func TestPages(t *testing.T) {
	c := start(t, nil)
	for _, serial := range []int64{9, 3, 7, 1, 5} {
		c.register(instanceID, numbered(t, serial))
	}
	c.register(otherInstanceID, numbered(t, 0x100))
	tests := []struct {
		instance, pageNo, pageSize string
		want                       page
	}{
		{instanceID, "1", "2", page{3, 1, 2, []string{"0009", "0003"}}},
		{instanceID, "2", "2", page{3, 2, 2, []string{"0007", "0001"}}},
		{instanceID, "3", "2", page{3, 3, 2, []string{"0005"}}},
		{instanceID, "4", "2", page{3, 4, 2, nil}},
		{instanceID, "5", "2", page{3, 5, 2, nil}},
		{instanceID, "2", "5", page{1, 2, 5, nil}},
		{instanceID, "4611686018427387905", "4", page{2, 4611686018427387905, 4, nil}},
		{instanceID, "1", "100", page{1, 1, 100, []string{"0009", "0003", "0007", "0001", "0005"}}},
		{otherInstanceID, "1", "10", page{1, 1, 10, []string{"000100"}}},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%s page %s of %s", test.instance, test.pageNo, test.pageSize), func(t *testing.T) {
			c := *c
			c.t = t
			got := c.list(test.instance, test.pageNo, test.pageSize)
			if test.pageNo == "4611686018427387905" {
				got.PageNo = test.want.PageNo // too large for a float64 to hold exactly
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("page (-want +got):\n%s", diff)
			}
		})
	}
}

func TestListDelay(t *testing.T) {
	c := start(t, func(o *emulator.Options) { o.ListDelay = 10 * time.Second })
	sn := c.register(instanceID, numbered(t, 1))
	look := func() (int, string) {
		return len(c.list(instanceID, "1", "10").Sns), c.send(snRequest(http.MethodGet, "GetCaCertificate", sn)).code()
	}
	c.clock.advance(10*time.Second - 1)
	if listed, code := look(); listed != 0 || code != "FindCaBySnError" {
		t.Errorf("before the delay is over: %d listed, GetCaCertificate %q", listed, code)
	}
	if book := c.service.Registrations(); len(book) != 1 {
		t.Errorf("the book lags behind: %v", book)
	}
	if got := c.send(snRequest(http.MethodPost, "InactivateCaCertificate", sn)); got.code() != "" {
		t.Errorf("a change to a CA not listed yet: %q", got.code())
	}
	c.clock.advance(1)
	if listed, code := look(); listed != 1 || code != "" {
		t.Errorf("after the delay: %d listed, GetCaCertificate %q", listed, code)
	}
}

func TestStatusAndDelete(t *testing.T) {
	c := start(t, nil)
	ca, second := numbered(t, 1), numbered(t, 2)
	sn, secondSn := c.register(instanceID, ca), c.register(instanceID, second)
	steps := []struct {
		action, wantStatus string
	}{
		{"InactivateCaCertificate", "0"},
		{"InactivateCaCertificate", "0"},
		{"ActiveCaCertificate", "1"},
		{"ActiveCaCertificate", "1"},
		{"DeleteCaCertificate", "<nil>"},
	}
	for _, step := range steps {
		got := c.send(snRequest(http.MethodPost, step.action, sn))
		want := map[string]any{"RequestId": got.Header.Get("x-acs-request-id"), "Sn": sn}
		if diff := cmp.Diff(want, got.Body); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.action, diff)
		}
		data, _ := c.send(snRequest(http.MethodGet, "GetCaCertificate", sn)).Body["Data"].(map[string]any)
		if got := fmt.Sprint(data["Status"]); got != step.wantStatus {
			t.Errorf("after %s: status %s, want %s", step.action, got, step.wantStatus)
		}
	}
	if got := c.list(instanceID, "1", "10").Sns; !cmp.Equal(got, []string{secondSn}) {
		t.Errorf("listed after the deletion: %v", got)
	}
	book := c.service.Registrations()
	if len(book) != 1 || book[0].Sn != secondSn || !book[0].Active {
		t.Errorf("book after the deletion: %+v", book)
	}
	if again := c.register(instanceID, ca); again != sn {
		t.Errorf("registered again as %s, before as %s", again, sn)
	}
}

// TestFlicker: after the delay the CA is there at every other look, at the first not, and in the end always.
func TestFlicker(t *testing.T) {
	c := start(t, func(o *emulator.Options) { o.ListDelay, o.Flicker = time.Second, time.Minute })
	sn := c.register(instanceID, numbered(t, 1))
	look := func(wants ...bool) {
		t.Helper()
		for i, want := range wants {
			if got := len(c.list(instanceID, "1", "1").Sns) == 1; got != want {
				t.Errorf("look %d: listed %v, want %v", i, got, want)
			}
		}
	}
	look(false, false, false)
	c.clock.advance(time.Second)
	look(false, true, false, true)
	if got := c.send(snRequest(http.MethodGet, "GetCaCertificate", sn)); got.code() != "FindCaBySnError" {
		t.Errorf("GetCaCertificate is a look, too: %q", got.code())
	}
	c.clock.advance(time.Minute)
	look(true, true, true)
}

// TestFlickerIsOneLook: the pages of one list agree.
func TestFlickerIsOneLook(t *testing.T) {
	c := start(t, func(o *emulator.Options) { o.Flicker = time.Minute })
	c.register(instanceID, numbered(t, 1))
	c.register(instanceID, numbered(t, 2))
	for _, want := range []int{0, 1, 0, 1} {
		first, second := c.list(instanceID, "1", "1"), c.list(instanceID, "2", "1")
		if len(first.Sns) != want || len(second.Sns) != want {
			t.Errorf("pages %v, %v: want %d on each", first, second, want)
		}
	}
}

func TestUnknownInstanceAndSn(t *testing.T) {
	c := start(t, nil)
	sn := c.register(instanceID, newAuthority(t, nil, nil))
	for action, method := range map[string]string{
		"GetCaCertificate": "GET", "ActiveCaCertificate": "POST", "InactivateCaCertificate": "POST", "DeleteCaCertificate": "POST",
	} {
		tests := []struct{ instance, sn, want string }{
			{unknownInstance, sn, "MqttInstanceNotFound"},
			{otherInstanceID, sn, "FindCaBySnError"},
			{instanceID, strings.ToUpper(sn) + "0", "FindCaBySnError"},
			{instanceID, strings.TrimPrefix(sn, "00"), "FindCaBySnError"},
		}
		for _, test := range tests {
			got := c.send(request{method: method, action: action, query: values("MqttInstanceId", test.instance, "Sn", test.sn)})
			if got.code() != test.want {
				t.Errorf("%s of %s at %s: %q, want %q", action, test.sn, test.instance, got.code(), test.want)
			}
		}
	}
	for _, r := range []request{listRequest(unknownInstance, "1", "1"), registerRequest(unknownInstance, "n", "c", "v")} {
		if got := c.send(r); got.code() != "MqttInstanceNotFound" {
			t.Errorf("%s: %q", r.action, got.code())
		}
	}
}
