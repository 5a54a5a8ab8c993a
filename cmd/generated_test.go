package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// prose is a cell that the topic keeps as it is: the code does not know it.
const prose = ""

// generatedRows are the rows that the code decides of a table or list in the topics, by the name
// in the comment above it. The first cell names the row.
func generatedRows(t *testing.T, english bool) map[string][][]string {
	all := map[string][][]string{"reasons": reasonRows(t), "environment": variableRows(t), "older variables": olderRows(t)}
	for _, exit := range exitMeanings {
		row := []string{fmt.Sprint(exit.code), exit.meaning}
		if !english {
			row[1] = prose
		}
		all["exit codes"] = append(all["exit codes"], row)
	}
	for kind, object := range map[string]any{
		"warning": remark{}, "problem": remark{}, "failed": remark{}, "note": remark{}, "step": stepRecord{}, "retry": retryRecord{}, "request": requestRecord{}, "error": failure{},
	} {
		fields := slices.DeleteFunc(fieldsOf(reflect.TypeOf(object)), func(name string) bool { return name == "type" || name == "message" })
		all["lines"] = append(all["lines"], []string{spans(kind), spans(fields...), prose})
	}
	for name, types := range map[string]map[string]any{"documents": documentTypes, "parts": documentParts} {
		for document, object := range types {
			all[name] = append(all[name], []string{spans(document), spans(fieldsOf(reflect.TypeOf(object))...)})
		}
	}
	return all
}

// spans are code spans, or a dash if there are none.
func spans(names ...string) string {
	if len(names) == 0 {
		return "–"
	}
	return "`" + strings.Join(names, "` `") + "`"
}

func reasonRows(t *testing.T) (rows [][]string) {
	codes := map[string][]string{}
	for _, f := range failures(t) {
		if code := fmt.Sprint(f.ExitCode); !slices.Contains(codes[f.Reason], code) {
			codes[f.Reason] = append(codes[f.Reason], code)
		}
	}
	for reason, of := range codes {
		rows = append(rows, []string{spans(reason), strings.Join(slices.Sorted(slices.Values(of)), ", "), prose})
	}
	return rows
}

// source is the text of the Go files below the module's folder, without tests and emulator.
func source(t *testing.T) string {
	var all strings.Builder
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if entry.IsDir() && slices.Contains([]string{"emulator", ".ci", "testdata"}, entry.Name()) {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, readErr := os.ReadFile(path)
		all.Write(text)
		return errors.Join(err, readErr)
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// variableRows are the variables of the environment that the code names: in capitals with an
// underscore, or as the argument of os.Getenv or os.LookupEnv.
func variableRows(t *testing.T) (rows [][]string) {
	notOurs := []string{"CGO_ENABLED", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"} // emulate prints three for others
	for _, m := range regexp.MustCompile(`"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"|[eE]nv\("([A-Z]+)"`).FindAllStringSubmatch(source(t), -1) {
		row := []string{spans(m[1] + m[2]), prose}
		known := slices.ContainsFunc(rows, func(r []string) bool { return r[0] == row[0] })
		if !known && !slices.Contains(notOurs, m[1]) {
			rows = append(rows, row)
		}
	}
	if len(rows) < 30 {
		t.Errorf("only %d variables found: has the code changed its form?", len(rows))
	}
	return rows
}

// olderRows are the variables that are read under older prefixes, too, and their names there.
func olderRows(t *testing.T) (rows [][]string) {
	code, prefixes := source(t), []string{"ALIBABACLOUD_", "ALICLOUD_"}
	for _, m := range regexp.MustCompile(`(?m)\{(Env\w+), ([23]), `).FindAllStringSubmatch(code, -1) {
		name := regexp.MustCompile(`\b` + m[1] + ` += "ALIBABA_CLOUD_(\w+)"`).FindStringSubmatch(code)[1]
		older := []string{prefixes[0] + name, prefixes[1] + name}
		if m[2] == "2" {
			older = older[:1]
		}
		rows = append(rows, []string{spans("ALIBABA_CLOUD_" + name), spans(older...)})
	}
	if len(rows) < 5 {
		t.Errorf("only %d variables found: has the code changed its form?", len(rows))
	}
	return rows
}

var generatedBlock = regexp.MustCompile(`(?m)^<!-- generated: (.+) -->\n((?:.+\n)*)`)

// What the topics say of the code is what the code says, in each language. An update keeps the
// order of rows and their prose; new rows come last, and need theirs.
func TestGeneratedTables(t *testing.T) {
	rows := map[bool]map[string][][]string{true: generatedRows(t, true), false: generatedRows(t, false)}
	english, _ := filepath.Glob("topics/*.md")
	chinese, _ := filepath.Glob("topics/zh/*.md")
	var names []string
	for _, path := range slices.Concat(english, chinese) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want := generatedBlock.ReplaceAllStringFunc(string(text), func(block string) string {
			name := generatedBlock.FindStringSubmatch(block)[1]
			names = append(names, name)
			return generated(t, path, block, rows[slices.Contains(english, path)][name])
		})
		if want == string(text) {
			continue
		}
		if !*update {
			t.Errorf("%s is not as the code says: run the test with -update", path)
		} else if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Error(err)
		}
	}
	slices.Sort(names)
	if names = slices.Compact(names); !slices.Equal(names, slices.Sorted(maps.Keys(rows[true]))) {
		t.Errorf("the topics have the tables %q, want %q", names, slices.Sorted(maps.Keys(rows[true])))
	}
}

// generated is a block with the rows that the code wants: the comment, a table's title, then
// the rows.
func generated(t *testing.T, path, block string, want [][]string) string {
	t.Helper()
	lines := slices.Collect(strings.Lines(block))
	begin, between, end, title := "| ", " | ", " |", min(3, len(lines))
	if strings.HasPrefix(lines[1], "- ") {
		begin, between, end, title = "- ", ": ", "", 1
	}
	kept := lines[title:]
	position := func(row []string) int {
		at := slices.IndexFunc(kept, func(line string) bool { return strings.HasPrefix(line, begin+row[0]+between) })
		if at < 0 {
			return len(kept)
		}
		return at
	}
	slices.SortFunc(want, func(a, b []string) int {
		return cmp.Or(position(a)-position(b), strings.Compare(a[0], b[0]))
	})
	text := strings.Join(lines[:title], "")
	for _, row := range want {
		last := len(row) - 1
		if at := position(row); row[last] == prose && at < len(kept) {
			cells := strings.Split(strings.TrimSuffix(strings.TrimSpace(kept[at]), end), between)
			row[last] = cells[len(cells)-1]
		}
		if row[last] == prose {
			t.Errorf("%s: say in a word what %s is", path, row[0])
		}
		text += begin + strings.Join(row, between) + end + "\n"
	}
	return text
}
