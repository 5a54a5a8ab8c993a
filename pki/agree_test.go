//go:build !race

package pki

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// check and the loaders agree on every fixture: there is a fault exactly where a loader
// refuses, and its error says what the findings say.
func TestLoadersAgree(t *testing.T) {
	cas, keys, proofs := fixtures(t, "ca/*.crt"), fixtures(t, "ca/*.key"), fixtures(t, "verification/*.crt")
	for _, ca := range cas {
		agree(t, Sources{CA: ca}, func() error { _, err := LoadCA(ca, now); return err })
		for _, key := range keys {
			agree(t, Sources{CA: ca, Key: key}, func() error { _, err := LoadAuthority(ca, key, examplePassword, now); return err })
		}
		for _, proof := range slices.Concat(proofs, cas) {
			agree(t, Sources{CA: ca, Verification: proof}, func() error { _, err := LoadProof(ca, proof, now); return err })
		}
	}
}

func agree(t *testing.T, p Sources, load func() error) {
	t.Helper()
	refused := load()
	m, err := ReadMaterial(p, examplePassword)
	if err != nil {
		if refused == nil || refused.Error() != err.Error() {
			t.Errorf("%v: can't be read: %v; the loader: %v", p, err, refused)
		}
		return
	}
	defer m.Close()
	var found []Finding
	for _, f := range m.Findings(now) {
		if f.Severity == Fault {
			found = append(found, f)
		}
	}
	var local *Error
	if errors.As(refused, &local) != (len(found) > 0) {
		t.Errorf("%v: findings %v; the loader: %v", p, found, refused)
	}
	for _, f := range found {
		if f.Object == local.Object && !strings.Contains(local.Reason, f.Message) {
			t.Errorf("%v: %q is not in %v", p, f.Message, refused)
		}
	}
}
