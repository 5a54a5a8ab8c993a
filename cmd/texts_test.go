package cmd

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"mqttca/cmd/topics"
)

// texts are the pages that people read, by their paths.
func texts(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"README.md", ".github/*.md", "cmd/topics/*.md", "cmd/topics/*/*.md"} {
		paths, err := filepath.Glob(filepath.Join("..", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			all[path] = string(text)
		}
	}
	return all
}

// sources is the code of the program.
func sources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		all.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// Every command, flag, topic and variable of mqttca that a page names is there.
func TestTextsNameWhatIsThere(t *testing.T) {
	root, flags, code := newRoot(&app{}), map[string]bool{"help": true, "version": true}, sources(t)
	everyCommand(root, func(cmd *cobra.Command) {
		for flag := range strings.FieldsSeq(cmd.Flags().FlagUsages() + cmd.PersistentFlags().FlagUsages()) {
			if name, is := strings.CutPrefix(flag, "--"); is {
				name, _, _ = strings.Cut(name, "[")
				flags[name] = true
			}
		}
	})
	foreign := []string{"repo"} // of gh
	named := regexp.MustCompile("`--([a-z][a-z-]+)|`?\\bmqttca help ([a-z-]+)|(?:`|\\$ )mqttca ([a-z]+)|\\b(MQTTCA_[A-Z0-9_]+)")
	for path, text := range texts(t) {
		for _, m := range named.FindAllStringSubmatch(text, -1) {
			_, topic := topics.Find(m[2])
			command, _, err := root.Find([]string{m[2] + m[3]})
			known := err == nil && command != root || m[2] == "json-schema"
			switch {
			case m[1] != "" && !flags[m[1]] && !slices.Contains(foreign, m[1]),
				m[2] != "" && !topic && !known,
				m[3] != "" && !known,
				m[4] != "" && !strings.Contains(code, m[4]):
				t.Errorf("%s: there is no %s", path, strings.Trim(m[0], "`$ "))
			}
		}
	}
}

// A heading of troubleshooting that quotes a message has the words of the code.
func TestTroubleshootingQuotesMessages(t *testing.T) {
	topic, _ := topics.Find("troubleshooting")
	code, count := sources(t), 0
	for _, heading := range regexp.MustCompile("(?m)^## .*`.*$").FindAllString(topic.Text, -1) {
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(heading, -1) {
			if count++; !strings.Contains(code, m[1]) {
				t.Errorf("%q stands nowhere in the code: %s", m[1], heading)
			}
		}
	}
	if count < 15 {
		t.Errorf("%d messages found: have the headings changed their form?", count)
	}
}

// A table of messages in a topic has the words of the code, too.
func TestTablesQuoteMessages(t *testing.T) {
	code, count := sources(t), 0
	for _, path := range []string{"hsm.md", "device-certificates.md", "zh/hsm.md", "zh/device-certificates.md"} {
		text, err := os.ReadFile("topics/" + path)
		if err != nil {
			t.Fatal(err)
		}
		header := regexp.MustCompile(`(?m)^\| (mqttca says|message|mqttca 的报错|报错) \|.*\n`).FindIndex(text)
		if header == nil {
			t.Fatalf("%s has no table of messages", path)
		}
		table, _, _ := strings.Cut(string(text[header[1]:]), "\n\n")
		for _, m := range regexp.MustCompile(`(?m)^\| ([^|]+) \|`).FindAllStringSubmatch(table, -1) {
			for _, words := range regexp.MustCompile(` … |, |、`).Split(m[1], -1) {
				if count++; !strings.Contains(code, words) {
					t.Errorf("%s: %q stands nowhere in the code", path, words)
				}
			}
		}
	}
	if count < 30 {
		t.Errorf("%d messages found: have the tables changed their form?", count)
	}
}
