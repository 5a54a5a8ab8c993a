package cmd

import (
	"strings"
	"testing"
	"time"

	"mqttca/api"
	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
)

func TestListFilter(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	ca := func(name string, active bool, notAfter string) caDocument {
		return caDocument{certificateDocument: certificateDocument{Name: text(name), Active: &active, NotAfter: instant(notAfter)}}
	}
	soon := listFilter{expires: true, expiring: 24 * time.Hour}
	tests := []struct {
		name   string
		filter listFilter
		ca     caDocument
		want   bool
	}{
		{"everything", listFilter{}, ca("", false, ""), true},
		{"active", listFilter{active: true}, ca("", true, ""), true},
		{"not active", listFilter{active: true}, ca("", false, ""), false},
		{"inactive", listFilter{inactive: true}, ca("", false, ""), true},
		{"not inactive", listFilter{inactive: true}, ca("", true, ""), false},
		{"neither active nor inactive", listFilter{inactive: true}, caDocument{}, false},
		{"name in another case", listFilter{name: "PLANT"}, ca("my plant 7", true, ""), true},
		{"another name", listFilter{name: "depot"}, ca("my plant 7", true, ""), false},
		{"expires just within", soon, ca("", true, "2026-01-01T23:59:59Z"), true},
		{"expires at the end", soon, ca("", true, "2026-01-02T00:00:00Z"), false},
		{"has expired", soon, ca("", true, "2025-01-01T00:00:00Z"), true},
		{"validity not known", soon, ca("", true, ""), true},
		{"has expired, asked for with 0", listFilter{expires: true}, ca("", true, "2025-12-31T23:59:59Z"), true},
		{"expires later, asked for with 0", listFilter{expires: true}, ca("", true, "2026-01-01T00:00:01Z"), false},
		{"all of them", listFilter{active: true, name: "a", expires: true}, ca("b", true, "2025-01-01T00:00:00Z"), false},
	}
	for _, tt := range tests {
		if got := tt.filter.takes(tt.ca.certificateDocument, now); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

// A state that nobody knows is not called inactive: it may let devices in.
func TestState(t *testing.T) {
	for want, listed := range map[string]api.CaCertificate{"active": {Active: true}, "inactive": {}, "unknown": {StateUnknown: true}} {
		if got := newCADocument(listed).state(); got != want {
			t.Errorf("%s is shown as %s", want, got)
		}
	}
}

func TestRemaining(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for notAfter, want := range map[string]string{
		"":                     "",
		"2025-12-31T23:59:59Z": " (expired)",
		"2026-01-01T23:59:59Z": " (less than a day)",
		"2026-01-02T00:00:00Z": " (1 day)",
		"2026-01-31T00:00:00Z": " (30 days)",
		"9999-12-31T23:59:59Z": " (2912442 days)",
	} {
		if got := (certificateDocument{NotAfter: instant(notAfter)}).remaining(now); got != want {
			t.Errorf("%s: %q, want %q", notAfter, got, want)
		}
	}
}

// A list without entries says so on stderr, unless that is quiet. (Stories show it of the other lists.)
func TestNoInstances(t *testing.T) {
	for _, quiet := range []bool{false, true} {
		var out, stderr strings.Builder
		a := &app{console: console{out: &out, err: terminal.NewScreen(&stderr, terminal.Display{}), quiet: quiet}}
		if err := a.printInstances(instancesDocument{}); err != nil || (stderr.String() == "no instances\n") == quiet {
			t.Errorf("%q, %v", stderr.String(), err)
		}
	}
}

// A list that is too long for the memory is refused.
func TestListIsBounded(t *testing.T) {
	name := strings.Repeat("n", 1<<20)
	for count, fits := range map[int]bool{63: true, 64: false} {
		listed := func(yield func(string, error) bool) {
			for range count {
				if !yield(name, nil) {
					return
				}
			}
		}
		all, err := collect("i", listed, listFilter{}, func(name string) *caDocument {
			return &caDocument{certificateDocument: certificateDocument{Name: text(name)}}
		})
		if fits && (err != nil || len(all) != count) || !fits && !is[*workflow.TooLongError](err) {
			t.Errorf("%d entries of 1 MiB: %d, %v", count, len(all), err)
		}
	}
}
