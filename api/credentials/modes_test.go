package credentials

import (
	"strings"
	"testing"
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
		{"RamRoleArn", ak + `"ram_role_arn": "r", "expired_seconds": "899"`, "has expired_seconds 899, and STS takes no less than 900"},
		{"RamRoleArn", ak + `"ram_role_arn": "r", "sts_region": "evil.example/#"`, `names the STS region "evil.example/#": a region is written like cn-hangzhou`},
		{"RamRoleArnWithEcs", `"ram_role_name": "r"`, "lacks ram_role_arn"},
		{"ChainableRamRoleArn", `"ram_role_arn": "r"`, "lacks source_profile"},
		{"ChainableRamRoleArn", `"ram_role_arn": "r", "source_profile": "gone"`, `has source_profile "gone", and there is none of that name`},
		{"ChainableRamRoleArn", `"ram_role_arn": "r", "source_profile": "p"`, "leads by its source_profile back to itself"},
		{"OIDC", `"ram_role_arn": "r"`, "lacks oidc_provider_arn and oidc_token_file"},
		{"OIDC", `"ram_role_arn": "r", "oidc_provider_arn": "p", "oidc_token": "t", "expired_seconds": 1`, "has expired_seconds 1, and STS takes no less than 900"},
		{"CloudSSO", `"access_token": "never-shown"`, "lacks cloud_sso_sign_in_url and cloud_sso_account_id and cloud_sso_access_config"},
		{"CloudSSO", `"cloud_sso_sign_in_url": "https://s", "cloud_sso_account_id": "a", "cloud_sso_access_config": "c"`, "lacks access_token"},
		{"OAuth", `"oauth_site_type": "CN"`, "lacks oauth_access_token"},
		{"OAuth", `"oauth_site_type": "MARS", "oauth_access_token": "t", "oauth_access_token_expire": 32503680000`, `has oauth_site_type "MARS", and only CN and INTL are known`},
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
	const want = `no usable credentials: profile "c" (ChainableRamRoleArn) leads by its source_profile back to itself`
	if _, err := Find(Search{Profile: "a"}); err == nil || err.Error() != want {
		t.Errorf("\n got %v\nwant %s", err, want)
	}
}
