package main

import (
	"debug/buildinfo"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// An SBOM lists the modules that are linked into the program and Go, and is the same each time.
func TestSBOM(t *testing.T) {
	program := filepath.Join(t.TempDir(), "mqttca")
	run(t, "go", "build", "-o", program, "mqttca")
	documents := []string{program + "-1.json", program + "-2.json"}
	for _, document := range documents {
		run(t, "./make-sbom", program, document, "v1.2.3")
	}
	first := read(t, documents[0])
	if first != read(t, documents[1]) {
		t.Error("two SBOMs of a program differ")
	}
	var sbom struct {
		Metadata   struct{ Component component }
		Components []component
	}
	if err := json.Unmarshal([]byte(first), &sbom); err != nil {
		t.Fatal(err)
	}
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	want := []component{{"std", info.GoVersion}}
	for _, dependency := range info.Deps {
		want = append(want, component{dependency.Path, dependency.Version})
	}
	if missing, more := without(want, sbom.Components), without(sbom.Components, want); missing != nil || more != nil {
		t.Errorf("the SBOM lacks %v, and lists %v, which the program does not have", missing, more)
	}
	if want := (component{"mqttca", "v1.2.3"}); sbom.Metadata.Component != want {
		t.Errorf("the SBOM is one of %v, want %v", sbom.Metadata.Component, want)
	}
}

type component struct{ Name, Version string }

func without(all, some []component) (rest []component) {
	for _, c := range all {
		if !slices.Contains(some, c) {
			rest = append(rest, c)
		}
	}
	return rest
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if output, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %s\n%s", name, err, output)
	}
}
