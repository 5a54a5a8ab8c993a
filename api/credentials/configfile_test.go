package credentials

import (
	"context"
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
	if got := signer(Search{}); !strings.HasPrefix(got, "no usable credentials: there are none in the environment") {
		t.Errorf("got %s", got)
	}
}

// A file that cannot be read is an error, whichever it is, and no reason to look further.
func TestUnreadableFiles(t *testing.T) {
	for _, name := range []string{EnvConfigFile, EnvCredentialsFile} {
		home(t, "", map[string]string{name: t.TempDir(), "ACCESS_KEY_ID": "id", "ACCESS_KEY_SECRET": "s"})
		if got := signer(Search{}); !strings.HasSuffix(got, " is not a file") {
			t.Errorf("%s: got %s", name, got)
		}
	}
}
