package emulator

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestInvented holds the list in INVENTED.md to the references in the code: every rule that is made up is a row, and every row a rule.
func TestInvented(t *testing.T) {
	row, reference := regexp.MustCompile(`(?m)^- ([a-z0-9-]+): `), regexp.MustCompile(`Invented: ([a-z0-9-]+(?:, [a-z0-9-]+)*)\.$`)
	list, err := os.ReadFile("INVENTED.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, match := range row.FindAllStringSubmatch(string(list), -1) {
		rows = append(rows, match[1])
	}
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	referred := map[string]bool{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			match := reference.FindStringSubmatch(strings.TrimSpace(line))
			if match == nil && strings.Contains(line, "// ") && strings.Contains(line, "Invented:") && !strings.HasSuffix(path, "_test.go") {
				t.Errorf("%s: %q names no row of INVENTED.md", path, strings.TrimSpace(line))
			}
			if match != nil {
				for name := range strings.SplitSeq(match[1], ", ") {
					referred[name] = true
				}
			}
		}
	}
	if diff := cmp.Diff(rows, slices.Sorted(maps.Keys(referred))); diff != "" {
		t.Errorf("rows and references differ (-INVENTED.md +code):\n%s", diff)
	}
}
