package cmd

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Each command has what the tests of all commands go by. A message says where to add it.
func TestEveryCommandIsTested(t *testing.T) {
	scripts, err := filepath.Glob(filepath.Join("..", "testdata", "script", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var stories, refused, documents strings.Builder
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		stories.Write(text)
	}
	for _, row := range networkCommands {
		refused.WriteString(row.args + "\n")
	}
	for _, row := range jsonFields {
		documents.WriteString(row.title + "\n")
	}
	for _, row := range commands() {
		if !regexp.MustCompile(`(?m)^\w.*\bmqttca ` + row.name + `\b`).MatchString(stories.String()) {
			t.Errorf("no story runs %s: tell one in testdata/script", row.name)
		}
		// check calls the service only with --online, and prints a result if that fails.
		if row.calls != "" && row.name != "check" && !regexp.MustCompile(`(?m)^`+row.name+`\b`).MatchString(refused.String()) {
			t.Errorf("no request of %s is refused: add it to networkCommands in refused_test.go", row.name)
		}
		switch row.name {
		case "policy", "completion", "help": // their results are text, or the vendor's JSON
		default:
			if !strings.Contains(documents.String(), "`"+row.name+"`") {
				t.Errorf("the fields of the result of %s are not spelled out: add them to jsonFields in json_test.go", row.name)
			}
		}
	}
}
