package emulator_test

import (
	"strings"
	"testing"

	"mqttca/api/emulator"
)

// TestHard has every default under Options.Hard.
func TestHard(t *testing.T) {
	const elsewhere = "post-cn-elsewhere"
	c := start(t, func(o *emulator.Options) {
		o.Hard, o.Instances = true, []string{instanceID, elsewhere + "@cn-hangzhou"}
	})
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
	if got := c.send(registerRequest(elsewhere, "ca", ca.pem, ca.verification(t, c.registerCode(elsewhere), nil))); got.code() != "SnNotUnique" {
		t.Errorf("a serial number in another region: %s", got.code())
	}
	if got := c.send(registerRequest(instanceID, "ca", ca.pem, ca.verification(t, code, nil))); got.code() != "RegisterCodeError" {
		t.Errorf("a replaced code: %s", got.code())
	}
	code = c.registerCode(instanceID)
	for _, want := range []string{"SnNotUnique", "RegisterCodeUsed"} {
		if got := c.submit(code, ca); got != want {
			t.Errorf("a serial number again: %s, want %s", got, want)
		}
	}
	if got := c.send(devicesRequest(instanceID, sn, 1, 10)); got.code() != "FindDeviceBySnError" {
		t.Errorf("no devices: %v", got.Body)
	}
	if err := c.service.AddDevices(instanceID, sn, emulator.Device{Sn: "F1"}); err != nil {
		t.Fatal(err)
	}
	device := c.send(devicesRequest(instanceID, sn, 1, 10)).data()["DeviceCertificateVOS"].([]any)[0].(map[string]any)
	if content := device["DeviceContent"].(string); !strings.HasPrefix(content, `-----BEGIN CERTIFICATE-----\n`) {
		t.Errorf("device %v", device)
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

func TestOptions(t *testing.T) {
	const id, secret = "a", "s"
	keys := func(pairs ...string) []emulator.Credential {
		var list []emulator.Credential
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, emulator.Credential{AccessKeyID: pairs[i], AccessKeySecret: pairs[i+1]})
		}
		return list
	}
	one, key := []string{"i"}, keys(id, secret)
	tests := []struct {
		name    string
		options emulator.Options
		want    string
	}{
		{"enough", emulator.Options{Instances: one, Credentials: key}, ""},
		{"no instance", emulator.Options{Credentials: key}, "emulator: no instance given"},
		{"empty instance", emulator.Options{Instances: []string{""}, Credentials: key}, "emulator: an instance id is empty"},
		{"instance twice", emulator.Options{Instances: []string{"i", "i"}, Credentials: key}, `emulator: instance "i" is given twice`},
		{"instance of two regions", emulator.Options{Instances: []string{"i@a", "i@b"}, Credentials: key}, `emulator: instance "i" is given twice`},
		{"instance of no region", emulator.Options{Instances: []string{"i@"}, Credentials: key},
			`emulator: instance "i@" has no usable region; write it as ID or ID@REGION`},
		{"region without instance", emulator.Options{Instances: []string{"@a"}, Credentials: key}, "emulator: an instance id is empty"},
		{"two at signs", emulator.Options{Instances: []string{"i@a@b"}, Credentials: key},
			`emulator: instance "i@a@b" has no usable region; write it as ID or ID@REGION`},
		{"no credential", emulator.Options{Instances: one}, "emulator: no credential given"},
		{"no id", emulator.Options{Instances: one, Credentials: keys("", secret)}, `emulator: access key id "" is empty, or has a space, a comma or a line break`},
		{"comma in an id", emulator.Options{Instances: one, Credentials: keys("a,b", secret)}, `emulator: access key id "a,b" is empty, or has a space, a comma or a line break`},
		{"no secret", emulator.Options{Instances: one, Credentials: keys(id, "")}, `emulator: access key "a" has no secret`},
		{"id twice", emulator.Options{Instances: one, Credentials: keys(id, secret, id, secret)}, `emulator: access key "a" is given twice`},
		{"unknown operation", emulator.Options{Instances: one, Credentials: key, Deny: []string{"X"}}, `emulator: operation to deny "X" is not one of ` + strings.Join(emulator.Operations(), ", ")},
		{"instance of two accounts", emulator.Options{Instances: one, Credentials: key, Foreign: one}, `emulator: instance "i" is given twice`},
		{"unknown action", emulator.Options{Instances: one, Credentials: []emulator.Credential{
			{AccessKeyID: id, AccessKeySecret: secret, Allow: []string{"mq:MqttInstanceAccess", "mq:X"}},
		}}, `emulator: action to allow "mq:X" is not one of ` + strings.Join(emulator.Actions(), ", ")},
		{"empty action", emulator.Options{Instances: one, Credentials: []emulator.Credential{
			{AccessKeyID: id, AccessKeySecret: secret, Allow: []string{""}},
		}}, `emulator: action to allow "" is not one of ` + strings.Join(emulator.Actions(), ", ")},
		{"numbers", emulator.Options{Instances: one, Credentials: key, Numbers: "x"}, `emulator: form of numbers "x" is not one of typed, numbers, strings`},
		{"PEM", emulator.Options{Instances: one, Credentials: key, PEM: "x"}, `emulator: form of PEM "x" is not one of line-feeds, escaped`},
		{"Total", emulator.Options{Instances: one, Credentials: key, Total: "x"}, `emulator: form of Total "x" is not one of per-list, records, pages`},
		{"Sn", emulator.Options{Instances: one, Credentials: key, Sn: "x"}, `emulator: form of Sn "x" is not one of padded, upper, plain, der, colons`},
		{"label", emulator.Options{Instances: one, Credentials: key, Label: "x"}, `emulator: label "x" is not one of devicecertificate, certificate`},
		{"scope of Sn", emulator.Options{Instances: one, Credentials: key, SnScope: "x"}, `emulator: scope of Sn "x" is not one of instance, region, global`},
		{"order", emulator.Options{Instances: one, Credentials: key, Order: "x"}, `emulator: order "x" is not one of oldest, newest`},
		{"statuses", emulator.Options{Instances: one, Credentials: key, Statuses: "x"}, `emulator: statuses "x" is not one of after, before`},
		{"page limit below 1", emulator.Options{Instances: one, Credentials: key, PageLimit: -1}, "emulator: page limit -1 is not between 1 and 100"},
		{"page limit over 100", emulator.Options{Instances: one, Credentials: key, PageLimit: 101}, "emulator: page limit 101 is not between 1 and 100"},
		{"short code", emulator.Options{Instances: one, Credentials: key, CodeLength: 35}, "emulator: code length 35 is not between 36 and 64"},
		{"long code", emulator.Options{Instances: one, Credentials: key, CodeLength: 65}, "emulator: code length 65 is not between 36 and 64"},
		{"too many strangers", emulator.Options{Instances: one, Credentials: key, Strangers: 1001}, "emulator: number of strangers 1001 is not between 0 and 1000"},
		{"negative devices", emulator.Options{Instances: one, Credentials: key, DevicesPerCA: -1}, "emulator: number of devices -1 is not between 0 and 100000"},
		{"short group", emulator.Options{Instances: one, Credentials: key, Groups: []string{"GID_ab"}},
			`emulator: group "GID_ab" must be GID_ or GID-, then 3 to 60 letters, digits, hyphens or underscores`},
		{"only an instance of another account", emulator.Options{Credentials: key, Foreign: one}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := emulator.New(test.options)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("error %q, want %q", got, test.want)
			}
		})
	}
}
