package cmd

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"mqttca/api/emulator"
)

// Each flag of emulate sets its option, and no other.
func TestEmulateFlags(t *testing.T) {
	tests := []struct {
		args []string
		want func(*emulator.Options)
	}{
		{nil, func(*emulator.Options) {}},
		{[]string{"--hard"}, func(o *emulator.Options) { o.Hard = true }},
		{[]string{"--instance=a", "--instance=b"}, func(o *emulator.Options) { o.Instances = []string{"a", "b"} }},
		{[]string{"--foreign-instance=c"}, func(o *emulator.Options) { o.Foreign = []string{"c"} }},
		{[]string{"--sts"}, func(o *emulator.Options) { o.Credentials[0].SecurityToken = "emulated-security-token" }},
		{[]string{"--allow=mq:RegisterCa", "--allow=mq:MqttInstanceAccess"}, func(o *emulator.Options) {
			o.Credentials[0].Allow = []string{"mq:RegisterCa", "mq:MqttInstanceAccess"}
		}},
		{[]string{"--deny=GetRegisterCode"}, func(o *emulator.Options) { o.Deny = []string{"GetRegisterCode"} }},
		{[]string{"--broker-one-way", "--broker-no-password", "--broker-listen=[::1]:0"}, func(o *emulator.Options) { o.BrokerOneWay, o.BrokerNoPassword = true, true }},
		{[]string{"--group=GID_a-1", "--group=GID-b_2"}, func(o *emulator.Options) { o.Groups = []string{"GID_a-1", "GID-b_2"} }},
		{[]string{"--numbers=numbers"}, func(o *emulator.Options) { o.Numbers = emulator.Numbers }},
		{[]string{"--pem=escaped"}, func(o *emulator.Options) { o.PEM = emulator.Escaped }},
		{[]string{"--device-label=certificate"}, func(o *emulator.Options) { o.Label = emulator.LabelCertificate }},
		{[]string{"--refuse-no-devices"}, func(o *emulator.Options) { o.RefuseNoDevices = true }},
		{[]string{"--total=records"}, func(o *emulator.Options) { o.Total = emulator.Records }},
		{[]string{"--sn=der"}, func(o *emulator.Options) { o.Sn = emulator.DER }},
		{[]string{"--sn-scope=global"}, func(o *emulator.Options) { o.SnScope = emulator.ScopeGlobal }},
		{[]string{"--order=newest"}, func(o *emulator.Options) { o.Order = emulator.NewestFirst }},
		{[]string{"--statuses=before"}, func(o *emulator.Options) { o.Statuses = emulator.StatusesBeforeNotice }},
		{[]string{"--control-text"}, func(o *emulator.Options) { o.ControlText = true }},
		{[]string{"--rotate-codes"}, func(o *emulator.Options) { o.RotateCodes = true }},
		{[]string{"--single-use-codes"}, func(o *emulator.Options) { o.SingleUseCodes = true }},
		{[]string{"--code-lifetime=1m"}, func(o *emulator.Options) { o.CodeLifetime = time.Minute }},
		{[]string{"--code-length=64"}, func(o *emulator.Options) { o.CodeLength = 64 }},
		{[]string{"--list-delay=1s"}, func(o *emulator.Options) { o.ListDelay = time.Second }},
		{[]string{"--flicker=2s"}, func(o *emulator.Options) { o.Flicker = 2 * time.Second }},
		{[]string{"--page-limit=3"}, func(o *emulator.Options) { o.PageLimit = 3 }},
		{[]string{"--endless-list"}, func(o *emulator.Options) { o.EndlessList = true }},
		{[]string{"--strangers=4"}, func(o *emulator.Options) { o.Strangers = 4 }},
		{[]string{"--devices=5"}, func(o *emulator.Options) { o.DevicesPerCA = 5 }},
		{[]string{"--rate-limit"}, func(o *emulator.Options) { o.RateLimit = true }},
		{[]string{"--quota=50"}, func(o *emulator.Options) { o.Quota = 50 }},
		{[]string{"--instances=3000"}, func(o *emulator.Options) { o.Numbered = 3000 }},
		{[]string{"--clock-skew=-20m"}, func(o *emulator.Options) { o.ClockSkew = -20 * time.Minute }},
		{[]string{"--fault=hang", "--fault=reset:op=ListInstances,call=2,after,delay=1s,jitter=2s"}, func(o *emulator.Options) {
			o.Faults = []emulator.Fault{{Kind: emulator.FaultHang}, {
				Kind: emulator.FaultReset, Operation: "ListInstances", Call: 2, AfterWork: true, Delay: time.Second, Jitter: 2 * time.Second,
			}}
		}},
		{[]string{"--fault=refuse:code=X,retry-after=1500ms", "--fault=oversize:size=7"}, func(o *emulator.Options) {
			o.Faults = []emulator.Fault{
				{Kind: emulator.FaultRefuse, Code: "X", RetryAfter: 1500 * time.Millisecond}, {Kind: emulator.FaultOversize, Size: 7},
			}
		}},
		{[]string{"--faults=rate=0.25,seed=18446744073709551615,kinds=slow+html"}, func(o *emulator.Options) {
			o.Mixture = emulator.Mixture{Seed: 1<<64 - 1, Rate: 0.25, Kinds: []emulator.FaultKind{"slow", "html"}}
		}},
	}
	for _, tt := range tests {
		t.Run(strings.Join(tt.args, " "), func(t *testing.T) {
			o := emulateOptions{Options: emulatorOptions()}
			cmd := &cobra.Command{Use: "emulate"}
			o.addFlags(cmd)
			if err := cmd.ParseFlags(tt.args); err != nil {
				t.Fatal(err)
			}
			want := emulatorOptions()
			tt.want(&want)
			if diff := cmp.Diff(want, o.service()); diff != "" {
				t.Errorf("options (-want +got):\n%s", diff)
			}
			if _, err := emulator.New(o.service()); err != nil {
				t.Error(err)
			}
		})
	}
}

// A seed that is picked differs from run to run, and what is shown is what makes the same mixture.
func TestMixtureFlagShowsItsSeed(t *testing.T) {
	var first, second, again mixtureFlag
	for _, m := range []*mixtureFlag{&first, &second} {
		if err := m.Set("rate=0.3"); err != nil {
			t.Fatal(err)
		}
	}
	if err := again.Set(first.String()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first.Mixture, again.Mixture); diff != "" || first.Seed == second.Seed {
		t.Errorf("seeds %d, %d; again (-want +got):\n%s", first.Seed, second.Seed, diff)
	}
}

func TestShellQuoted(t *testing.T) {
	for value, want := range map[string]string{
		"":                        "",
		"http://127.0.0.1:8080":   "http://127.0.0.1:8080",
		"/tmp/my folder/root.crt": "'/tmp/my folder/root.crt'",
		"it's":                    `'it'\''s'`,
		"$(reboot)":               "'$(reboot)'",
	} {
		if got := shellQuoted(value); got != want {
			t.Errorf("shellQuoted(%q) = %s, want %s", value, got, want)
		}
	}
}
