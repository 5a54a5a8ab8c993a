package emulator_test

import (
	"fmt"
	"strings"
	"testing"

	"mqttca/api/emulator"
)

const alertNames = "access_denied, bad_certificate, certificate_expired, certificate_revoked, certificate_unknown, handshake_failure, internal_error, " +
	"protocol_version, unknown_ca, unrecognized_name, unsupported_certificate, or for Connect 1 to 255"

func TestFaultOptions(t *testing.T) {
	nan := 0.0
	nan /= nan
	tests := []struct {
		fault   emulator.Fault
		mixture emulator.Mixture
		want    string
	}{
		{emulator.Fault{Kind: "flood"}, emulator.Mixture{}, `emulator: fault "flood" is not one of garbage, hang, html, internal-error, latency, ` +
			`oversize, redirect, refuse, reset, slow, throttle, truncate, unavailable`},
		{emulator.Fault{Kind: "reset", Operation: "X"}, emulator.Mixture{}, `emulator: operation of fault reset "X" is not one of ` + strings.Join(emulator.Operations(), ", ") + ", Handshake, Connect"},
		{emulator.Fault{Kind: "reset", Call: -1}, emulator.Mixture{}, "emulator: fault reset: call -1 is negative"},
		{emulator.Fault{Kind: "oversize", Size: -1}, emulator.Mixture{}, "emulator: fault oversize: size -1 is negative"},
		{emulator.Fault{Kind: "slow", AfterWork: true}, emulator.Mixture{}, "emulator: fault slow: the operation always takes effect: omit the setting after"},
		{emulator.Fault{Kind: "html", Operation: "Connect"}, emulator.Mixture{}, "emulator: fault html: it cannot happen at Connect"},
		{emulator.Fault{Kind: "slow", Operation: "Handshake"}, emulator.Mixture{}, "emulator: fault slow: it cannot happen at Handshake"},
		{emulator.Fault{Kind: "latency", Operation: "Connect"}, emulator.Mixture{}, "emulator: fault latency: it needs a delay or a jitter"},
		{emulator.Fault{Kind: "latency", Operation: "Connect", AfterWork: true, Delay: 1}, emulator.Mixture{}, "emulator: fault latency: only hang and reset can follow Connect"},
		{emulator.Fault{Kind: "refuse", Operation: "Connect", Code: "256"}, emulator.Mixture{}, `emulator: fault refuse: code "256" must be one of ` + alertNames},
		{emulator.Fault{Kind: "refuse", Operation: "Handshake", Code: "5"}, emulator.Mixture{}, `emulator: fault refuse: code "5" must be one of ` + alertNames},
		{emulator.Fault{Kind: "refuse"}, emulator.Mixture{}, "emulator: fault refuse: refuse needs a code, and other faults have none"},
		{emulator.Fault{Kind: "html", Code: "X"}, emulator.Mixture{}, "emulator: fault html: refuse needs a code, and other faults have none"},
		{emulator.Fault{Kind: "html", RetryAfter: 1}, emulator.Mixture{}, "emulator: fault html: only a refusal can ask for a pause"},
		{emulator.Fault{Kind: "html", Size: 1}, emulator.Mixture{}, "emulator: fault html: only oversize has a size"},
		{emulator.Fault{Kind: "latency"}, emulator.Mixture{}, "emulator: fault latency: it needs a delay or a jitter"},
		{emulator.Fault{Kind: "hang"}, emulator.Mixture{Rate: -0.1}, "emulator: rate of faults -0.1 is not between 0 and 1"},
		{emulator.Fault{Kind: "hang"}, emulator.Mixture{Rate: 1.1}, "emulator: rate of faults 1.1 is not between 0 and 1"},
		{emulator.Fault{Kind: "hang"}, emulator.Mixture{Rate: nan}, "emulator: rate of faults NaN is not between 0 and 1"},
		{emulator.Fault{Kind: "hang"}, emulator.Mixture{Kinds: []emulator.FaultKind{"refuse"}}, "emulator: fault refuse needs a code, so it cannot be drawn at random"},
	}
	for _, test := range tests {
		t.Run(test.want, func(t *testing.T) {
			_, err := emulator.New(emulator.Options{
				Instances: []string{"i"}, Credentials: []emulator.Credential{plainKey},
				Faults: []emulator.Fault{test.fault}, Mixture: test.mixture,
			})
			if fmt.Sprint(err) != test.want {
				t.Errorf("error %v", err)
			}
		})
	}
}
