package emulator_test

import (
	"fmt"
	"strings"
	"testing"

	"mqttca/api/emulator"
)

const alertNames = "access_denied, bad_certificate, certificate_expired, certificate_revoked, certificate_unknown, handshake_failure, internal_error, " +
	"protocol_version, unknown_ca, unrecognized_name, unsupported_certificate, nor for Connect 1 to 255"

func TestFaultOptions(t *testing.T) {
	nan := 0.0
	nan /= nan
	tests := []struct {
		fault   emulator.Fault
		mixture emulator.Mixture
		want    string
	}{
		{emulator.Fault{Kind: "flood"}, emulator.Mixture{}, `emulator: fault "flood" is none of garbage, hang, html, internal-error, latency, ` +
			`oversize, redirect, refuse, reset, slow, throttle, truncate, unavailable`},
		{emulator.Fault{Kind: "reset", Operation: "X"}, emulator.Mixture{}, `emulator: operation of fault reset "X" is none of ` + strings.Join(emulator.Operations(), ", ") + ", Handshake, Connect"},
		{emulator.Fault{Kind: "reset", Call: -1}, emulator.Mixture{}, "emulator: fault reset: call -1 is negative"},
		{emulator.Fault{Kind: "oversize", Size: -1}, emulator.Mixture{}, "emulator: fault oversize: size -1 is negative"},
		{emulator.Fault{Kind: "slow", AfterWork: true}, emulator.Mixture{}, "emulator: fault slow: its work is always done, before or after means nothing"},
		{emulator.Fault{Kind: "html", Operation: "Connect"}, emulator.Mixture{}, "emulator: fault html: it does not come to Connect"},
		{emulator.Fault{Kind: "slow", Operation: "Handshake"}, emulator.Mixture{}, "emulator: fault slow: it does not come to Handshake"},
		{emulator.Fault{Kind: "latency", Operation: "Connect"}, emulator.Mixture{}, "emulator: fault latency: neither delay nor jitter"},
		{emulator.Fault{Kind: "latency", Operation: "Connect", AfterWork: true, Delay: 1}, emulator.Mixture{}, "emulator: fault latency: only hang and reset come after Connect"},
		{emulator.Fault{Kind: "refuse", Operation: "Connect", Code: "256"}, emulator.Mixture{}, `emulator: fault refuse: code "256" is none of ` + alertNames},
		{emulator.Fault{Kind: "refuse", Operation: "Handshake", Code: "5"}, emulator.Mixture{}, `emulator: fault refuse: code "5" is none of ` + alertNames},
		{emulator.Fault{Kind: "refuse"}, emulator.Mixture{}, "emulator: fault refuse: refuse needs a code, and no other fault has one"},
		{emulator.Fault{Kind: "html", Code: "X"}, emulator.Mixture{}, "emulator: fault html: refuse needs a code, and no other fault has one"},
		{emulator.Fault{Kind: "html", RetryAfter: 1}, emulator.Mixture{}, "emulator: fault html: only a refusal asks for a pause"},
		{emulator.Fault{Kind: "html", Size: 1}, emulator.Mixture{}, "emulator: fault html: only oversize has a size"},
		{emulator.Fault{Kind: "latency"}, emulator.Mixture{}, "emulator: fault latency: neither delay nor jitter"},
		{emulator.Fault{Kind: "hang"}, emulator.Mixture{Rate: -0.1}, "emulator: rate of faults -0.1 is not 0 to 1"},
		{emulator.Fault{Kind: "hang"}, emulator.Mixture{Rate: 1.1}, "emulator: rate of faults 1.1 is not 0 to 1"},
		{emulator.Fault{Kind: "hang"}, emulator.Mixture{Rate: nan}, "emulator: rate of faults NaN is not 0 to 1"},
		{emulator.Fault{Kind: "hang"}, emulator.Mixture{Kinds: []emulator.FaultKind{"refuse"}}, "emulator: fault refuse needs a code, and can't be drawn"},
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
