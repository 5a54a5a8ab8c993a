package cmd

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// holds fails unless the folder has exactly these files, with these contents.
func holds(t *testing.T, folder string, want map[string]string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != len(want) {
		t.Errorf("%d entries in the folder, want %d: %v, %v", len(entries), len(want), entries, err)
	}
	for name, text := range want {
		if data, err := os.ReadFile(filepath.Join(folder, name)); err != nil || string(data) != text {
			t.Errorf("%s holds %q, want %q: %v", name, data, text, err)
		}
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// What is there stays without force and is replaced with it; nothing is left beside it.
func TestWriteFile(t *testing.T) {
	tests := []struct {
		name   string
		before string // "" where there is no file
		force  bool
		want   string
		err    string // PATH stands for the path
	}{
		{"new", "", false, "new", ""},
		{"new, with force", "", true, "new", ""},
		{"there", "old", false, "old", "write PATH: the file exists"},
		{"there, with force", "old", true, "new", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, "out")
			if tt.before != "" {
				put(t, path, tt.before)
			}
			check, err := checkOutput(path, tt.force), writeFile(path, []byte("new"), 0o644, tt.force)
			for _, got := range []error{check, err} {
				if want := strings.ReplaceAll(tt.err, "PATH", path); (got == nil) != (want == "") || got != nil && got.Error() != want {
					t.Errorf("\n got %v\nwant %s", got, want)
				}
			}
			holds(t, folder, map[string]string{"out": tt.want})
			if info, err := os.Stat(path); tt.err == "" && (err != nil || info.Mode().Perm() != 0o644) {
				t.Errorf("mode %v, %v; want 0644", info.Mode(), err)
			}
		})
	}
}

// A file that came up between the check and the writing stays, with links and without.
func TestPlaceNew(t *testing.T) {
	for name, place := range map[string]func(string, string) error{"link": placeNew, "claim": placeClaimed} {
		for _, there := range []bool{false, true} {
			folder := t.TempDir()
			temporary, path := filepath.Join(folder, ".mqttca-1"), filepath.Join(folder, "out")
			put(t, temporary, "new")
			want := map[string]string{"out": "new"}
			if there {
				put(t, path, "old")
				want["out"] = "old"
			}
			if err := place(temporary, path); errors.Is(err, fs.ErrExist) != there || (err != nil) != there {
				t.Errorf("%s, there before: %v: %v", name, there, err)
			}
			os.Remove(temporary) // a link leaves it to the caller
			holds(t, folder, want)
		}
	}
}

// A place that cannot be taken is told of before anything is made, and nothing is left.
func TestCheckOutput(t *testing.T) {
	folder := t.TempDir()
	in := func(name string) string { return filepath.Join(folder, name) }
	put(t, in("key"), "key")
	put(t, in("file"), "file")
	if err := os.Link(in("key"), in("alias")); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, path string
		force      bool
		want       string // FOLDER stands for the folder; "" for none
	}{
		{"new", "new", false, ""},
		{"there", "file", false, "write FOLDER/file: the file exists"},
		{"there, with force", "file", true, ""},
		{"an input", "key", true, "write FOLDER/key: it is one of the input files"},
		{"an input by another name", "alias", true, "write FOLDER/alias: it is one of the input files"},
		{"a folder", ".", true, "write FOLDER: it is not a regular file"},
		{"in no folder", "none/new", false, "write FOLDER/none/new: no such folder"},
		{"below a file", "file/new", true, "write FOLDER/file/new: not a directory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := checkOutput(in(tt.path), tt.force, "", in("key"))
			if want := strings.ReplaceAll(tt.want, "FOLDER", folder); (err == nil) != (want == "") || err != nil && err.Error() != want {
				t.Errorf("\n got %v\nwant %s", err, want)
			}
		})
	}
	holds(t, folder, map[string]string{"key": "key", "alias": "key", "file": "file"})
}

// A receipt replaces one of the same CA and instance only.
func TestCheckReceipt(t *testing.T) {
	ca, other := throwaway(t), throwaway(t)
	folder := t.TempDir()
	path := filepath.Join(folder, "receipt.json")
	of := func(instance, sha256 string) string {
		return `{"instance_id": "` + instance + `", "ca": {"sha256": "` + sha256 + `"}}`
	}
	refused := "write " + path + ": the file exists and is not a receipt of this CA and instance"
	tests := []struct{ name, text, want string }{
		{"the same", of("i", ca.SHA256()), ""},
		{"another instance", of("j", ca.SHA256()), refused},
		{"another CA", of("i", other.SHA256()), refused},
		{"no JSON", "notes", refused},
		{"empty", "", refused},
		{"JSON of something else", "{}", refused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			put(t, path, tt.text)
			err := (&app{}).checkReceipts(path, "i", ca.SHA256(), nil)
			if (err == nil) != (tt.want == "") || err != nil && err.Error() != tt.want {
				t.Errorf("\n got %v\nwant %s", err, tt.want)
			}
			holds(t, folder, map[string]string{"receipt.json": tt.text})
		})
	}
	if err := (&app{}).checkReceipts(folder, "i", ca.SHA256(), nil); err == nil || err.Error() != "write "+folder+": it is not a regular file" {
		t.Errorf("a folder: %v", err)
	}
	link := filepath.Join(folder, "link")
	put(t, path, of("i", ca.SHA256()))
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if err := (&app{}).checkReceipts(link, "i", ca.SHA256(), nil); err == nil || err.Error() != "write "+link+": it is not a regular file" {
		t.Errorf("a symbolic link to a receipt: %v", err)
	}
}

// Of several files all are written, or none.
func TestWriteFiles(t *testing.T) {
	folder := t.TempDir()
	a, b := filepath.Join(folder, "a"), filepath.Join(folder, "b")
	err := writeFiles([]file{{a, nil}, {b, nil}, {a, nil}}, 0o600, false)
	if !errors.Is(err, errExists) {
		t.Error(err)
	}
	holds(t, folder, nil)
}
