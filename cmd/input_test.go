package cmd

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// What is read has a limit, which no such file comes near.
func TestLimitsOfInput(t *testing.T) {
	const kilo = 1 << 10
	path := filepath.Join(t.TempDir(), "file")
	c := &console{}
	for _, tt := range []struct {
		read string
		size int
		want bool
		do   func() error
	}{
		{"a code", 4 * kilo, true, func() error { _, err := c.readCode(path); return err }},
		{"a code", 4*kilo + 1, false, func() error { _, err := c.readCode(path); return err }},
		{"a password", 4 * kilo, true, func() error { _, err := (&passwordAsker{console: c, file: path}).readPassword(); return err }},
		{"a password", 4*kilo + 1, false, func() error { _, err := (&passwordAsker{console: c, file: path}).readPassword(); return err }},
		{"a document", kilo * kilo, true, func() error { var text string; return c.readDocument(path, &text) }},
		{"a document", kilo*kilo + 1, false, func() error { var text string; return c.readDocument(path, &text) }},
	} {
		put(t, path, `"`+strings.Repeat("x", tt.size-2)+`"`)
		if err := tt.do(); (err == nil) != tt.want {
			t.Errorf("%s of %d bytes: %.200v", tt.read, tt.size, err)
		}
	}
}

// A document that others carry on can be read by them, and is written as it reads.
func TestWriteDocument(t *testing.T) {
	path := filepath.Join(t.TempDir(), "request.json")
	if err := (&console{quiet: true}).writeDocument(path, signingRequest{CAName: "R&D <root>"}, 0o644, false); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(data), `"ca_name": "R&D <root>"`) {
		t.Errorf("%s, %v", data, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// A key counts once and as mqttca spells it, at any depth: a witness who reads a file sees the
// value that is used.
func TestKeysOfADocument(t *testing.T) {
	request := `{"format": "mqttca-request/1", "instance_id": "post-cn-a", "registration_code": "x", "fetched_at": "` + fetched + `"EXTRA}`
	tests := []struct{ extra, key string }{
		{``, ""},
		{`, "later": [{"a": 1}, {"a": 2}, [], {}, null]`, ""},
		{`, "instance_id": "post-cn-b"`, "instance_id"},
		{`, "instance_id": "post-cn-a"`, "instance_id"},
		{`, "Instance_ID": "post-cn-b"`, "Instance_ID"},
		{`, "in\u017ftance_id": "post-cn-b"`, "inſtance_id"},
		{`, "inſtance_id": "post-cn-b"`, "inſtance_id"},
		{`, "instance\u005fid": "post-cn-b"`, "instance_id"},
		{`, "registration_code": "y"`, "registration_code"},
		{`, "later": [{"a": {"b": 1, "b": 1}}]`, "b"},
		{`, "later": ` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000), ""},
	}
	for _, tt := range tests {
		for shape, text := range map[string]string{
			"request": strings.Replace(request, "EXTRA", tt.extra, 1),
			"bundle":  `{"format": "mqttca-bundle/1", "request": ` + strings.Replace(request, "EXTRA", tt.extra, 1) + `}`,
		} {
			var document bundle
			err := (&console{in: strings.NewReader(text)}).readDocument("-", &document)
			want := "read -: it is not the JSON that mqttca writes: the key " + strconv.Quote(tt.key) + " is given twice, or misspelled"
			if (err == nil) != (tt.key == "") || err != nil && err.Error() != want {
				t.Errorf("%s with %.40s: %v, want %s", shape, tt.extra, err, want)
			}
		}
	}
}
