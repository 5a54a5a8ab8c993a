package credentials

import (
	"context"
	"errors"
	"testing"

	"mqttca/api/wire"
)

// No request that fetches credentials goes past a proxy that cannot be used.
func TestNothingIsFetchedPastAProxy(t *testing.T) {
	home(t, `{"profiles": [
		{"name": "role", "mode": "RamRoleArn", "access_key_id": "i", "access_key_secret": "s", "ram_role_arn": "a"},
		{"name": "pod", "mode": "OIDC", "oidc_provider_arn": "p", "oidc_token": "t", "ram_role_arn": "a"},
		{"name": "sso", "mode": "CloudSSO", "cloud_sso_sign_in_url": "https://sso.example", "cloud_sso_account_id": "a", "cloud_sso_access_config": "c",
		 "access_token": "t", "cloud_sso_access_token_expire": 32503680000},
		{"name": "oauth", "mode": "OAuth", "oauth_site_type": "cn", "oauth_access_token": "t", "oauth_access_token_expire": 32503680000},
		{"name": "uri", "mode": "CredentialsURI", "credentials_uri": "https://uri.example"}]}`, nil)
	t.Setenv("NO_PROXY", "")
	t.Setenv("HTTPS_PROXY", "http://user:100%pure@proxy.example:1")
	refused := func(what string, err error) {
		t.Helper()
		var misset *wire.EnvironmentError
		if !errors.As(err, &misset) || err.Error() != "HTTPS_PROXY is not the URL of a proxy" {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, name := range []string{"role", "pod", "sso", "oauth", "uri"} {
		provider, err := Find(Search{Profile: name})
		if err != nil {
			t.Fatal(err)
		}
		_, err = provider.Credentials(context.Background())
		refused(name, err)
	}
}
