package credentials

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
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
		{"RamRoleArn", ak + `"ram_role_arn": "r", "expired_seconds": "899"`, "has expired_seconds 899, and STS takes no less than 900"},
		{"RamRoleArn", ak + `"ram_role_arn": "r", "sts_region": "evil.example/#"`, `names the STS region "evil.example/#": a region is written like cn-hangzhou`},
		{"RamRoleArnWithEcs", `"ram_role_name": "r"`, "lacks ram_role_arn"},
		{"ChainableRamRoleArn", `"ram_role_arn": "r"`, "lacks source_profile"},
		{"ChainableRamRoleArn", `"ram_role_arn": "r", "source_profile": "gone"`, `has source_profile "gone", and there is none of that name`},
		{"ChainableRamRoleArn", `"ram_role_arn": "r", "source_profile": "p"`, "leads by its source_profile back to itself"},
		{"OIDC", `"ram_role_arn": "r"`, "lacks oidc_provider_arn and oidc_token_file"},
		{"OIDC", `"ram_role_arn": "r", "oidc_provider_arn": "p", "oidc_token": "t", "expired_seconds": 1`, "has expired_seconds 1, and STS takes no less than 900"},
		{"CloudSSO", `"access_token": "never-shown"`, "lacks cloud_sso_sign_in_url and cloud_sso_account_id and cloud_sso_access_config"},
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

// What the environment says of STS is no fault of a profile.
func TestSTSRegionOfTheEnvironment(t *testing.T) {
	const role = `"mode": "RamRoleArn", "access_key_id": "i", "access_key_secret": "s", "ram_role_arn": "r"`
	for name, tt := range map[string]struct {
		config string
		env    map[string]string
	}{
		"OIDC of the environment": {"", map[string]string{EnvRoleARN: "r", EnvOIDCProviderARN: "p", EnvOIDCTokenFile: "f", EnvSTSRegion: "evil.example/#"}},
		"a profile without one":   {`{"current": "p", "profiles": [{"name": "p", ` + role + `}]}`, map[string]string{EnvSTSRegion: "evil.example/#"}},
	} {
		t.Run(name, func(t *testing.T) {
			home(t, tt.config, tt.env)
			_, err := Find(Search{})
			want := &Error{Reason: `ALIBABA_CLOUD_STS_REGION is "evil.example/#": a region is written like cn-hangzhou`, Advice: "correct the variable, or unset it"}
			if diff := cmp.Diff(error(want), err); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestSTSHost(t *testing.T) {
	tests := []struct {
		role role
		env  map[string]string
		want string
	}{
		{role{}, nil, "sts.aliyuncs.com"},
		{role{vpc: true}, nil, "sts.aliyuncs.com"},
		{role{region: "cn-hangzhou"}, nil, "sts.cn-hangzhou.aliyuncs.com"},
		{role{region: "cn-hangzhou", vpc: true}, nil, "sts-vpc.cn-hangzhou.aliyuncs.com"},
		{role{}, map[string]string{EnvSTSRegion: "eu-west-1", EnvVPCEndpoints: "true"}, "sts-vpc.eu-west-1.aliyuncs.com"},
		{role{region: "cn-hangzhou"}, map[string]string{EnvSTSRegion: "eu-west-1"}, "sts.cn-hangzhou.aliyuncs.com"},
	}
	for _, tt := range tests {
		home(t, "", tt.env)
		if got := tt.role.stsHost(); got != tt.want {
			t.Errorf("%+v with %v: %s, want %s", tt.role, tt.env, got, tt.want)
		}
	}
}

// ssoProfile is a login with a server on loopback that stands in for CloudSSO.
func ssoProfile(url string, expires time.Time) string {
	data, err := json.Marshal(map[string]any{"profiles": []map[string]any{{
		"name": "sso", "mode": "CloudSSO", "cloud_sso_sign_in_url": url + "/some/login", "cloud_sso_account_id": "12", "cloud_sso_access_config": "ac-1",
		"access_token": "LoginTokenOfLetters", "cloud_sso_access_token_expire": expires.Unix(),
	}}})
	if err != nil {
		panic(err)
	}
	return string(data)
}

func TestCloudSSO(t *testing.T) {
	const wantRequest = `POST /cloud-credentials Bearer LoginTokenOfLetters {"AccountId":"12","AccessConfigurationId":"ac-1"}`
	tests := []struct {
		name   string
		status int
		body   string
		want   string // "" for credentials
	}{
		{"credentials", 200, `{"CloudCredential": {"AccessKeyId": "STS.sso", "AccessKeySecret": "sso-secret", "SecurityToken": "sso-token", "Expiration": "2099-12-01T12:00:00Z"}}`, ""},
		{"refused", 401, `{"ErrorCode": "x", "Code": "InvalidToken", "RequestId": "01234567-89AB-CDEF-0123-456789ABCDEF", "Message": "LoginTokenOfLetters"}`,
			"HOST refused to give any (code InvalidToken, request id 01234567-89AB-CDEF-0123-456789ABCDEF)"},
		{"token echoed as the code", 401, `{"Code": "LoginTokenOfLetters"}`, "HOST gave none that can be used"},
		{"nothing in it", 200, `{}`, "HOST gave none that can be used"},
		{"no expiry", 200, `{"CloudCredential": {"AccessKeyId": "never-shown", "AccessKeySecret": "s", "SecurityToken": "t"}}`, "HOST gave none that can be used"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				got = r.Method + " " + r.URL.Path + " " + r.Header.Get("Authorization") + " " + string(body)
				w.WriteHeader(tt.status)
				io.WriteString(w, tt.body)
			}))
			defer server.Close()
			home(t, ssoProfile(server.URL, time.Now().Add(time.Hour)), nil)
			provider, err := Find(Search{Profile: "sso"})
			if err != nil {
				t.Fatal(err)
			}
			found, err := provider.Credentials(context.Background())
			if got != wantRequest {
				t.Errorf("\nasked %s\n want %s", got, wantRequest)
			}
			if tt.want != "" {
				want := `no usable credentials: profile "sso" (CloudSSO): ` + strings.Replace(tt.want, "HOST", strings.TrimPrefix(server.URL, "http://"), 1)
				if err == nil || err.Error() != want {
					t.Errorf("\n got %v\nwant %s", err, want)
				}
				return
			}
			want := Credentials{"STS.sso", "sso-secret", "sso-token", `profile "sso" (CloudSSO)`, time.Date(2099, 12, 1, 12, 0, 0, 0, time.UTC)}
			if err != nil || found != want {
				t.Errorf("got %+v, %v; want %+v", found, err, want)
			}
		})
	}
}

