package credentials

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"testing"
)

// The variables that the vendor's CLI reads (config/profile.go and config/configuration.go
// of version 3 there) are read here, or they are refused: none is passed over.
func TestVariablesOfOtherGenerations(t *testing.T) {
	const conf = `{"current": "ops", "profiles": [
		{"name": "ops", "mode": "AK", "access_key_id": "ops-id", "access_key_secret": "s"},
		{"name": "other", "mode": "AK", "access_key_id": "other-id", "access_key_secret": "s"}]}`
	key := func(prefix, id string) map[string]string {
		return map[string]string{prefix + "ACCESS_KEY_ID": id, prefix + "ACCESS_KEY_SECRET": "never-shown"}
	}
	with := func(env map[string]string, name, value string) map[string]string { env[name] = value; return env }
	one := func(name string) map[string]string { return map[string]string{name: "never-shown"} }
	const inPlace = " is set, but mqttca does not read it"
	tests := []struct {
		name string
		env  map[string]string
		want string // the AccessKey ID, or the error
	}{
		{"present generation", key("ALIBABA_CLOUD_", "id"), "id"},
		{"generation before", key("ALIBABACLOUD_", "id"), "id"},
		{"first generation", key("ALICLOUD_", "id"), "id"},
		{"no prefix: the profile comes before", key("", "id"), "ops-id"},
		{"no prefix and nothing else", with(key("", "id"), "ALIBABA_CLOUD_IGNORE_PROFILE", "TRUE"), "id"},
		{"no prefix, half of it", map[string]string{"ACCESS_KEY_ID": "id", "ALIBABACLOUD_IGNORE_PROFILE": "TRUE"},
			"no usable credentials: the environment has incomplete credentials: ACCESS_KEY_SECRET is not set"},
		{"two that are equal", with(key("ALICLOUD_", "id"), "ALIBABA_CLOUD_ACCESS_KEY_ID", "id"), "id"},
		{"two that differ", with(key("ALICLOUD_", "id"), "ALIBABA_CLOUD_ACCESS_KEY_ID", "di"), "ALIBABA_CLOUD_ACCESS_KEY_ID and ALICLOUD_ACCESS_KEY_ID differ"},
		{"two old ones that differ", with(key("ALICLOUD_", "id"), "ALIBABACLOUD_ACCESS_KEY_ID", "di"), "ALIBABACLOUD_ACCESS_KEY_ID and ALICLOUD_ACCESS_KEY_ID differ"},
		{"secrets that differ", with(key("ALIBABA_CLOUD_", "id"), "ALIBABACLOUD_ACCESS_KEY_SECRET", "shown-never"), "ALIBABA_CLOUD_ACCESS_KEY_SECRET and ALIBABACLOUD_ACCESS_KEY_SECRET differ"},
		{"profile of the generation before", map[string]string{"ALIBABACLOUD_PROFILE": "other"}, "other-id"},
		{"profile of the first generation", map[string]string{"ALICLOUD_PROFILE": "other"}, "other-id"},
		{"profiles that differ", map[string]string{"ALIBABACLOUD_PROFILE": "other", "ALIBABA_CLOUD_PROFILE": "ops"}, "ALIBABA_CLOUD_PROFILE and ALIBABACLOUD_PROFILE differ"},
		{"profiles to be ignored", map[string]string{"ALIBABA_CLOUD_IGNORE_PROFILE": "TRUE", "ALIBABA_CLOUD_PROFILE": "ops"},
			"no usable credentials: none in the environment, and ALIBABA_CLOUD_IGNORE_PROFILE disables profiles"},
		{"profiles not to be ignored", map[string]string{"ALIBABA_CLOUD_IGNORE_PROFILE": "FALSE"}, "ops-id"},
		{"half of OIDC", map[string]string{"ALIBABACLOUD_OIDC_PROVIDER_ARN": "p", "ALIBABACLOUD_ROLE_ARN": "r"},
			"no usable credentials: the environment has only some of the OIDC variables: it lacks ALIBABA_CLOUD_OIDC_TOKEN_FILE"},
		{"old spelling of the id", one("ALIBABA_CLOUD_ACCESS_KEY_Id"), "ALIBABA_CLOUD_ACCESS_KEY_Id" + inPlace},
		{"Terraform's id", one("ALICLOUD_ACCESS_KEY"), "ALICLOUD_ACCESS_KEY" + inPlace},
		{"Terraform's id beside the same", with(key("ALIBABA_CLOUD_", "id"), "ALICLOUD_ACCESS_KEY", "id"), "id"},
		{"Terraform's id beside another", with(key("ALIBABA_CLOUD_", "id"), "ALICLOUD_ACCESS_KEY", "di"), "ALIBABA_CLOUD_ACCESS_KEY_ID and ALICLOUD_ACCESS_KEY differ"},
		{"Terraform's secret", one("ALICLOUD_SECRET_KEY"), "ALICLOUD_SECRET_KEY" + inPlace},
		{"Terraform's ECS role", one("ALICLOUD_ECS_ROLE_NAME"), "ALICLOUD_ECS_ROLE_NAME" + inPlace},
		{"Terraform's configuration", one("ALICLOUD_SHARED_CREDENTIALS_FILE"), "ALICLOUD_SHARED_CREDENTIALS_FILE" + inPlace},
		{"Terraform's role", with(key("ALIBABA_CLOUD_", "id"), "ALICLOUD_ASSUME_ROLE_ARN", "r"), "ALICLOUD_ASSUME_ROLE_ARN" + inPlace},
		{"a bearer token", one("ALIBABA_CLOUD_BEARER_TOKEN"), "ALIBABA_CLOUD_BEARER_TOKEN" + inPlace},
		{"no identity", one("ALIBABA_CLOUD_PROFILE_MODE"), "ALIBABA_CLOUD_PROFILE_MODE" + inPlace},
		{"a generation that has none", one("ALICLOUD_ROLE_ARN"), "ALICLOUD_ROLE_ARN" + inPlace},
		{"a URI of a generation that has none", one("ALIBABACLOUD_CREDENTIALS_URI"), "ALIBABACLOUD_CREDENTIALS_URI" + inPlace},
		{"STS of a generation that has none", one("ALIBABACLOUD_STS_ENDPOINT"), "ALIBABACLOUD_STS_ENDPOINT" + inPlace},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			home(t, conf, tt.env)
			if got := signer(Search{}); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// signer is the AccessKey ID that is found, or the error.
func signer(s Search) string {
	provider, err := Find(s)
	if err != nil {
		return err.Error()
	}
	found, err := provider.Credentials(context.Background())
	if err != nil {
		return err.Error()
	}
	return found.AccessKeyID
}

// What names another identity does not count if the search names the place, a profile or the
// ECS role; what says how that place is read does.
func TestVariablesBesideANamedProfile(t *testing.T) {
	const conf = `{"profiles": [{"name": "ops", "mode": "AK", "access_key_id": "ops-id", "access_key_secret": "s"}]}`
	for name, want := range map[string]string{
		"ALICLOUD_ACCESS_KEY":          "ops-id",
		"ALIBABA_CLOUD_BEARER_TOKEN":   "ops-id",
		"ALIBABA_CLOUD_IGNORE_PROFILE": "ops-id",
		"ALIBABACLOUD_CONFIG_FILE":     "ALIBABACLOUD_CONFIG_FILE is set, but mqttca does not read it",
	} {
		home(t, conf, map[string]string{name: "true"})
		if got := signer(Search{Profile: "ops"}); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
		if _, err := Find(Search{ECSRole: true}); (err == nil) != (want == "ops-id") {
			t.Errorf("%s beside the ECS role: %v", name, err)
		}
	}
}

func TestRegionsOfOtherGenerations(t *testing.T) {
	const conf = `{"current": "ops", "profiles": [{"name": "ops", "region_id": "cn-shanghai"}]}`
	const one, two = "cn-beijing", "cn-qingdao"
	tests := []struct {
		given string
		env   map[string]string
		want  string // the region, or the error
	}{
		{"", nil, "cn-shanghai"},
		{"", map[string]string{"ALIBABACLOUD_REGION_ID": one}, one},
		{"", map[string]string{"ALICLOUD_REGION_ID": one}, one},
		{"", map[string]string{"ALICLOUD_REGION_ID": one, "ALIBABA_CLOUD_REGION_ID": two}, "ALIBABA_CLOUD_REGION_ID and ALICLOUD_REGION_ID differ"},
		{two, map[string]string{"ALICLOUD_REGION_ID": one, "ALIBABA_CLOUD_REGION_ID": two}, two},
		{"", map[string]string{"ALIBABACLOUD_CONFIG_FILE": "x"}, "ALIBABACLOUD_CONFIG_FILE is set, but mqttca does not read it"},
		{"", map[string]string{"ALICLOUD_PROFILE": "a", "ALIBABA_CLOUD_PROFILE": "b"}, "ALIBABA_CLOUD_PROFILE and ALICLOUD_PROFILE differ"},
		{"", map[string]string{"ALIBABA_CLOUD_IGNORE_PROFILE": "TRUE"}, ErrNoRegion.Error()},
	}
	for _, tt := range tests {
		home(t, conf, tt.env)
		region, err := FindRegion(tt.given, Search{})
		got := region.Name
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%q, %v: got %s, want %s", tt.given, tt.env, got, tt.want)
		}
	}
}

// Commands and credentials URIs can be forbidden.
func TestExternalSourcesForbidden(t *testing.T) {
	const conf = `{"profiles": [{"name": "command", "mode": "External", "process_command": "false"}, {"name": "uri", "mode": "CredentialsURI", "credentials_uri": "http://127.0.0.1:1"}]}`
	for value, forbidden := range map[string]bool{"1": true, "true": true, "TRUE": true, "0": false, "": false} {
		for _, search := range []Search{{Profile: "command"}, {Profile: "uri"}, {}} {
			home(t, conf, map[string]string{EnvExternalDisabled: value, EnvCredentialsURI: "http://127.0.0.1:1"})
			_, err := Find(search)
			var none *Error
			if errors.As(err, &none) != forbidden {
				t.Errorf("%q, %+v: %v", value, search, err)
			}
		}
	}
}

// A token of the environment counts if there is no file with one.
func TestOIDCTokenOfTheEnvironment(t *testing.T) {
	env := map[string]string{EnvOIDCToken: "t", EnvOIDCProviderARN: "p", EnvRoleARN: "r"}
	home(t, "", env)
	if _, err := Find(Search{}); err != nil {
		t.Error(err)
	}
}

// Every name under which the vendor's CLI reads a variable is read, and a name of another
// generation is refused.
func TestNamesThatTheCLIReads(t *testing.T) {
	for read, suffixes := range []string{
		"ASSUME_ROLE_ARN BEARER_TOKEN PROFILE_MODE",
		"ROLE_SESSION_NAME OIDC_TOKEN CLI_PROFILE_DISABLED CREDENTIALS_URI ECS_METADATA CONFIG_FILE CREDENTIALS_FILE STS_ENDPOINT STS_REGION " +
			"VPC_ENDPOINT_ENABLED ECS_METADATA_DISABLED IMDSV1_DISABLED DISABLE_EXTERNAL_PROCESS",
		"ROLE_ARN OIDC_PROVIDER_ARN OIDC_TOKEN_FILE EXTERNAL_ID IGNORE_PROFILE",
		"ACCESS_KEY_ID ACCESS_KEY_SECRET SECURITY_TOKEN PROFILE REGION_ID",
	} {
		for suffix := range strings.FieldsSeq(suffixes) {
			for i, generation := range []string{"ALIBABA_CLOUD_", "ALIBABACLOUD_", "ALICLOUD_"} {
				home(t, "", map[string]string{generation + suffix: "value"})
				got, refused := getenv("ALIBABA_CLOUD_"+suffix), cmp.Or(checkVariables(false), regionVariable.check())
				if (got == "value") != (i < read) || (refused == nil) != (i < read) {
					t.Errorf("%s%s: %q, %v", generation, suffix, got, refused)
				}
			}
		}
	}
}

// A variable is read in the generations that the vendor's CLI reads, and in no other.
func TestGetenvByGenerations(t *testing.T) {
	home(t, "", map[string]string{"ALIBABACLOUD_CONFIG_FILE": "x", "ALICLOUD_CONFIG_FILE": "x", "ALICLOUD_PROFILE": "ops", "ACCESS_KEY_ID": "i"})
	for name, want := range map[string]string{EnvConfigFile: "", EnvProfile: "ops", "ACCESS_KEY_ID": "i"} {
		if got := getenv(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}
