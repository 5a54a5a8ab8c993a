package emulator_test

import (
	"encoding/pem"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"mqttca/api/emulator"
)

// data is the Data of an answer.
func (a answer) data() map[string]any { return a.Body["Data"].(map[string]any) }

func entries(a answer) []map[string]any {
	var list []map[string]any
	for _, entry := range a.data()["CaCertificateVOS"].([]any) {
		list = append(list, entry.(map[string]any))
	}
	return list
}

// TestForms has every form of what the vendor's texts disagree on.
func TestForms(t *testing.T) {
	millis := map[emulator.NumberForm]any{"": 1767319445000.0, "numbers": 1767319445000.0, "strings": "1767319445000"}
	one := map[emulator.NumberForm]any{"": 1.0, "numbers": 1.0, "strings": "1"}
	for form, want := range millis {
		c := start(t, func(o *emulator.Options) { o.Numbers = form })
		c.register(instanceID, numbered(t, 1))
		got := c.send(listRequest(instanceID, "1", "10"))
		entry, data := entries(got)[0], got.data()
		if entry["ValidBegin"] != want || entry["Status"] != one[form] || data["Total"] != one[form] || data["PageNo"] != one[form] {
			t.Errorf("numbers %q: %v", form, data)
		}
	}
	for form, want := range map[emulator.SnForm]string{
		"": "0072fa004887", "padded": "0072fa004887", "upper": "0072FA004887", "plain": "72fa004887", "colons": "00:72:fa:00:48:87",
	} {
		c := start(t, func(o *emulator.Options) { o.Sn = form })
		sn := c.register(instanceID, numbered(t, 0x72fa004887))
		if listed := c.list(instanceID, "1", "10").Sns; sn != want || listed[0] != want {
			t.Errorf("Sn %q: %q, listed %q, want %q", form, sn, listed, want)
		}
		if got := c.send(snRequest(http.MethodGet, "GetCaCertificate", sn)); got.code() != "" {
			t.Errorf("Sn %q doesn't name the CA: %s", form, got.code())
		}
	}
	for form, separator := range map[emulator.PEMForm]string{"": "\n", "line-feeds": "\n", "escaped": `\n`} {
		c := start(t, func(o *emulator.Options) { o.PEM = form })
		ca := numbered(t, 1)
		c.register(instanceID, ca)
		entry := entries(c.send(listRequest(instanceID, "1", "10")))[0]
		want := strings.ReplaceAll(ca.pem, "\n", separator)
		if entry["CaContent"] != want || !strings.Contains(entry["VerificationContent"].(string), "-----"+separator) {
			t.Errorf("PEM %q: %q", form, entry["CaContent"])
		}
	}
}

func TestTotalAndOrder(t *testing.T) {
	for total, want := range map[emulator.TotalForm]int{"": 3, "records": 3, "pages": 2} {
		c := start(t, func(o *emulator.Options) { o.Total, o.Order, o.PageLimit = total, emulator.NewestFirst, 2 })
		for _, serial := range []int64{5, 1, 3} {
			c.register(instanceID, numbered(t, serial))
		}
		// A larger page than the limit is cut, and the answer says so.
		if diff := cmp.Diff(page{want, 1, 2, []string{"0003", "0001"}}, c.list(instanceID, "1", "100")); diff != "" {
			t.Errorf("Total %q, page 1 (-want +got):\n%s", total, diff)
		}
		if diff := cmp.Diff(page{want, 2, 2, []string{"0005"}}, c.list(instanceID, "2", "100")); diff != "" {
			t.Errorf("Total %q, page 2 (-want +got):\n%s", total, diff)
		}
		if got := c.list(instanceID, "1", "1"); got.PageSize != 1 {
			t.Errorf("a page within the limit has size %d", got.PageSize)
		}
	}
}

func TestControlText(t *testing.T) {
	c := start(t, func(o *emulator.Options) { o.ControlText, o.Strangers = true, 1 })
	message := c.send(codeRequest(unknownInstance)).Body["Message"].(string)
	name := entries(c.send(listRequest(instanceID, "1", "10")))[0]["CaName"].(string)
	instance := c.send(request{method: http.MethodGet, action: "ListInstances"}).Body["Instances"].([]any)[0].(map[string]any)
	for what, text := range map[string]string{"message": message, "name": name, "instance": instance["InstanceName"].(string)} {
		for _, control := range []string{"\x1b[31m", "\r\n", "\u202e", "\x07"} {
			if !strings.Contains(text, control) {
				t.Errorf("%s %q lacks %q", what, text, control)
			}
		}
	}
	if instance["InstanceId"] != instanceID {
		t.Errorf("an id was altered: %v", instance)
	}
}

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

// TestHard spells out what Options.Hard makes.
func TestHard(t *testing.T) {
	c := start(t, func(o *emulator.Options) { o.Hard = true })
	older := c.registerCode(instanceID)
	code := c.registerCode(instanceID)
	if len(code) != 64 || code == older {
		t.Errorf("codes %q, %q", older, code)
	}
	ca := numbered(t, 0xfa)
	if got := c.send(registerRequest(instanceID, "ca", ca.pem, ca.verification(t, older, nil))); got.code() != "RegisterCodeError" || got.Status != 500 {
		t.Errorf("an older code: %d %s", got.Status, got.code())
	}
	sn := c.register(instanceID, ca)
	if got := c.send(registerRequest(instanceID, "ca", ca.pem, ca.verification(t, code, nil))); got.code() != "RegisterCodeError" {
		t.Errorf("a replaced code: %s", got.code())
	}
	got := c.send(listRequest(instanceID, "1", "100"))
	listed := entries(got)
	if sn != "00FA" || len(listed) != 3 || listed[0]["Sn"] != sn || !strings.Contains(listed[0]["CaContent"].(string), `-----\n`) {
		t.Errorf("listed %v", listed)
	}
	if data := got.data(); data["Total"] != "2" || data["PageSize"] != "3" {
		t.Errorf("page %v", data)
	}
	if name := listed[1]["CaName"].(string); !strings.HasPrefix(name, "stranger 4 \x1b") {
		t.Errorf("name %q", name)
	}
}

// TestHardLeavesWhatIsGiven: an explicit form wins.
func TestHardLeavesWhatIsGiven(t *testing.T) {
	c := start(t, func(o *emulator.Options) {
		o.Hard, o.Numbers, o.PageLimit, o.CodeLength, o.Sn = true, emulator.Numbers, 100, 46, emulator.Plain
	})
	if code := c.registerCode(instanceID); len(code) != 46 {
		t.Errorf("code %q", code)
	}
	if sn := c.register(instanceID, numbered(t, 0xfa)); sn != "fa" {
		t.Errorf("Sn %q", sn)
	}
	if got := c.list(instanceID, "1", "100"); got.PageSize != 100 || len(got.Sns) != 5 {
		t.Errorf("page %v", got)
	}
}
