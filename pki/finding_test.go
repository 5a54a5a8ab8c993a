package pki

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What keeps a CA from being registered, spelled out; every other rule warns.
var faults = []string{
	"basic-constraints", "key-usage", "validity", "key", "serial-length", "decoding", "self-signature", "chain",
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

func fixtures(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("../testdata", pattern))
	if err != nil || len(paths) == 0 {
		t.Fatal("no fixtures: ", err)
	}
	return paths
}
