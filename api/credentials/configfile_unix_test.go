//go:build unix

package credentials

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A configuration that is not a readable file of a sane size: one sentence, none of its
// content, and it is left as it was.
func TestOddConfigFiles(t *testing.T) {
	tests := []struct {
		name string
		make func(t *testing.T, path string)
		want string // "" if it is read, FILE for its path
	}{
		{"symbolic link", func(t *testing.T, path string) {
			target := filepath.Join(t.TempDir(), "target")
			put(t, target, twoProfiles)
			symlink(t, target, path)
		}, ""},
		{"broken symbolic link", func(t *testing.T, path string) { symlink(t, "nowhere", path) }, "VARIABLE names FILE, which does not exist"},
		{"symbolic link to itself", func(t *testing.T, path string) { symlink(t, path, path) }, "FILE cannot be read"},
		{"folder", func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, "FILE is not a regular file"},
		{"named pipe", func(t *testing.T, path string) {
			if err := unix.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
		}, "FILE is not a regular file"},
		{"unreadable", func(t *testing.T, path string) {
			if os.Getuid() == 0 {
				t.Skip("root can read every file")
			}
			put(t, path, twoProfiles)
			if err := os.Chmod(path, 0); err != nil {
				t.Fatal(err)
			}
		}, "no permission to read FILE"},
		{"below a file", func(t *testing.T, path string) { put(t, filepath.Dir(path), "x") }, "VARIABLE names FILE, which does not exist"},
		{"oversized", func(t *testing.T, path string) { put(t, path, "never-shown"+strings.Repeat(" ", 1<<20)) }, "FILE is over 1024 KiB long"},
		{"as large as may be", func(t *testing.T, path string) {
			put(t, path, twoProfiles+strings.Repeat(" ", 1<<20-len(twoProfiles)))
		}, ""},
		{"empty", func(t *testing.T, path string) { put(t, path, "") }, "FILE is not a valid JSON configuration of the aliyun CLI"},
		{"UTF-16", func(t *testing.T, path string) { put(t, path, "\xff\xfe{\x00}\x00") }, "FILE is not a valid JSON configuration of the aliyun CLI"},
		{"another shape", func(t *testing.T, path string) { put(t, path, `{"profiles": {"never": "shown"}}`) }, "FILE is not a valid JSON configuration of the aliyun CLI"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			home(t, "", nil)
			path := filepath.Join(t.TempDir(), "folder", "config.json")
			if tt.name != "below a file" {
				if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			tt.make(t, path)
			before, _ := os.Lstat(path)
			t.Setenv(EnvConfigFile, path)
			err := findInTime(t, "ops")
			want := "no usable credentials: " + strings.NewReplacer("FILE", path, "VARIABLE", EnvConfigFile).Replace(tt.want)
			if (tt.want == "") != (err == nil) || err != nil && err.Error() != want {
				t.Errorf("\n got %v\nwant %s", err, want)
			}
			after, _ := os.Lstat(path)
			if before != nil && (after.Mode() != before.Mode() || after.ModTime() != before.ModTime()) {
				t.Errorf("the file was %v, is %v", before, after)
			}
		})
	}
}

// findInTime fails where looking for a profile does not end.
func findInTime(t *testing.T, name string) error {
	t.Helper()
	ended := make(chan error, 1)
	go func() {
		_, err := Find(Search{Profile: name})
		ended <- err
	}()
	select {
	case err := <-ended:
		return err
	case <-time.After(10 * time.Second):
		t.Fatal("still looking after 10 seconds")
		return nil
	}
}

func symlink(t *testing.T, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}

// A token of OIDC is read for each call, from a file that Kubernetes replaces by turning
// symbolic links.
func TestOIDCTokenFile(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "token")
	token := oidcToken{File: file}
	_, err := token.read("a test")
	if want := "no usable credentials: the OIDC token file " + file + " of a test does not exist"; err == nil || err.Error() != want {
		t.Errorf("\n got %v\nwant %s", err, want)
	}
	for _, text := range []string{"one", "two"} {
		put(t, filepath.Join(folder, text), text+"\n")
		os.Remove(file)
		symlink(t, text, file)
		if got, err := token.read("a test"); string(got) != text || err != nil {
			t.Errorf("%v, %v", got == Secret(text), err)
		}
	}
	put(t, file, " \n")
	_, err = token.read("a test")
	if want := "no usable credentials: the OIDC token file " + file + " of a test is empty"; err == nil || err.Error() != want {
		t.Errorf("\n got %v\nwant %s", err, want)
	}
	if got, err := (oidcToken{File: file, Text: "given"}).read("a test"); got != "given" || err != nil {
		t.Error("a token that is given does not come first", err)
	}
}
