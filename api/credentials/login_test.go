package credentials

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

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
		fmt.Sprintf(`{"profiles": [{"name": "sso", "mode": "OAuth", "oauth_site_type": "CN", "oauth_access_token": "t", "oauth_access_token_expire": %d}]}`, expired.Unix()): `the login of profile "sso" (OAuth) has expired`,
	} {
		home(t, config, nil)
		_, err := Find(Search{Profile: "sso"})
		if err == nil || err.Error() != "no usable credentials: "+want {
			t.Errorf("\n got %v\nwant …%s", err, want)
		}
	}
}
