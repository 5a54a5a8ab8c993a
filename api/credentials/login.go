package credentials

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

// A login is somebody's with the aliyun CLI, which keeps its access token in the profile.
// What the CLI has is never renewed here: a renewed token would have to be written into its
// configuration, since the one before is void from then on.
type login struct {
	profile string
	mode    string
	source  string
	token   Secret
	expires time.Time
}

// provider exchanges the login at a site for credentials, as long as the login lasts.
func (l login) provider(host string, build builder) (Provider, error) {
	if err := cmp.Or(l.check(), checkLibrary(l.source)); err != nil {
		return nil, err
	}
	request := stsRequest{origin: origin{l.source, host, l.advice()}, secrets: []Secret{l.token}}
	return newRenewed(l.source, func(ctx context.Context) (Credentials, error) {
		if err := l.check(); err != nil {
			return Credentials{}, err
		}
		return request.ask(ctx, build)
	}), nil
}

func (l login) advice() string {
	return fmt.Sprintf("log in again: aliyun configure --profile %s --mode %s", l.profile, l.mode)
}

// check refuses a login that has run out.
func (l login) check() error {
	if time.Now().Before(l.expires) {
		return nil
	}
	return &Error{Reason: "the login of " + l.source + " has expired", Advice: l.advice()}
}

// newCloudSSO exchanges the login for credentials of an account.
func newCloudSSO(l login, signInURL, account, accessConfig string) (Provider, error) {
	u, err := secureURL(l.source, "cloud_sso_sign_in_url", signInURL)
	if err != nil {
		return nil, err
	}
	return l.provider(u.Host, func(options *providers.HttpOptions) (providers.CredentialsProvider, error) {
		return providers.NewCloudSSOCredentialsProviderBuilder().
			WithSignInUrl(u.String()).
			WithAccountId(account).
			WithAccessConfig(accessConfig).
			WithAccessToken(string(l.token)).
			WithAccessTokenExpire(l.expires.Unix()).
			WithHttpOptions(options).
			Build()
	})
}

// newOAuth exchanges the login for credentials of its user. The site is one of the vendor's
// two, by the CLI's name of it. The library is not given the refresh token, so that it
// cannot use it up.
func newOAuth(l login, site string) (Provider, error) {
	host, known := map[string]string{"CN": "oauth.aliyun.com", "INTL": "oauth.alibabacloud.com"}[strings.ToUpper(site)]
	if !known {
		return nil, badProfile(fmt.Sprintf("%s has oauth_site_type %q, and only CN and INTL are known", l.source, wire.Shortened(site)))
	}
	return l.provider(host, func(options *providers.HttpOptions) (providers.CredentialsProvider, error) {
		return providers.NewOAuthCredentialsProviderBuilder().
			WithSignInUrl("https://" + host).
			WithClientId("mqttca"). // only a refresh would send it
			WithAccessToken(string(l.token)).
			WithAccessTokenExpire(l.expires.Unix()).
			WithHttpOptions(options).
			Build()
	})
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
	return nil, &Error{Reason: fmt.Sprintf("the %s of %s is %s", name, source, wrong), Advice: "give an address with https"}
}
