package cmd

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/api/credentials"
	"mqttca/api/emulator"
	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// Each way in which a look can end, and what is told of it: the state of credentials,
// endpoint, TLS, clock, list and CA.
func TestProbes(t *testing.T) {
	long := credentials.Credentials{AccessKeyID: "LTAI-0123456789", Source: "the environment"}
	answered := &api.Exchange{HTTPStatus: 200, Dated: true}
	tests := []struct {
		name  string
		check onlineCheck
		want  string // o: ok, w: warning, e: error, n: not tried
	}{
		{"well", onlineCheck{credentials: long, last: answered, outcome: workflow.WouldRegister}, "oooooo"},
		{"no credentials", onlineCheck{err: &credentials.Error{}}, "ennnnn"},
		{"interrupted while they were fetched", onlineCheck{err: context.Canceled}, "ennnnn"},
		{"not accepted", onlineCheck{credentials: long, last: answered, err: &api.Error{Code: "InvalidAccessKeyId.NotFound"}}, "eooonn"},
		{"not reached", onlineCheck{credentials: long, last: &api.Exchange{}, err: &api.NoAnswerError{}}, "oennnn"},
		{"not verified", onlineCheck{credentials: long, last: &api.Exchange{}, err: &api.NoAnswerError{Err: &tls.CertificateVerificationError{}}}, "ooennn"},
		{"not an answer", onlineCheck{credentials: long, last: answered, err: &api.NoAnswerError{HTTPStatus: 200}}, "ooooen"},
		{"no permission", onlineCheck{credentials: long, last: answered, err: &api.Error{Code: "NoPermission"}}, "ooooen"},
		{"no such instance", onlineCheck{credentials: long, last: answered, err: &api.Error{Code: "MqttInstanceNotFound"}}, "ooooen"},
		{"inactive", onlineCheck{credentials: long, last: answered, err: &workflow.InactiveError{CA: throwaway(t)}}, "ooooow"},
		{"serial number taken", onlineCheck{credentials: long, last: answered, err: &workflow.SerialConflictError{CA: throwaway(t)}}, "oooooe"},
		{"clock a minute off", onlineCheck{credentials: long, last: &api.Exchange{HTTPStatus: 200, Dated: true, ClockOffset: -61 * time.Second}}, "ooowoo"},
		{"clock less than that off", onlineCheck{credentials: long, last: &api.Exchange{HTTPStatus: 200, Dated: true, ClockOffset: 59 * time.Second}}, "oooooo"},
		{"answer without a date", onlineCheck{credentials: long, last: &api.Exchange{HTTPStatus: 200}, outcome: workflow.WouldRegister}, "ooonoo"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var states, names []string
			tt.check.describe(&cobra.Command{})
			for _, p := range tt.check.probes() {
				states, names = append(states, p.State[:1]), append(names, p.Probe)
				if p.Message == "" {
					t.Errorf("%s: no message", p.Probe)
				}
			}
			if want := strings.Fields("credentials endpoint tls clock list ca account instance registration-code registration"); !slices.Equal(names, want) {
				t.Errorf("probes %s", names)
			}
			account := "ow" // the instance is not among those of the account: there are none
			if !tt.check.answered() || tt.check.unaccepted() {
				account = "nn"
			}
			if got := strings.Join(states, ""); got != tt.want+account+"nn" {
				t.Errorf("states %s, want %s, %s and nn", got, tt.want, account)
			}
		})
	}
}

func TestIdentity(t *testing.T) {
	expires := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	tests := []struct {
		credentials credentials.Credentials
		want        string
	}{
		{credentials.Credentials{AccessKeyID: "LTAI-0123456789", Source: "the environment"}, "AccessKey LTAI****6789 from the environment, permanent"},
		{credentials.Credentials{AccessKeyID: "STS.0123456789", SecurityToken: "t", Source: "the ECS role", Expires: expires},
			"AccessKey STS.****6789 from the ECS role, temporary (STS) until 2026-01-02T03:04:05Z"},
		{credentials.Credentials{AccessKeyID: "STS.0123456789", SecurityToken: "t", Source: `profile "a" (StsToken)`},
			`AccessKey STS.****6789 from profile "a" (StsToken), temporary (STS), expiry unknown`},
	}
	for _, tt := range tests {
		if got := (onlineCheck{credentials: tt.credentials}).identity(); got != tt.want {
			t.Errorf("\n got %s\nwant %s", got, tt.want)
		}
	}
}

