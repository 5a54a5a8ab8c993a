package credentials

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const twoProfiles = `{"current": "ops", "profiles": [
	{"name": "ops", "mode": "AK", "access_key_id": "ops-id", "access_key_secret": "ops-secret", "region_id": "cn-shanghai"},
	{"name": "temporary", "mode": "StsToken", "access_key_id": "sts-id", "access_key_secret": "sts-secret", "sts_token": "sts-token"},
	{"name": "kept", "mode": "AK", "access_key_id": "kept-id", "access_key_secret": "kept-secret", "sts_token": "of another mode"},
	{"name": "half", "mode": "AK", "access_key_id": "half-id"},
	{"name": "tokenless", "mode": "StsToken", "access_key_id": "id", "access_key_secret": "secret"},
	{"name": "pair", "mode": "RsaKeyPair", "access_key_id": "id", "access_key_secret": "secret"},
	{"name": "broken", "mode": "AK", "access_key_id": "id", "access_key_secret": "never-shown\n"}]}`

// oddProfiles are odd but for the current one, and that has a number as a string.
const oddProfiles = `{"current": "ops", "profiles": [7, null, {"name": 7}, {"name": "odd", "mode": "AK", "access_key_secret": {"never": "shown"}},
	{"name": "odd-role", "mode": "RamRoleArn", "enable_vpc": "yes"},
	{"name": "of-odd", "mode": "ChainableRamRoleArn", "source_profile": "odd"},
	{"name": "ops", "mode": "AK", "access_key_id": "ops-id", "access_key_secret": "ops-secret", "expired_seconds": "900"}]}`

const twoSections = `[default]
type = access_key
access_key_id = ini-id
access_key_secret = ini-%(access_key_id)s

[token]
type = sts
access_key_id = token-id
access_key_secret = token-secret
security_token = token-token

[ops]
type = access_key
access_key_id = hidden behind the CLI's
access_key_secret = x

[half]
type = ram_role_arn
access_key_id = id
access_key_secret = secret

[odd]
type = bearer

[token.child]
type = sts
access_key_id = child-id
`

func TestFind(t *testing.T) {
	inEnvironment := map[string]string{EnvAccessKeyID: "env-id", EnvAccessKeySecret: "env-secret"}
	temporary := map[string]string{EnvAccessKeyID: "env-id", EnvAccessKeySecret: "env-secret", EnvSecurityToken: "env-token"}
	ops := Credentials{AccessKeyID: "ops-id", AccessKeySecret: "ops-secret", Source: `profile "ops" (AK)`}
	sts := Credentials{AccessKeyID: "sts-id", AccessKeySecret: "sts-secret", SecurityToken: "sts-token", Source: `profile "temporary" (StsToken)`}
	ini := Credentials{AccessKeyID: "ini-id", AccessKeySecret: "ini-%(access_key_id)s", Source: `profile "default" (access_key)`}
	token := Credentials{AccessKeyID: "token-id", AccessKeySecret: "token-secret", SecurityToken: "token-token", Source: `profile "token" (sts)`}
	tests := []struct {
		name        string
		config, ini string
		profile     string
		env         map[string]string
		want        Credentials
	}{
		{"environment", twoProfiles, twoSections, "", inEnvironment, Credentials{AccessKeyID: "env-id", AccessKeySecret: "env-secret", Source: "the environment"}},
		{"environment with a token", twoProfiles, "", "", temporary, Credentials{AccessKeyID: "env-id", AccessKeySecret: "env-secret", SecurityToken: "env-token", Source: "the environment"}},
		{"a named profile before the environment", twoProfiles, "", "temporary", inEnvironment, sts},
		{"current profile", twoProfiles, twoSections, "", nil, ops},
		{"an AccessKey beside a token of another mode", twoProfiles, "", "kept", nil, Credentials{AccessKeyID: "kept-id", AccessKeySecret: "kept-secret", Source: `profile "kept" (AK)`}},
		{"current profile before the URI and the ECS role", twoProfiles, "", "", map[string]string{EnvCredentialsURI: "http://127.0.0.1:1", EnvECSRole: "r"}, ops},
		{"a role's ARN alone", twoProfiles, "", "", map[string]string{EnvRoleARN: "acs:ram::1:role/r"}, ops},
		{"profile of the environment", twoProfiles, "", "", map[string]string{EnvProfile: "temporary"}, sts},
		{"a named profile though profiles are disabled", twoProfiles, "", "ops", map[string]string{EnvProfileDisabled: "true"}, ops},
		{"INI file, no configuration of the CLI", "", twoSections, "", nil, ini},
		{"INI file, the CLI's disabled", twoProfiles, twoSections, "", map[string]string{EnvProfileDisabled: "true"}, ini},
		{"INI file, nothing configured in the CLI", `{"profiles": []}`, twoSections, "", nil, ini},
		{"INI file, nobody says which is the current one of the CLI", `{"profiles": [{"mode": "AK", "access_key_id": "i", "access_key_secret": "s"}]}`, twoSections, "", nil, ini},
		{"current profile beside others that are odd", oddProfiles, "", "", nil, ops},
		{"INI file, its profile named", twoProfiles, twoSections, "token", nil, token},
		{"INI file, its profile named by the environment", twoProfiles, twoSections, "", map[string]string{EnvProfile: "token"}, token},
		{"INI file, the CLI's profile of that name first", twoProfiles, twoSections, "ops", nil, ops},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			folder := filepath.Dir(filepath.Dir(home(t, tt.config, tt.env)))
			if tt.ini != "" {
				put(t, filepath.Join(folder, ".alibabacloud", "credentials"), tt.ini)
			}
			provider, err := Find(Search{Profile: tt.profile})
			if err != nil {
				t.Fatal(err)
			}
			got, err := provider.Credentials(context.Background())
			if err != nil || got != tt.want {
				t.Errorf("got id %s of %s, %v; want id %s of %s, and its secret and token", got.AccessKeyID, got.Source, err, tt.want.AccessKeyID, tt.want.Source)
			}
		})
	}
}

