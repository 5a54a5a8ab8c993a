package emulator_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"mqttca/api/emulator"
)

// faultsMet sends 200 requests, two operations in turn or one after the other, and returns the faults by operation.
func faultsMet(t *testing.T, mixture emulator.Mixture, inTurn bool) (list, code []string) {
	t.Helper()
	inBubble(t, func(o *emulator.Options) { o.Mixture = mixture }, func(t *testing.T, c *client) {
		c.http.Timeout = time.Minute
		var order []request
		for i := range 200 {
			r := listRequest(instanceID, "1", "1")
			if inTurn && i%2 == 1 || !inTurn && i >= 100 {
				r = codeRequest(instanceID)
			}
			order = append(order, r)
		}
		for _, r := range order {
			// On a connection of its own: on one that was used, net/http would send a GET again after a reset.
			c.http.CloseIdleConnections()
			c.try(r)
		}
		for _, r := range c.service.Requests() {
			if r.Operation == "ListCaCertificate" {
				list = append(list, r.Fault)
			} else {
				code = append(code, r.Fault)
			}
		}
	})
	return list, code
}

// TestMixtureIsDeterministic: what a call meets depends on the seed, its operation and its number there.
func TestMixtureIsDeterministic(t *testing.T) {
	list, code := faultsMet(t, emulator.Mixture{Seed: 7, Rate: 0.3}, true)
	listAgain, codeAgain := faultsMet(t, emulator.Mixture{Seed: 7, Rate: 0.3}, false)
	if diff := cmp.Diff([][]string{list, code}, [][]string{listAgain, codeAgain}); diff != "" {
		t.Errorf("in another order of operations (-first +second):\n%s", diff)
	}
	if other, _ := faultsMet(t, emulator.Mixture{Seed: 8, Rate: 0.3}, true); slices.Equal(list, other) {
		t.Error("another seed makes the same faults")
	}
	if slices.Equal(list, code) {
		t.Error("both operations meet the same faults")
	}
	met := slices.DeleteFunc(slices.Concat(list, code), func(f string) bool { return f == "" })
	if len(met) < 40 || len(met) > 80 {
		t.Errorf("%d of 200 calls met a fault, want about 60", len(met))
	}
	slices.Sort(met)
	if kinds := slices.Compact(met); len(kinds) < 15 || slices.Contains(kinds, "throttle-after") || slices.Contains(kinds, "refuse") {
		t.Errorf("kinds met: %q", kinds)
	}
}

func TestMixtureOfSomeKinds(t *testing.T) {
	mixture := emulator.Mixture{Seed: 1, Rate: 1, Kinds: []emulator.FaultKind{emulator.FaultLatency, emulator.FaultUnavailable}}
	list, code := faultsMet(t, mixture, true)
	met := slices.Concat(list, code)
	slices.Sort(met)
	if diff := cmp.Diff([]string{"latency", "unavailable"}, slices.Compact(met)); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
}

// TestFaultsComeBeforeTheMixture: a call that a fault names meets that.
func TestFaultsComeBeforeTheMixture(t *testing.T) {
	c := start(t, func(o *emulator.Options) {
		o.Faults = []emulator.Fault{{Kind: emulator.FaultRefuse, Code: "Named", Call: 1}}
		o.Mixture = emulator.Mixture{Rate: 1, Kinds: []emulator.FaultKind{emulator.FaultUnavailable}}
	})
	for _, want := range []string{"Named", "ServiceUnavailable"} {
		if got := c.send(codeRequest(instanceID)); got.code() != want {
			t.Errorf("code %q, want %q", got.code(), want)
		}
	}
	if err := c.service.Inject(); err != nil {
		t.Fatal(err)
	}
	if got := c.send(codeRequest(instanceID)); got.Status != http.StatusOK {
		t.Errorf("after Inject: %s", got.code())
	}
}

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
		{emulator.Fault{Kind: "reset", Operation: "X"}, emulator.Mixture{}, `emulator: fault reset: no such operation "X"`},
		{emulator.Fault{Kind: "reset", Call: -1}, emulator.Mixture{}, "emulator: fault reset: call -1 is negative"},
		{emulator.Fault{Kind: "reset", Delay: -1}, emulator.Mixture{}, "emulator: fault reset: a duration is negative"},
		{emulator.Fault{Kind: "reset", Jitter: -1}, emulator.Mixture{}, "emulator: fault reset: a duration is negative"},
		{emulator.Fault{Kind: "throttle", RetryAfter: -1}, emulator.Mixture{}, "emulator: fault throttle: a duration is negative"},
		{emulator.Fault{Kind: "oversize", Size: -1}, emulator.Mixture{}, "emulator: fault oversize: size -1 is negative"},
		{emulator.Fault{Kind: "slow", AfterWork: true}, emulator.Mixture{}, "emulator: fault slow: its work is always done, before or after means nothing"},
		{emulator.Fault{Kind: "refuse"}, emulator.Mixture{}, "emulator: fault refuse: refuse needs a code, and no other fault has one"},
		{emulator.Fault{Kind: "html", Code: "X"}, emulator.Mixture{}, "emulator: fault html: refuse needs a code, and no other fault has one"},
		{emulator.Fault{Kind: "html", RetryAfter: 1}, emulator.Mixture{}, "emulator: fault html: only a refusal asks for a pause"},
		{emulator.Fault{Kind: "html", Size: 1}, emulator.Mixture{}, "emulator: fault html: only oversize has a size"},
		{emulator.Fault{Kind: "latency"}, emulator.Mixture{}, "emulator: fault latency: neither delay nor jitter"},
		{emulator.Fault{Kind: "hang"}, emulator.Mixture{Rate: -0.1}, "emulator: rate of faults -0.1 is not 0 to 1"},
		{emulator.Fault{Kind: "hang"}, emulator.Mixture{Rate: 1.1}, "emulator: rate of faults 1.1 is not 0 to 1"},
		{emulator.Fault{Kind: "hang"}, emulator.Mixture{Rate: nan}, "emulator: rate of faults NaN is not 0 to 1"},
		{emulator.Fault{Kind: "hang"}, emulator.Mixture{Kinds: []emulator.FaultKind{"refuse"}}, "emulator: fault refuse needs a code, and can't be drawn"},
		{emulator.Fault{Kind: "hang"}, emulator.Mixture{Kinds: []emulator.FaultKind{}}, "emulator: no kind of fault to draw from"},
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
