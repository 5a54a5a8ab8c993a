package pki

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What keeps a CA from being registered, spelled out; every other rule warns.
var faults = []string{
	"basic-constraints", "key-usage", "validity", "key", "rsa-exponent", "serial-length", "decoding", "self-signature", "chain",
	"key-pair", "key-proof", "name-constraints-proof",
	"verification-own", "verification-digest", "verification-signature", "verification-issuer", "verification-name-constraints", "verification-authority", "verification-decoding", "verification-validity",
	"verification-common-name", "verification-code-form", "verification-code", "verification-key",
}

// Every row of the table is whole, and has a case that trips it and one that does not.
func TestTable(t *testing.T) {
	var names, severe []string
	cases := ruleCases(t)
	for _, r := range rules {
		if slices.Contains(names, r.name) || r.name == "" || r.source == "" || r.meaning == "" || r.find == nil {
			t.Errorf("the row of %q is not whole, or there twice", r.name)
		}
		if names = append(names, r.name); r.severity == Fault {
			severe = append(severe, r.name)
		}
		trips, passes := 0, 0
		for _, c := range cases {
			switch {
			case c.rule == r.name && c.want == "":
				passes++
			case c.rule == r.name:
				trips++
			}
		}
		if trips == 0 || passes == 0 {
			t.Errorf("%s has %d cases that trip it and %d that do not", r.name, trips, passes)
		}
	}
	if diff := cmp.Diff(faults, severe); diff != "" {
		t.Errorf("faults: %s", diff)
	}
}

func TestRules(t *testing.T) {
	for _, c := range ruleCases(t) {
		t.Run(c.rule+"/"+c.name, func(t *testing.T) {
			i := slices.IndexFunc(rules, func(r rule) bool { return r.name == c.rule })
			if i < 0 {
				t.Fatal("no such rule")
			}
			if !c.material.has(rules[i].subject) {
				t.Fatal("nothing to judge")
			}
			message, advice := rules[i].find(c.material, c.at)
			if message != c.want {
				t.Errorf("message:\n%s\nwant:\n%s", message, c.want)
			}
			if message != "" && advice == "" {
				t.Error("no advice")
			}
		})
	}
}

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

func fixtures(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("../testdata", pattern))
	if err != nil || len(paths) == 0 {
		t.Fatal("no fixtures: ", err)
	}
	return paths
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