func TestFindFails(t *testing.T) {
	const modes = "AK, ChainableRamRoleArn, CloudSSO, CredentialsURI, EcsRamRole, External, OAuth, OIDC, RamRoleArn, RamRoleArnWithRoleName, StsToken"
	tests := []struct {
		name        string
		config, ini string
		profile     string
		env         map[string]string
		want        string // $CLI and $INI stand for the files' paths
	}{
		{"nothing", "", "", "", nil, "none in the environment, in $CLI or in $INI"},
		{"nothing, profiles disabled", twoProfiles, "", "", map[string]string{EnvProfileDisabled: "TRUE"},
			"none in the environment, in the aliyun CLI's configuration (disabled by ALIBABA_CLOUD_CLI_PROFILE_DISABLED) or in $INI"},
		{"id without secret", twoProfiles, "", "", map[string]string{EnvAccessKeyID: "x"},
			"the environment has incomplete credentials: ALIBABA_CLOUD_ACCESS_KEY_SECRET is not set"},
		{"secret without id", twoProfiles, "", "", map[string]string{EnvAccessKeySecret: "x"},
			"the environment has incomplete credentials: ALIBABA_CLOUD_ACCESS_KEY_ID is not set"},
		{"token alone", twoProfiles, "", "", map[string]string{EnvSecurityToken: "x"},
			"the environment has incomplete credentials: ALIBABA_CLOUD_ACCESS_KEY_ID is not set"},
		{"common secret without id", "", "", "", map[string]string{"ACCESS_KEY_SECRET": "x"},
			"the environment has incomplete credentials: ACCESS_KEY_ID is not set"},
		{"common token alone, which may be anybody's", "", "", "", map[string]string{"SECURITY_TOKEN": "x"}, "none in the environment, in $CLI or in $INI"},
		{"OIDC token alone", twoProfiles, "", "", map[string]string{EnvOIDCTokenFile: "x"},
			"the environment has only some of the OIDC variables: it lacks ALIBABA_CLOUD_ROLE_ARN and ALIBABA_CLOUD_OIDC_PROVIDER_ARN"},
		{"OIDC without the role", twoProfiles, "", "", map[string]string{EnvOIDCProviderARN: "x", EnvOIDCTokenFile: "x"},
			"the environment has only some of the OIDC variables: it lacks ALIBABA_CLOUD_ROLE_ARN"},
		{"OIDC provider alone", twoProfiles, "", "", map[string]string{EnvOIDCProviderARN: "x"},
			"the environment has only some of the OIDC variables: it lacks ALIBABA_CLOUD_ROLE_ARN and ALIBABA_CLOUD_OIDC_TOKEN_FILE"},
		{"line break in the environment", "", "", "", map[string]string{EnvAccessKeyID: "id", EnvAccessKeySecret: "never-shown\r"},
			"the AccessKey secret of the environment has a space, a line break or another character not allowed in keys"},
		{"space in the environment", "", "", "", map[string]string{EnvAccessKeyID: "id", EnvAccessKeySecret: "never shown"},
			"the AccessKey secret of the environment has a space, a line break or another character not allowed in keys"},
		{"typographic quotation mark in the environment", "", "", "", map[string]string{EnvAccessKeyID: "id\u201d", EnvAccessKeySecret: "never-shown"},
			"the AccessKey ID of the environment has a space, a line break or another character not allowed in keys"},
		{"line break in the token", "", "", "", map[string]string{EnvAccessKeyID: "i", EnvAccessKeySecret: "s", EnvSecurityToken: "t\n"},
			"the security token of the environment has a space, a line break or another character not allowed in keys"},
		{"URI in plain http", "", "", "", map[string]string{EnvCredentialsURI: "http://metadata.example/never-shown"},
			"the address of the credentials URI in ALIBABA_CLOUD_CREDENTIALS_URI uses plain http, allowed for a loopback address only"},
		{"URI that is none", "", "", "", map[string]string{EnvCredentialsURI: "never-shown"},
			"the address of the credentials URI in ALIBABA_CLOUD_CREDENTIALS_URI is not an https URL"},
		{"ECS role announced and forbidden", "", "", "", map[string]string{EnvECSRole: "r", EnvECSRoleDisabled: "true"},
			"ALIBABA_CLOUD_ECS_METADATA_DISABLED forbids asking the metadata service for the ECS role in ALIBABA_CLOUD_ECS_METADATA"},
		{"ECS role that is a path", "", "", "", map[string]string{EnvECSRole: "../user-data"},
			`the ECS role in ALIBABA_CLOUD_ECS_METADATA is "../user-data", which is not a role name`},
		{"unknown profile", twoProfiles, twoSections, "nope", nil, `neither $CLI nor $INI has a profile "nope"`},
		{"unknown profile of the environment", twoProfiles, twoSections, "", map[string]string{EnvProfile: "nope", EnvECSRole: "r"}, `neither $CLI nor $INI has the profile "nope" named by ALIBABA_CLOUD_PROFILE`},
		{"profile of the environment, profiles disabled", twoProfiles, twoSections, "", map[string]string{EnvProfile: "temporary", EnvProfileDisabled: "true"},
			`$INI has no profile "temporary", named by ALIBABA_CLOUD_PROFILE, and ALIBABA_CLOUD_CLI_PROFILE_DISABLED disables the aliyun CLI's configuration`},
		{"unknown profile, which is looked for though profiles are disabled", twoProfiles, twoSections, "nope", map[string]string{EnvProfileDisabled: "true"},
			`neither $CLI nor $INI has a profile "nope"`},
		{"named profile without a file", "", "", "ops", nil, `neither $CLI nor $INI has a profile "ops"`},
		{"current profile that is not there", `{"current": "gone", "profiles": [{"name": "a"}]}`, twoSections, "", nil, `$CLI names "gone" as its current profile, but does not contain it`},
		{"profile without secret, which the environment must not fill", twoProfiles, "", "half", map[string]string{EnvAccessKeySecret: "env-secret"},
			`profile "half" (AK) lacks access_key_secret`},
		{"profile without token, which the environment must not fill", twoProfiles, "", "tokenless", map[string]string{EnvSecurityToken: "env-token"},
			`profile "tokenless" (StsToken) lacks sts_token`},
		{"mode that is not read", twoProfiles, "", "pair", nil, `profile "pair" has mode "RsaKeyPair"; supported are ` + modes},
		{"line break in a profile", twoProfiles, "", "broken", nil,
			`the AccessKey secret of profile "broken" (AK) has a space, a line break or another character not allowed in keys`},
		{"malformed configuration", `{"access_key_secret": "never-shown"`, twoSections, "", nil, "$CLI is not a valid JSON configuration of the aliyun CLI"},
		{"profile with a field of another type", oddProfiles, "", "odd", nil, `profile "odd" of $CLI cannot be read: access_key_secret has the wrong type`},
		{"profile with a field of its role of another type", oddProfiles, "", "odd-role", nil, `profile "odd-role" of $CLI cannot be read: enable_vpc has the wrong type`},
		{"source profile with a field of another type", oddProfiles, "", "of-odd", nil, `profile "odd" of $CLI cannot be read: access_key_secret has the wrong type`},
		{"malformed INI file", "", "[default]\nnever-shown", "", nil, "$INI is not a valid INI file"},
		{"INI profile without role, which the environment must not fill", "", twoSections, "half", map[string]string{EnvRoleARN: "x"}, `profile "half" (ram_role_arn) lacks role_arn`},
		{"INI profile that another must not fill", "", twoSections, "token.child", nil, `profile "token.child" (sts) lacks access_key_secret`},
		{"INI section that every file has for ini.v1", "", twoSections, "DEFAULT", nil, `neither $CLI nor $INI has a profile "DEFAULT"`},
		{"INI type that is not read", "", twoSections, "odd", nil,
			`profile "odd" of $INI has type "bearer"; supported are access_key, ecs_ram_role, oidc_role_arn, ram_role_arn, sts`},
		{"INI section without type", "", "[default]\naccess_key_id = x", "", nil,
			`profile "default" of $INI has type ""; supported are access_key, ecs_ram_role, oidc_role_arn, ram_role_arn, sts`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := home(t, tt.config, tt.env)
			iniFile := filepath.Join(filepath.Dir(filepath.Dir(path)), ".alibabacloud", "credentials")
			if tt.ini != "" {
				put(t, iniFile, tt.ini)
			}
			_, err := Find(Search{Profile: tt.profile})
			want := "no usable credentials: " + strings.NewReplacer("$CLI", path, "$INI", iniFile).Replace(tt.want)
			if err == nil || err.Error() != want {
				t.Errorf("\n got %v\nwant %s", err, want)
			}
		})
	}
}