func TestTLSProbe(t *testing.T) {
	ca := throwaway(t)
	state := &tls.ConnectionState{Version: tls.VersionTLS13, PeerCertificates: []*x509.Certificate{ca.Certificate}}
	got := onlineCheck{last: &api.Exchange{HTTPStatus: 200, TLS: state}}.tlsProbe().Message
	want := `TLS 1.3, server certificate "CN=mqttca rehearsal CA" of issuer "CN=mqttca rehearsal CA" verified, valid until ` + pki.Timestamp(ca.Certificate.NotAfter)
	if got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// How far the clocks are apart, and which of them is ahead.
func TestClockProbe(t *testing.T) {
	for offset, want := range map[time.Duration]string{
		20 * time.Minute:  "the service's clock is 20m0s ahead of this machine's",
		-20 * time.Minute: "the service's clock is 20m0s behind this machine's",
	} {
		last := &api.Exchange{HTTPStatus: 200, Dated: true, ClockOffset: offset}
		if got := (onlineCheck{last: last}).clockProbe().Message; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// A probe cannot steer a terminal, and has three columns if there is room for them.
func TestProbeIsEscapedAndFits(t *testing.T) {
	probe := probeDocument{"list", stateError, "refused \x1b[2J by the service for a reason of its own", "look at it"}
	for width, want := range map[int]string{
		80: "error      list               refused \\u001b[2J by the service for a reason of\n" +
			"                              its own\n" +
			"                              look at it\n",
		50: "error      list\n" +
			"           refused \\u001b[2J by the service for a\n" +
			"           reason of its own\n" +
			"           look at it\n",
	} {
		var out strings.Builder
		probe.plain(&terminal.Sheet{Writer: &out, Display: columns(width)})
		if out.String() != want {
			t.Errorf("%d columns:\n got %q\nwant %q", width, out.String(), want)
		}
	}
}

// The answer that counts is the last one: an attempt before it may have met with nobody.
func TestOnlineAfterARetry(t *testing.T) {
	s := newStage(t, "absent")
	s.service.Inject(emulator.Fault{Kind: emulator.FaultReset, Call: 1})
	var document checkDocument
	if err := json.Unmarshal([]byte(mustRun(t, s.line("check --ca-cert CERT --online --json --retries 1")...)), &document); err != nil {
		t.Fatal(err)
	}
	for _, probe := range document.Online[:6] {
		if probe.State != stateOK {
			t.Errorf("%+v", probe)
		}
	}
}

// What ends a check: an interrupt before anything else, then what the loaders refuse.
func TestVerdict(t *testing.T) {
	broken := &api.NoAnswerError{}
	for _, tt := range []struct {
		name     string
		document checkDocument
		broken   error
		strict   bool
		want     int
	}{
		{"nothing", checkDocument{}, nil, true, exitOK},
		{"a warning", checkDocument{Warnings: 1}, nil, false, exitOK},
		{"a warning that counts", checkDocument{Warnings: 1}, nil, true, exitLocal},
		{"unfit", checkDocument{Errors: 1, unfit: true}, nil, false, exitLocal},
		{"unfit, and not reached", checkDocument{Errors: 2, unfit: true}, broken, false, exitLocal},
		{"not reached", checkDocument{Errors: 1}, broken, false, exitUnavailable},
		{"unfit, and interrupted", checkDocument{Errors: 2, unfit: true}, context.Canceled, false, exitInterrupted},
	} {
		got := exitOK
		if err := tt.document.verdict(tt.strict, tt.broken); err != nil {
			got = describe(nil, err).ExitCode
		}
		if got != tt.want {
			t.Errorf("%s: exit code %d, want %d", tt.name, got, tt.want)
		}
	}
}
