package credentials

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// Only what has a name is offered.
func TestProfileNames(t *testing.T) {
	for config, want := range map[string]string{"": "", "{": "", oddProfiles: "odd odd-role of-odd ops"} {
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

// Without a home folder nothing is read from the current one.
func TestNoHome(t *testing.T) {
	home(t, "", nil)
	t.Setenv("HOME", "")
	t.Setenv("USERPROFILE", "")
	t.Chdir(t.TempDir())
	put(t, filepath.Join(".aliyun", "config.json"), twoProfiles)
	put(t, filepath.Join(".alibabacloud", "credentials"), twoSections)
	if got := signer(Search{}); !strings.HasPrefix(got, "no usable credentials: none in the environment") {
		t.Errorf("got %s", got)
	}
}

// A file that cannot be read is an error, whichever it is, and no reason to look further.
func TestUnreadableFiles(t *testing.T) {
	for _, name := range []string{EnvConfigFile, EnvCredentialsFile} {
		home(t, "", map[string]string{name: t.TempDir(), "ACCESS_KEY_ID": "id", "ACCESS_KEY_SECRET": "s"})
		if got := signer(Search{}); !strings.HasSuffix(got, " is not a regular file") {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

// A file that a variable names has to be there; one at home need not be, also if home is a file
// or nowhere.
func TestFilesThatAreMissing(t *testing.T) {
	for _, name := range []string{EnvConfigFile, EnvCredentialsFile} {
		path := filepath.Join(t.TempDir(), "gone")
		home(t, "", map[string]string{name: path, "ACCESS_KEY_ID": "id", "ACCESS_KEY_SECRET": "s"})
		if got, want := signer(Search{}), "no usable credentials: "+name+" names "+path+", which does not exist"; got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
	}
	for _, folder := range []string{"/dev/null", "/nonexistent"} {
		home(t, "", map[string]string{"ACCESS_KEY_ID": "id", "ACCESS_KEY_SECRET": "s"})
		t.Setenv("HOME", folder)
		if got := signer(Search{}); got != "id" {
			t.Errorf("%s: %s", folder, got)
		}
	}
}

// Which profile is the current one: what the file says, and "default" if it says nothing.
func TestCurrentProfile(t *testing.T) {
	const profiles = `"profiles": [{"name": "default", "mode": "AK", "access_key_id": "id", "access_key_secret": "s"}]}`
	path := home(t, "{"+profiles, nil)
	if got := signer(Search{}); got != "id" {
		t.Error(got)
	}
	put(t, path, `{"current": "", `+profiles)
	ini := filepath.Join(filepath.Dir(filepath.Dir(path)), ".alibabacloud", "credentials")
	want := "no usable credentials: none in the environment, in " + path + " (which names no current profile) or in " + ini
	if got := signer(Search{}); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// A configuration of a megabyte ends in a sentence, whatever it is made of.
func TestLargeConfigurations(t *testing.T) {
	var config, ini strings.Builder
	for i := range 8000 {
		fmt.Fprintf(&config, `{"name": "p%d", "mode": "ChainableRamRoleArn", "ram_role_arn": "r", "source_profile": "p%d"},`, i, i+1)
	}
	for i := range 60000 {
		fmt.Fprintf(&ini, "[s%d]\n", i)
	}
	path := home(t, `{"profiles": [`+config.String()+`{"name": "p8000", "mode": "AK", "access_key_id": "id", "access_key_secret": "s"}]}`, nil)
	const want = `no usable credentials: profile "p0" has a chain of over 20 source profiles`
	if got := signer(Search{Profile: "p0"}); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if got := signer(Search{Profile: "p8000"}); got != "id" {
		t.Error(got)
	}
	file := filepath.Join(filepath.Dir(filepath.Dir(path)), ".alibabacloud", "credentials")
	put(t, file, ini.String())
	if got, want := signer(Search{Profile: "s0"}), "no usable credentials: "+file+" is over 128 KiB long"; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// With HOME of another user nobody can see whether there is a file.
func TestHomeOfAnotherUser(t *testing.T) {
	err := unreadable("/users/ops/.aliyun/config.json", &fs.PathError{Op: "stat", Err: fs.ErrPermission})
	problem, _ := errors.AsType[*Error](err)
	if problem == nil || problem.Reason != "no permission to read /users/ops/.aliyun/config.json" || !strings.HasPrefix(problem.Advice, "check HOME") {
		t.Errorf("got %v", err)
	}
}