// Each place comes before all that follow.
func TestOrderOfThePlaces(t *testing.T) {
	const profile = `profile "ops" (AK)`
	places := []struct {
		source string
		env    map[string]string
	}{
		{"the environment", map[string]string{EnvAccessKeyID: "id", EnvAccessKeySecret: "secret"}},
		{"the environment (OIDC)", map[string]string{EnvRoleARN: "r", EnvOIDCProviderARN: "p", EnvOIDCTokenFile: "/nonexistent"}},
		{profile, nil},
		{"the credentials URI in ALIBABA_CLOUD_CREDENTIALS_URI", map[string]string{EnvCredentialsURI: "http://127.0.0.1:1"}},
		{"the ECS role in ALIBABA_CLOUD_ECS_METADATA", map[string]string{EnvECSRole: "r"}},
		{"the environment (ACCESS_KEY_ID)", map[string]string{"ACCESS_KEY_ID": "id", "ACCESS_KEY_SECRET": "secret"}},
	}
	env, config := map[string]string{}, ""
	for _, place := range slices.Backward(places) {
		maps.Copy(env, place.env)
		if place.source == profile {
			config = twoProfiles
		}
		home(t, config, env)
		switch provider, err := Find(Search{}); found := provider.(type) {
		case Credentials:
			if found.Source != place.source {
				t.Errorf("found %s, want %s", found.Source, place.source)
			}
		case *renewed:
			if found.source != place.source {
				t.Errorf("found %s, want %s", found.source, place.source)
			}
		default:
			t.Errorf("%s: %T, %v", place.source, provider, err)
		}
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
		{"profile of the INI file, which has none", "", "token", nil, ""},
		{"no such profile", "", "nope", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := home(t, twoProfiles, tt.env)
			put(t, filepath.Join(filepath.Dir(filepath.Dir(path)), ".alibabacloud", "credentials"), twoSections)
			got, err := FindRegion(tt.given, Search{Profile: tt.profile})
			if got.Name != tt.want || (err == nil) != (tt.want != "") || tt.want == "" && (err == ErrNoRegion) == (tt.profile == "nope") {
				t.Errorf("FindRegion = %v, %v; want %q", got, err, tt.want)
			}
		})
	}
}

