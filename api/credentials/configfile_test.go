//go:build unix

package credentials

import (
	"context"
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
		want string // "" where it is read, FILE for its path
	}{
		{"symbolic link", func(t *testing.T, path string) {
			target := filepath.Join(t.TempDir(), "target")
			put(t, target, twoProfiles)
			symlink(t, target, path)
		}, ""},
		{"broken symbolic link", func(t *testing.T, path string) { symlink(t, "nowhere", path) }, `neither FILE nor INI has a profile "ops"`},
		{"symbolic link to itself", func(t *testing.T, path string) { symlink(t, path, path) }, "FILE cannot be read"},
		{"folder", func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, "FILE is not a file"},
		{"named pipe", func(t *testing.T, path string) {
			if err := unix.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
		}, "FILE is not a file"},
		{"unreadable", func(t *testing.T, path string) {
			if os.Getuid() == 0 {
				t.Skip("root can read every file")
			}
			put(t, path, twoProfiles)
			if err := os.Chmod(path, 0); err != nil {
				t.Fatal(err)
			}
		}, "FILE cannot be read"},
		{"below a file", func(t *testing.T, path string) { put(t, filepath.Dir(path), "x") }, `neither FILE nor INI has a profile "ops"`},
		{"oversized", func(t *testing.T, path string) { put(t, path, "never-shown"+strings.Repeat(" ", 1<<20)) }, "FILE is over 1 MiB long"},
		{"as large as may be", func(t *testing.T, path string) {
			put(t, path, twoProfiles+strings.Repeat(" ", 1<<20-len(twoProfiles)))
		}, ""},
		{"empty", func(t *testing.T, path string) { put(t, path, "") }, "FILE is not the JSON that the aliyun CLI writes"},
		{"UTF-16", func(t *testing.T, path string) { put(t, path, "\xff\xfe{\x00}\x00") }, "FILE is not the JSON that the aliyun CLI writes"},
		{"another shape", func(t *testing.T, path string) { put(t, path, `{"profiles": {"never": "shown"}}`) }, "FILE is not the JSON that the aliyun CLI writes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ini := filepath.Join(filepath.Dir(filepath.Dir(home(t, "", nil))), ".alibabacloud", "credentials")
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
			want := "no usable credentials: " + strings.NewReplacer("FILE", path, "INI", ini).Replace(tt.want)
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

// Only what has a name is offered.
func TestProfileNames(t *testing.T) {
	for config, want := range map[string]string{"": "", "{": "", oddProfiles: "odd of-odd ops"} {
		home(t, config, nil)
		if got := strings.Join(ProfileNames(), " "); got != want {
			t.Errorf("%s: %q, want %q", config, got, want)
		}
	}
}

// The variables that name other files than those at home.
func TestFilesOfTheEnvironment(t *testing.T) {
	config, ini := filepath.Join(t.TempDir(), "other.json"), filepath.Join(t.TempDir(), "other.ini")
	put(t, config, `{"current": "there", "profiles": [{"name": "there", "mode": "AK", "access_key_id": "there-id", "access_key_secret": "there-secret"}]}`)
	put(t, ini, twoSections)
	home(t, twoProfiles, map[string]string{EnvConfigFile: config, EnvCredentialsFile: ini})
	for profile, want := range map[string]string{"": "there-id", "token": "token-id"} {
		provider, err := Find(Search{Profile: profile})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := provider.Credentials(context.Background()); got.AccessKeyID != want || err != nil {
			t.Errorf("got id %s, %v; want %s", got.AccessKeyID, err, want)
		}
	}
	_, err := Find(Search{Profile: "temporary"})
	if want := "no usable credentials: neither " + config + " nor " + ini + ` has a profile "temporary"`; err == nil || err.Error() != want {
		t.Errorf("\n got %v\nwant %s", err, want)
	}
}

// PowerShell writes a byte order mark.
func TestConfigurationWithByteOrderMark(t *testing.T) {
	path := home(t, "\ufeff"+twoProfiles, nil)
	put(t, filepath.Join(filepath.Dir(filepath.Dir(path)), ".alibabacloud", "credentials"), "\ufeff"+twoSections)
	for _, name := range []string{"ops", "token"} {
		if _, err := Find(Search{Profile: name}); err != nil {
			t.Error(err)
		}
	}
}
