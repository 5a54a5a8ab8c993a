package emulator_test

import (
	"net/http"
	"strings"
	"testing"

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

// TestForms has every form that the vendor's texts disagree on.
func TestForms(t *testing.T) {
	type numbers struct{ ValidBegin, Status, Total, PageNo any }
	for form, want := range map[emulator.NumberForm]numbers{
		"":        {"1767319445000", "1", 1.0, 1.0},
		"typed":   {"1767319445000", "1", 1.0, 1.0},
		"numbers": {1767319445000.0, 1.0, 1.0, 1.0},
		"strings": {"1767319445000", "1", "1", "1"},
	} {
		c := start(t, func(o *emulator.Options) { o.Numbers = form })
		c.register(instanceID, numbered(t, 1))
		got := c.send(listRequest(instanceID, "1", "10"))
		entry, data := entries(got)[0], got.data()
		if diff := cmp.Diff(want, numbers{entry["ValidBegin"], entry["Status"], data["Total"], data["PageNo"]}); diff != "" {
			t.Errorf("numbers %q (-want +got):\n%s", form, diff)
		}
		instance := c.send(request{method: http.MethodGet, action: "ListInstances"}).Body["Instances"].([]any)[0].(map[string]any)
		if _, quoted := instance["CreateTime"].(string); quoted != (form == "strings") {
			t.Errorf("numbers %q: instance %v", form, instance)
		}
	}
	for form, want := range map[emulator.SnForm]string{
		"": "0072fa004887", "padded": "0072fa004887", "upper": "0072FA004887", "plain": "72fa004887", "der": "72fa004887", "colons": "00:72:fa:00:48:87",
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
	for serial, want := range map[int64]string{0: "00", 0x7f: "7f", 0x80: "0080", 0x7269004887: "7269004887", 0xf26900ba87: "00f26900ba87"} {
		c := start(t, func(o *emulator.Options) { o.Sn = emulator.DER })
		if sn := c.register(instanceID, numbered(t, serial)); sn != want {
			t.Errorf("Sn of %x in the form of DER: %q, want %q", serial, sn, want)
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
	for total, want := range map[emulator.TotalForm]int{"": 2, "per-list": 2, "records": 3, "pages": 2} {
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