// Without a region and without a profile it is the region that is asked for.
func TestNoRegionAnywhere(t *testing.T) {
	for name, env := range map[string]map[string]string{"no configuration": nil, "profiles disabled": {EnvProfileDisabled: "true"}} {
		home(t, "", env)
		if region, err := FindRegion("", Search{}); err != ErrNoRegion {
			t.Errorf("%s: %v, %v", name, region, err)
		}
	}
}

// If the credentials are not a profile's, a configuration that cannot be read is no fault of
// theirs: it is the region that is missing.
func TestRegionBesideABrokenConfiguration(t *testing.T) {
	keys := map[string]string{EnvAccessKeyID: "id", EnvAccessKeySecret: "secret"}
	pod := map[string]string{EnvRoleARN: "r", EnvOIDCProviderARN: "p", EnvOIDCTokenFile: "f"}
	for _, tt := range []struct {
		name     string
		search   Search
		env      map[string]string
		noRegion bool
	}{
		{"keys", Search{}, keys, true},
		{"OIDC", Search{}, pod, true},
		{"the ECS role", Search{ECSRole: true}, nil, true},
		{"a profile that is named", Search{Profile: "ops"}, keys, false},
		{"the current profile", Search{}, nil, false},
	} {
		path := home(t, "{", tt.env)
		_, err := FindRegion("", tt.search)
		want := "no usable credentials: " + path + " is not a valid JSON configuration of the aliyun CLI"
		if tt.noRegion {
			want = "not in ALIBABA_CLOUD_REGION_ID, and not in a profile (" + path + " is not a valid JSON configuration of the aliyun CLI)"
		}
		if err == nil || err.Error() != want || errors.Is(err, ErrNoRegion) != tt.noRegion {
			t.Errorf("%s:\n got %v\nwant %s", tt.name, err, want)
		}
	}
}

