package api

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aliyun/credentials-go/credentials/providers"
)

// home sets up a home folder with a CLI configuration, and an environment that holds
// nothing but the given variables.
func home(t *testing.T, config string, env map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range []string{EnvAccessKeyID, EnvAccessKeySecret, EnvSecurityToken, EnvProfile, EnvConfigFile, EnvProfileDisabled, EnvRegion} {
		t.Setenv(name, env[name])
	}
	t.Setenv("HOME", folder)
	t.Setenv("USERPROFILE", folder)
	path := filepath.Join(folder, ".aliyun", "config.json")
	if config != "" {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

const twoProfiles = `{"current": "ops", "profiles": [
	{"name": "ops", "mode": "AK", "access_key_id": "ops-id", "access_key_secret": "ops-secret", "region_id": "cn-shanghai"},
	{"name": "temporary", "mode": "StsToken", "access_key_id": "sts-id", "access_key_secret": "sts-secret", "sts_token": "sts-token"},
	{"name": "half", "mode": "AK", "access_key_id": "half-id"},
	{"name": "tokenless", "mode": "StsToken", "access_key_id": "id", "access_key_secret": "secret"},
	{"name": "role", "mode": "RamRoleArn", "access_key_id": "id", "access_key_secret": "secret"},
	{"name": "broken", "mode": "AK", "access_key_id": "id", "access_key_secret": "never-shown\n"}]}`

func TestFindCredentials(t *testing.T) {
	inEnvironment := map[string]string{EnvAccessKeyID: "env-id", EnvAccessKeySecret: "env-secret"}
	temporary := map[string]string{EnvAccessKeyID: "env-id", EnvAccessKeySecret: "env-secret", EnvSecurityToken: "env-token"}
	tests := []struct {
		name    string
		profile string
		env     map[string]string
		want    Credentials
	}{
		{"environment", "", inEnvironment, Credentials{"env-id", "env-secret", ""}},
		{"environment with a token", "", temporary, Credentials{"env-id", "env-secret", "env-token"}},
		{"a named profile before the environment", "temporary", inEnvironment, Credentials{"sts-id", "sts-secret", "sts-token"}},
		{"current profile", "", nil, Credentials{"ops-id", "ops-secret", ""}},
		{"profile of the environment", "", map[string]string{EnvProfile: "temporary"}, Credentials{"sts-id", "sts-secret", "sts-token"}},
		{"a named profile though profiles are disabled", "ops", map[string]string{EnvProfileDisabled: "true"}, Credentials{"ops-id", "ops-secret", ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			home(t, twoProfiles, tt.env)
			provider, err := FindCredentials(tt.profile)
			if err != nil {
				t.Fatal(err)
			}
			got, err := provider.Credentials(context.Background())
			if err != nil || got != tt.want {
				t.Errorf("got id %s, %v; want id %s and its secret and token", got.AccessKeyID, err, tt.want.AccessKeyID)
			}
		})
	}
}

func TestFindCredentialsFails(t *testing.T) {
	tests := []struct {
		name    string
		config  string
		profile string
		env     map[string]string
		want    string // PATH stands for the configuration's path
	}{
		{"nothing", "", "", nil, "no usable credentials: the environment has no AccessKey, and there is no PATH"},
		{"id without secret", twoProfiles, "", map[string]string{EnvAccessKeyID: "x"},
			"no usable credentials: the environment has only a part of them: ALIBABA_CLOUD_ACCESS_KEY_SECRET is not set"},
		{"secret without id", twoProfiles, "", map[string]string{EnvAccessKeySecret: "x"},
			"no usable credentials: the environment has only a part of them: ALIBABA_CLOUD_ACCESS_KEY_ID is not set"},
		{"token alone", twoProfiles, "", map[string]string{EnvSecurityToken: "x"},
			"no usable credentials: the environment has only a part of them: ALIBABA_CLOUD_ACCESS_KEY_ID is not set"},
		{"line break in the environment", "", "", map[string]string{EnvAccessKeyID: "id", EnvAccessKeySecret: "never-shown\r"},
			"no usable credentials: the AccessKey secret of the environment has a space, a line break or another character that no key has"},
		{"typographic quotation mark in the environment", "", "", map[string]string{EnvAccessKeyID: "id\u201d", EnvAccessKeySecret: "never-shown"},
			"no usable credentials: the AccessKey ID of the environment has a space, a line break or another character that no key has"},
		{"unknown profile", twoProfiles, "nope", nil, `no usable credentials: PATH has no profile "nope"`},
		{"named profile without a file", "", "ops", nil, `no usable credentials: there is no PATH to hold profile "ops"`},
		{"profiles disabled", twoProfiles, "", map[string]string{EnvProfileDisabled: "TRUE"},
			"no usable credentials: the environment has no AccessKey, and ALIBABA_CLOUD_CLI_PROFILE_DISABLED keeps profiles out"},
		{"profile without secret, which the environment must not fill", twoProfiles, "half", map[string]string{EnvAccessKeySecret: "env-secret"},
			`no usable credentials: profile "half" lacks access_key_id or access_key_secret`},
		{"profile without token, which the environment must not fill", twoProfiles, "tokenless", map[string]string{EnvSecurityToken: "env-token"},
			`no usable credentials: profile "tokenless" has mode StsToken but no sts_token`},
		{"mode that is not read", twoProfiles, "role", nil, `no usable credentials: profile "role" has mode "RamRoleArn", and only AK and StsToken are read`},
		{"line break in a profile", twoProfiles, "broken", nil,
			`no usable credentials: the AccessKey secret of profile "broken" has a space, a line break or another character that no key has`},
		{"malformed configuration", `{"access_key_secret": "never-shown"`, "", nil, "no usable credentials: PATH is not the JSON that the aliyun CLI writes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := home(t, tt.config, tt.env)
			_, err := FindCredentials(tt.profile)
			want := strings.ReplaceAll(tt.want, "PATH", path)
			if err == nil || err.Error() != want {
				t.Errorf("\n got %v\nwant %s", err, want)
			}
		})
	}
}

func TestFindRegion(t *testing.T) {
	inEnvironment := map[string]string{EnvRegion: "cn-beijing"}
	tests := []struct {
		name           string
		given, profile string
		env            map[string]string
		want           string
	}{
		{"given", "eu-central-1", "ops", inEnvironment, "eu-central-1"},
		{"environment", "", "ops", inEnvironment, "cn-beijing"},
		{"named profile", "", "ops", nil, "cn-shanghai"},
		{"current profile", "", "", nil, "cn-shanghai"},
		{"profile without one", "", "temporary", nil, ""},
		{"no such profile", "", "nope", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			home(t, twoProfiles, tt.env)
			got, err := FindRegion(tt.given, tt.profile)
			if got != tt.want || (err == nil) != (tt.want != "") || tt.want == "" && (err == ErrNoRegion) == (tt.profile == "nope") {
				t.Errorf("FindRegion = %q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

func TestMaskedID(t *testing.T) {
	for id, want := range map[string]string{
		"LTAI5tExampleExample9Kd2": "LTAI****9Kd2",
		"LTAIExamp9Kd":             "LTAI****p9Kd",
		"LTAIExam9Kd":              "****",
		"":                         "****",
	} {
		if got := (Credentials{AccessKeyID: id}).MaskedID(); got != want {
			t.Errorf("MaskedID of %q = %q, want %q", id, got, want)
		}
	}
}

// ALIBABA_CLOUD_CONFIG_FILE names the configuration in place of the one at home.
func TestConfigFileOfTheEnvironment(t *testing.T) {
	file := filepath.Join(t.TempDir(), "other.json")
	const other = `{"current": "there", "profiles": [{"name": "there", "mode": "AK", "access_key_id": "there-id", "access_key_secret": "there-secret"}]}`
	if err := os.WriteFile(file, []byte(other), 0o600); err != nil {
		t.Fatal(err)
	}
	home(t, twoProfiles, map[string]string{EnvConfigFile: file})
	provider, err := FindCredentials("")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := provider.Credentials(context.Background()); got.AccessKeyID != "there-id" || err != nil {
		t.Errorf("got id %s, %v; want there-id", got.AccessKeyID, err)
	}
	_, err = FindCredentials("ops")
	if want := "no usable credentials: " + file + ` has no profile "ops"`; err == nil || err.Error() != want {
		t.Errorf("\n got %v\nwant %s", err, want)
	}
}

// PowerShell writes a byte order mark.
func TestConfigurationWithByteOrderMark(t *testing.T) {
	home(t, "\ufeff"+twoProfiles, nil)
	if _, err := FindCredentials("ops"); err != nil {
		t.Error(err)
	}
}

// A touchy provider must not be asked twice at once.
type touchy struct {
	providers.CredentialsProvider
	inside, overlaps atomic.Int32
}

func (p *touchy) GetCredentials() (*providers.Credentials, error) {
	if p.inside.Add(1) > 1 {
		p.overlaps.Add(1)
	}
	for range 10 {
		runtime.Gosched()
	}
	p.inside.Add(-1)
	return &providers.Credentials{AccessKeyId: "id", AccessKeySecret: "secret"}, nil
}

func TestProvidersAreAskedOneAtATime(t *testing.T) {
	inner := &touchy{}
	provider, err := libraryProvider("a test", inner, nil)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 200 {
		group.Go(func() { provider.Credentials(context.Background()) })
	}
	group.Wait()
	if n := inner.overlaps.Load(); n > 0 {
		t.Errorf("asked %d times while it was being asked", n)
	}
}

// Without a region and without a profile it is the region that is asked for.
func TestNoRegionAnywhere(t *testing.T) {
	for name, env := range map[string]map[string]string{"no configuration": nil, "profiles disabled": {EnvProfileDisabled: "true"}} {
		home(t, "", env)
		if region, err := FindRegion("", ""); err != ErrNoRegion {
			t.Errorf("%s: %q, %v", name, region, err)
		}
	}
}
