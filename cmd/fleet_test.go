package cmd

import (
	"fmt"
	"testing"
)

// A validity that leaves no time to submit is a problem of the manifest; a wait may be as short.
func TestShortDurationsOfAManifest(t *testing.T) {
	for setting, want := range map[string]string{
		"validity: 59s": "mqttca.yaml:2:22: this duration must be at least 1m0s", "validity: 1m": "", "wait: 0s": "", "wait: -1s": "mqttca.yaml:2:18: a duration must not be negative",
	} {
		_, err := (&app{}).parseManifest(fmt.Sprintf("format: mqttca/fleet/v1\ndefaults: {%s}\ncas: {}\ninstances: {}\n", setting), fleetFlags{file: "mqttca.yaml"})
		if got := fmt.Sprint(err); got != want && (err != nil || want != "") {
			t.Errorf("%s: %s, want %q", setting, got, want)
		}
	}
}