// A region that is wrong can be followed to its source.
func TestSourceOfARegion(t *testing.T) {
	for _, tt := range []struct {
		given string
		env   map[string]string
		want  Region
	}{
		{"given", map[string]string{EnvRegion: "x"}, Region{"given", ""}},
		{"", map[string]string{EnvRegion: "x"}, Region{"x", "ALIBABA_CLOUD_REGION_ID"}},
		{"", map[string]string{"ALICLOUD_REGION_ID": "x"}, Region{"x", "ALICLOUD_REGION_ID"}},
		{"", nil, Region{"cn-shanghai", `the region_id of profile "ops"`}},
	} {
		home(t, twoProfiles, tt.env)
		if got, err := FindRegion(tt.given, Search{}); err != nil || got != tt.want {
			t.Errorf("%+v, %v; want %+v", got, err, tt.want)
		}
	}
}

// Looking for credentials that have to be fetched fetches nothing.
func TestFindSendsNothing(t *testing.T) {
	marker := filepath.Join(t.TempDir(), "marker")
	for name, search := range map[string]struct {
		search Search
		config string
		env    map[string]string
	}{
		"role":     {Search{}, `{"current": "p", "profiles": [{"name": "p", "mode": "RamRoleArn", "access_key_id": "i", "access_key_secret": "s", "ram_role_arn": "a"}]}`, nil},
		"ECS role": {Search{ECSRole: true}, "", nil},
		"OIDC":     {Search{}, "", map[string]string{EnvRoleARN: "a", EnvOIDCProviderARN: "p", EnvOIDCTokenFile: "/nonexistent"}},
		"command":  {Search{}, `{"current": "p", "profiles": [{"name": "p", "mode": "External", "process_command": "touch ` + marker + `"}]}`, nil},
		"URI":      {Search{}, "", map[string]string{EnvCredentialsURI: "http://127.0.0.1:1/"}},
	} {
		home(t, search.config, search.env)
		provider, err := Find(search.search)
		if _, fetches := provider.(*renewed); err != nil || !fetches {
			t.Errorf("%s: %T, %v", name, provider, err)
		}
	}
	if _, err := os.Stat(marker); err == nil {
		t.Error("the command was run")
	}
}
