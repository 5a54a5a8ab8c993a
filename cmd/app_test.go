package cmd

import (
	"bytes"
	"context"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mqttca/api"
	"mqttca/cmd/terminal"
	"mqttca/pki"
)

// Network work is bounded by --timeout, else by 2 minutes beside what is waited for on
// purpose.
func TestNetworkLimit(t *testing.T) {
	tests := []struct{ timeout, wait, want time.Duration }{
		{0, 0, 2 * time.Minute},
		{0, time.Minute, 3 * time.Minute},
		{5 * time.Second, 0, 5 * time.Second},
		{5 * time.Second, time.Minute, 5 * time.Second},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			ctx, cancel := (&app{connectionFlags: connectionFlags{timeout: tt.timeout}}).withTimeout(context.Background(), tt.wait)
			defer cancel()
			<-ctx.Done()
			if took := time.Since(start); took != tt.want {
				t.Errorf("--timeout %v, --wait %v: ends after %v, want %v", tt.timeout, tt.wait, took, tt.want)
			}
		})
	}
}

// The defaults that the help and the README name.
func TestFlagDefaults(t *testing.T) {
	register, _, err := newRoot(&app{}).Find([]string{"register"})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"retries": "0", "rate": "0", "wait": "1m0s", "validity": "30d", "timeout": "0", "receipt": "", "activate": "false"} {
		flag := register.Flag(name)
		if flag == nil || flag.DefValue != want {
			t.Errorf("--%s: %+v, want the default %q", name, flag, want)
		}
	}
}

// What came from outside is escaped in every kind of line on stderr.
func TestStderrIsEscaped(t *testing.T) {
	const bad, shown = "x\x1b]0;owned\x07\u202e", `x\u001b]0;owned\u0007\u202e`
	refusal := &api.Error{Call: api.Call{Operation: "GetRegisterCode", Host: bad}, Code: "MqttInstanceNotFound", Message: bad}
	tests := []struct {
		name  string
		print func(*app)
		want  string
	}{
		{"note", func(a *app) { a.note("%s", bad) }, shown + "\n"},
		{"warning", func(a *app) { a.warn("%s", bad) }, "warning: " + shown + "\n"},
		{"error and hint", func(a *app) { a.fail(nil, refusal) }, "error: GetRegisterCode was refused by " + shown + ": " + shown + " (code MqttInstanceNotFound, HTTP 0, request id )\n" +
			"hint: check the instance id and the region (--region, --endpoint or MQTTCA_ENDPOINT): an instance is in one region, and " + shown + " was asked; 'mqttca instances --all-regions' searches every region with a published endpoint\n"},
		{"error with --quiet", func(a *app) { a.quiet = true; a.fail(nil, refusal) }, "error: GetRegisterCode was refused by " + shown + ": " + shown + " (code MqttInstanceNotFound, HTTP 0, request id )\n"},
		{"trace", func(a *app) {
			a.verbose = true
			a.trace(api.Exchange{Operation: "GetRegisterCode", Params: url.Values{}, HTTPStatus: 400, Code: bad, RequestID: bad})
		}, "GetRegisterCode  -> HTTP 400 " + shown + ", request id " + shown + " in 0s, new connection\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var stderr bytes.Buffer
			tt.print(&app{console: console{err: terminal.NewScreen(&stderr, terminal.Display{})}})
			if stderr.String() != tt.want {
				t.Errorf("\n got %q\nwant %q", stderr.String(), tt.want)
			}
		})
	}
	var stderr bytes.Buffer
	(&app{console: console{err: terminal.NewScreen(&stderr, terminal.Display{}), json: true}}).fail(nil, refusal)
	if strings.Contains(stderr.String(), "\u202e") || strings.Count(stderr.String(), "\n") != 1 {
		t.Errorf("an error object: %q", stderr.String())
	}
}

// Where a result comes from: the vendor, another host, or the stand-in.
func TestOrigin(t *testing.T) {
	vendor, err := api.RegionalEndpoint("cn-hangzhou", false)
	if err != nil {
		t.Fatal(err)
	}
	other, err := api.ParseEndpoint("example.com")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		endpoint api.Endpoint
		emulated bool
		want     string
	}{
		{vendor, false, "https://onsmqtt.cn-hangzhou.aliyuncs.com"},
		{other, false, "https://example.com (not Alibaba Cloud)"},
		{other, true, "https://example.com (the embedded emulator: not Alibaba Cloud)"},
	}
	for _, tt := range tests {
		s := &session{endpoint: tt.endpoint, exchanges: []api.Exchange{{}, {Emulated: tt.emulated}}}
		if o := s.origin("list"); o.source() != tt.want || *o.Emulated != tt.emulated {
			t.Errorf("%+v: %s, want %s", o, o.source(), tt.want)
		}
	}
	for want, o := range map[string]origin{"\nlisted by several endpoints (not Alibaba Cloud)\n": {VendorEndpoint: new(false)}, "": {}} {
		var out strings.Builder
		o.listedBy(&terminal.Sheet{Writer: &out})
		if out.String() != want {
			t.Errorf("%q, want %q", out.String(), want)
		}
	}
}

func TestTimestamp(t *testing.T) {
	shanghai := time.FixedZone("CST", 8*60*60)
	if got := pki.Timestamp(time.Date(2026, 6, 1, 7, 30, 0, 5, shanghai)); got != "2026-05-31T23:30:00Z" {
		t.Errorf("got %s", got)
	}
	if got := pki.Timestamp(time.Time{}); got != "" {
		t.Errorf("no time is shown as %q", got)
	}
}

// No time at all is refused; it would stand for the default.
func TestTimeoutOfNothing(t *testing.T) {
	code, _, stderr := runHere("list", "--instance", "i", "--endpoint", "http://127.0.0.1:1", "--timeout", "0s")
	if want := "error: mqttca list: --timeout must be more than 0\nhint: see 'mqttca list --help'\n"; code != exitUsage || stderr != want {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}