// A login that runs out while the program works is not sent any more.
func TestLoginThatExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		home(t, "", nil)
		own := login{"sso", "CloudSSO", "a test", "LoginTokenOfLetters", time.Now().Add(time.Minute)}
		cloudSSO, err := newCloudSSO(own, "https://127.0.0.1:1", "12", "ac-1")
		if err != nil {
			t.Fatal(err)
		}
		oauth, err := newOAuth(own, "CN")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		for _, provider := range []Provider{cloudSSO, oauth} {
			_, err := provider.Credentials(context.Background())
			if want := "no usable credentials: the login of a test has expired"; err == nil || err.Error() != want {
				t.Errorf("\n got %v\nwant %s", err, want)
			}
		}
	})
}

// A login that has run out is not renewed: the CLI's own would be void.
func TestLoginThatHasExpired(t *testing.T) {
	expired := time.Now().Add(-time.Minute)
	for config, want := range map[string]string{
		ssoProfile("https://sso.example", expired): `the login of profile "sso" (CloudSSO) has expired`,
		`{"profiles": [{"name": "sso", "mode": "OAuth", "oauth_site_type": "CN", "oauth_access_token": "t", "oauth_refresh_token": "r", "oauth_access_token_expire": 1}]}`: `the login of profile "sso" (OAuth) has expired`,
		ssoProfile("http://sso.example", expired): `the cloud_sso_sign_in_url of profile "sso" (CloudSSO) is plain http, which is taken for a loopback address only`,
		ssoProfile("ftp://sso.example", expired):  `the cloud_sso_sign_in_url of profile "sso" (CloudSSO) is not an https URL of a host`,
		ssoProfile("https://u:p@sso", expired):    `the cloud_sso_sign_in_url of profile "sso" (CloudSSO) is not an https URL of a host`,
	} {
		home(t, config, nil)
		_, err := Find(Search{Profile: "sso"})
		if err == nil || err.Error() != "no usable credentials: "+want {
			t.Errorf("\n got %v\nwant …%s", err, want)
		}
	}
}
