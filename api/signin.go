package api

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/aliyun/credentials-go/credentials/providers"

	"mqttca/api/wire"
)

// A signIn is somebody's login with the aliyun CLI, which keeps its access token in the
// profile. What the CLI has is never renewed here: a renewed token would have to be
// written into its configuration, since the one before is void from then on.
type signIn struct {
	profile string
	source  string
	token   Secret
	expires time.Time
}

func (s signIn) advice(mode string) string {
	return fmt.Sprintf("log in again: aliyun configure --profile %s --mode %s", s.profile, mode)
}

// check refuses a login that has run out.
func (s signIn) check(advice string) error {
	if time.Now().Before(s.expires) {
		return nil
	}
	return &CredentialsError{Reason: "the login of " + s.source + " has expired", Advice: advice}
}

// newCloudSSO exchanges the login for credentials of an account.
func newCloudSSO(login signIn, signInURL, account, accessConfig string) (CredentialsProvider, error) {
	advice := login.advice("CloudSSO")
	u, err := secureURL(login.source, "cloud_sso_sign_in_url", signInURL)
	if err := cmp.Or(err, login.check(advice), checkLibrary(login.source)); err != nil {
		return nil, err
	}
	handout := handout{fetching: fetching{login.source, u.Host, advice}, secrets: []Secret{login.token}}
	return newRenewed(login.source, func(ctx context.Context) (Credentials, error) {
		if err := login.check(advice); err != nil {
			return Credentials{}, err
		}
		return handout.ask(ctx, func(options *providers.HttpOptions) (providers.CredentialsProvider, error) {
			return providers.NewCloudSSOCredentialsProviderBuilder().
				WithSignInUrl(u.String()).
				WithAccountId(account).
				WithAccessConfig(accessConfig).
				WithAccessToken(string(login.token)).
				WithAccessTokenExpire(login.expires.Unix()).
				WithHttpOptions(options).
				Build()
		})
	}), nil
}

// oauthSites are the vendor's two sites, by the CLI's names of them.
var oauthSites = map[string]string{
	"CN":   "oauth.aliyun.com",
	"INTL": "oauth.alibabacloud.com",
}

// newOAuth exchanges the login for credentials of its user. The library is not given the
// refresh token, so that it cannot use it up.
func newOAuth(login signIn, site string) (CredentialsProvider, error) {
	advice := login.advice("OAuth")
	host, known := oauthSites[strings.ToUpper(site)]
	if !known {
		return nil, badProfile(fmt.Sprintf("%s has oauth_site_type %q, and only CN and INTL are known", login.source, wire.Shortened(site)))
	}
	if err := cmp.Or(login.check(advice), checkLibrary(login.source)); err != nil {
		return nil, err
	}
	handout := handout{fetching: fetching{login.source, host, advice}, secrets: []Secret{login.token}}
	return newRenewed(login.source, func(ctx context.Context) (Credentials, error) {
		if err := login.check(advice); err != nil {
			return Credentials{}, err
		}
		return handout.ask(ctx, func(options *providers.HttpOptions) (providers.CredentialsProvider, error) {
			return providers.NewOAuthCredentialsProviderBuilder().
				WithSignInUrl("https://" + host).
				WithClientId("mqttca"). // only a refresh would send it
				WithAccessToken(string(login.token)).
				WithAccessTokenExpire(login.expires.Unix()).
				WithHttpOptions(options).
				Build()
		})
	}), nil
}

// secureURL reads a URL that tokens or credentials travel to or from: https, or http to a
// loopback address. The error repeats nothing of it.
func secureURL(source, name, raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	wrong := ""
	switch {
	case err != nil || u.Hostname() == "" || !wire.ValidPort(u.Port()) || u.User != nil || u.Scheme != "http" && u.Scheme != "https":
		wrong = "not an https URL of a host"
	case u.Scheme == "http" && !wire.IsLoopback(u.Hostname()):
		wrong = "plain http, which is taken for a loopback address only"
	default:
		return u, nil
	}
	return nil, &CredentialsError{Reason: fmt.Sprintf("the %s of %s is %s", name, source, wrong), Advice: "give an address with https"}
}
