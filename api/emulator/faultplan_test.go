package emulator_test

import (
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

// TestMixtureIsDeterministic: the fault of a call depends on the seed, its operation and its number there.
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

// TestMixtureDraws: a drawn latency lasts up to 5 seconds, and a drawn throttle asks for a pause of up to 3.
func TestMixtureDraws(t *testing.T) {
	tests := map[emulator.FaultKind]time.Duration{emulator.FaultLatency: 5 * time.Second, emulator.FaultThrottle: 3 * time.Second}
	for kind, most := range tests {
		mixture := func(o *emulator.Options) { o.Mixture = emulator.Mixture{Rate: 1, Kinds: []emulator.FaultKind{kind}} }
		inBubble(t, mixture, func(t *testing.T, c *client) {
			var drawn []time.Duration
			for range 20 {
				before := time.Now()
				got := c.send(codeRequest(instanceID))
				pause := time.Since(before)
				if kind == emulator.FaultThrottle {
					pause, _ = time.ParseDuration(got.Header.Get("x-acs-retry-after") + "ms")
				}
				drawn = append(drawn, pause)
			}
			slices.Sort(drawn)
			if drawn[19] > most || drawn[19] < most/2 || drawn[0] > most/2 {
				t.Errorf("%s: drawn %v", kind, drawn)
			}
		})
	}
}

// TestFaultsComeBeforeTheMixture: a call that a fault names meets that fault alone, even if it is only latency.
func TestFaultsComeBeforeTheMixture(t *testing.T) {
	c := start(t, func(o *emulator.Options) {
		o.Faults = []emulator.Fault{
			{Kind: emulator.FaultRefuse, Code: "Named", Call: 1}, {Kind: emulator.FaultLatency, Delay: 1, Call: 2},
		}
		o.Mixture = emulator.Mixture{Rate: 1, Kinds: []emulator.FaultKind{emulator.FaultUnavailable}}
	})
	for _, want := range []string{"Named", "", "ServiceUnavailable"} {
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

// TestFaultsAreCounted holds faults to the call and the operation that they name.
func TestFaultsAreCounted(t *testing.T) {
	refuse := func(code, operation string, call int) emulator.Fault {
		return emulator.Fault{Kind: emulator.FaultRefuse, Code: code, Operation: operation, Call: call}
	}
	c := start(t, faulty(refuse("Second.List", "ListCaCertificate", 2), refuse("Fourth", "", 4), refuse("Every.Get", "GetCaCertificate", 0)))
	list, code, get := listRequest(instanceID, "1", "1"), codeRequest(instanceID), snRequest(http.MethodGet, "GetCaCertificate", "00")
	unsigned := code
	unsigned.key = &emulator.Credential{AccessKeyID: plainKey.AccessKeyID, AccessKeySecret: "wrong"}
	var got []string
	for _, r := range []request{list, unsigned, code, list, code, get, get, list} {
		got = append(got, c.send(r).code())
	}
	want := []string{"", "SignatureDoesNotMatch", "", "Second.List", "Fourth", "Every.Get", "Every.Get", ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
	if err := c.service.Inject(refuse("Third", "", 3)); err != nil {
		t.Fatal(err)
	}
	got = nil
	for _, r := range []request{list, list, get, get} {
		got = append(got, c.send(r).code())
	}
	if diff := cmp.Diff([]string{"", "", "Third", "FindCaBySnError"}, got); diff != "" {
		t.Errorf("codes after Inject (-want +got):\n%s", diff)
	}
	if err := c.service.Inject(emulator.Fault{Kind: "flood"}); err == nil {
		t.Error("Inject takes any kind")
	}
}
