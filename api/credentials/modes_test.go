package credentials

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What a profile lacks, or has and must not, is said before anything is sent.
func TestProfilesThatCannotWork(t *testing.T) {
	const ak = `"access_key_id": "i", "access_key_secret": "never-shown", `
	tests := []struct {
		name, profile string
		want          string
	}{
		{"RamRoleArn", `"access_key_id": "i", "ram_role_arn": "r"`, "lacks access_key_secret"},
		{"RamRoleArn", ak + `"expired_seconds": 3600`, "lacks ram_role_arn"},
		{"RamRoleArn", ak + `"ram_role_arn": "r", "expired_seconds": "899"`, "has expired_seconds 899, less than STS's minimum of 900"},
		{"RamRoleArn", ak + `"ram_role_arn": "r", "sts_region": "evil.example/#"`, `has sts_region "evil.example/#": a region is written like cn-hangzhou`},
		{"RamRoleArnWithRoleName", `"ram_role_name": "r"`, "lacks ram_role_arn"},
		{"ChainableRamRoleArn", `"ram_role_arn": "r"`, "lacks source_profile"},
		{"ChainableRamRoleArn", `"ram_role_arn": "r", "source_profile": "gone"`, `has source_profile "gone", which does not exist`},
		{"ChainableRamRoleArn", `"ram_role_arn": "r", "source_profile": "p"`, "has a source_profile chain which leads back to it"},
		{"OIDC", `"ram_role_arn": "r"`, "lacks oidc_provider_arn and oidc_token_file"},
		{"OIDC", `"ram_role_arn": "r", "oidc_provider_arn": "p", "oidc_token": "t", "expired_seconds": 1`, "has expired_seconds 1, less than STS's minimum of 900"},
		{"CloudSSO", `"access_token": "never-shown", "cloud_sso_access_token_expire": 32503680000`, "has no valid credentials from a login of the aliyun CLI"},
		{"OAuth", ak + `"sts_token": "t", "sts_expiration": 1700000000`, "has no valid credentials from a login of the aliyun CLI"},
		{"OAuth", ak + `"sts_expiration": 32503680000`, "has no valid credentials from a login of the aliyun CLI"},
		{"OAuth", `"sts_token": "t", "sts_expiration": 32503680000`, "has no valid credentials from a login of the aliyun CLI"},
		{"External", "", "lacks process_command"},
		{"CredentialsURI", "", "lacks credentials_uri"},
	}
	for _, tt := range tests {
		t.Run(tt.name+" "+tt.want, func(t *testing.T) {
			fields := strings.Trim(`"mode": "`+tt.name+`", `+tt.profile, ", ")
			home(t, `{"profiles": [{"name": "p", `+fields+`}]}`, map[string]string{EnvAccessKeySecret: "env-secret"})
			_, err := Find(Search{Profile: "p"})
			if want := `no usable credentials: profile "p" (` + tt.name + `) ` + tt.want; err == nil || err.Error() != want {
				t.Errorf("\n got %v\nwant %s", err, want)
			}
		})
	}
}

// A profile without a mode is of the one that the vendor's CLI takes from its settings
// (AutoModeRecognition in its config/profile.go).
func TestImpliedMode(t *testing.T) {
	const ak = `"access_key_id": "i", "access_key_secret": "s"`
	for settings, want := range map[string]string{
		ak:                           "AK",
		ak + `, "sts_token": "t"`:    "StsToken",
		ak + `, "ram_role_arn": "r"`: "RamRoleArn",
		ak + `, "sts_token": "t", "ram_role_arn": "r"`:                          "StsToken",
		`"access_key_id": "i", "ram_role_name": "r"`:                            "EcsRamRole",
		`"process_command": "true"`:                                             "External",
		`"oidc_provider_arn": "p", "oidc_token_file": "f", "ram_role_arn": "r"`: "OIDC",
		`"access_key_id": "i"`:                                                  "",
		ak + `, "mode": "StsToken"`:                                             "StsToken",
	} {
		home(t, `{"profiles": [{"name": "p", `+settings+`}]}`, nil)
		if p, _, err := findProfile("p"); err != nil || p.Mode != want {
			t.Errorf("%s: %q, %v; want %q", settings, p.Mode, err, want)
		}
	}
}

// What the CLI has cached of a login is used to its last second, and nobody is asked. Then the
// error says how the CLI renews it.
func TestCachedLogin(t *testing.T) {
	for _, mode := range []string{"CloudSSO", "OAuth"} {
		synctest.Test(t, func(t *testing.T) {
			expires := time.Now().Add(5 * time.Minute).UTC()
			home(t, fmt.Sprintf(`{"profiles": [{"name": "ops", "mode": %q, "access_key_id": "STS.i", "access_key_secret": "s", "sts_token": "t",
				"sts_expiration": %d, "oauth_access_token_expire": 1, "cloud_sso_access_token_expire": 1}]}`, mode, expires.Unix()), nil)
			provider, err := Find(Search{Profile: "ops"})
			if err != nil {
				t.Fatal(err)
			}
			want := Credentials{"STS.i", "s", "t", `profile "ops" (` + mode + `)`, expires}
			for range 2 {
				if got, err := provider.Credentials(context.Background()); err != nil || got != want {
					t.Errorf("got %+v, %v; want %+v", got, err, want)
				}
				time.Sleep(5*time.Minute - time.Second)
			}
			_, err = provider.Credentials(context.Background())
			wantError := &Error{
				Reason: `profile "ops" (` + mode + `) has no valid credentials from a login of the aliyun CLI`,
				Advice: "renew them with 'aliyun sts GetCallerIdentity --profile ops'; if the login itself has expired, use 'aliyun configure --profile ops --mode " + mode + "'",
			}
			if diff := cmp.Diff(error(wantError), err); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// A ring of profiles is told from a long chain.
func TestChainOfProfiles(t *testing.T) {
	const link = `{"name": "NAME", "mode": "ChainableRamRoleArn", "ram_role_arn": "r", "source_profile": "NEXT"}`
	chain := func(names ...string) string {
		var profiles []string
		for i, name := range names[:len(names)-1] {
			profiles = append(profiles, strings.NewReplacer("NAME", name, "NEXT", names[i+1]).Replace(link))
		}
		profiles = append(profiles, `{"name": "end", "mode": "AK", "access_key_id": "i", "access_key_secret": "s"}`)
		return `{"profiles": [` + strings.Join(profiles, ", ") + `]}`
	}
	home(t, chain("a", "b", "c", "d", "end"), nil)
	if _, err := Find(Search{Profile: "a"}); err != nil {
		t.Error(err)
	}
	home(t, chain("a", "b", "c", "b"), nil)
	const want = `no usable credentials: profile "c" (ChainableRamRoleArn) has a source_profile chain which leads back to it`
	if _, err := Find(Search{Profile: "a"}); err == nil || err.Error() != want {
		t.Errorf("\n got %v\nwant %s", err, want)
	}
}
