package api

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/aliyun/credentials-go/credentials/providers"
)

// The environment variables that name an identity and where it is kept, as the
// vendor's CLI and SDKs read them.
const (
	EnvAccessKeyID     = "ALIBABA_CLOUD_ACCESS_KEY_ID"
	EnvAccessKeySecret = "ALIBABA_CLOUD_ACCESS_KEY_SECRET"
	EnvSecurityToken   = "ALIBABA_CLOUD_SECURITY_TOKEN"
	EnvProfile         = "ALIBABA_CLOUD_PROFILE"
	EnvConfigFile      = "ALIBABA_CLOUD_CONFIG_FILE"
	EnvProfileDisabled = "ALIBABA_CLOUD_CLI_PROFILE_DISABLED"
	EnvRegion          = "ALIBABA_CLOUD_REGION_ID"
)

// Credentials sign requests. SecurityToken is set for temporary ones (STS).
type Credentials struct {
	AccessKeyID     string
	AccessKeySecret Secret
	SecurityToken   Secret
}

// MaskedID is the AccessKey ID with its middle hidden: enough to tell which one it was.
func (c Credentials) MaskedID() string {
	const shown = 4
	if len(c.AccessKeyID) < 3*shown {
		return "****"
	}
	return c.AccessKeyID[:shown] + "****" + c.AccessKeyID[len(c.AccessKeyID)-shown:]
}

// A CredentialsProvider gives the credentials for one request. It is asked anew for
// each, since temporary ones change.
type CredentialsProvider interface {
	Credentials(ctx context.Context) (Credentials, error)
}

// Credentials makes fixed credentials their own provider.
func (c Credentials) Credentials(context.Context) (Credentials, error) { return c, nil }

// A CredentialsError says that there are no usable credentials. It never holds what
// it found, only where it looked.
type CredentialsError struct {
	Reason string
	Advice string

	absent bool // nobody named a profile, and there is none
}

func (e *CredentialsError) Error() string { return "no usable credentials: " + e.Reason }

// Hint says how to provide credentials.
func (e *CredentialsError) Hint() string { return e.Advice }

const howToProvide = "set " + EnvAccessKeyID + " and " + EnvAccessKeySecret + " (with " + EnvSecurityToken +
	" for STS), or name a profile of ~/.aliyun/config.json with --profile or " + EnvProfile

// FindCredentials looks for credentials: with a profile name in that profile of the
// CLI's configuration and nowhere else; without, in the environment, then in the
// profile that the environment or the configuration names. A half-set environment
// is an error, never a reason to go on to another identity.
func FindCredentials(profileName string) (CredentialsProvider, error) {
	if profileName == "" && environmentHasCredentials() {
		return environmentCredentials()
	}
	profile, err := ReadProfile(profileName)
	if err != nil {
		return nil, err
	}
	return profile.credentials()
}

func environmentHasCredentials() bool {
	return os.Getenv(EnvAccessKeyID) != "" || os.Getenv(EnvAccessKeySecret) != "" || os.Getenv(EnvSecurityToken) != ""
}

func environmentCredentials() (CredentialsProvider, error) {
	for _, name := range []string{EnvAccessKeyID, EnvAccessKeySecret} {
		if os.Getenv(name) == "" {
			return nil, &CredentialsError{
				Reason: "the environment has only a part of them: " + name + " is not set",
				Advice: howToProvide,
			}
		}
	}
	provider, err := providers.NewEnvironmentVariableCredentialsProviderBuilder().Build()
	return libraryProvider("the environment", provider, err)
}

// A wrapped is a provider of credentials-go behind a mutex, which it needs: its
// providers are not safe for concurrent use.
type wrapped struct {
	source string
	mutex  sync.Mutex
	inner  providers.CredentialsProvider
}

// libraryProvider wraps what a builder of credentials-go returned. The library's
// error texts can repeat what they read, so none of them comes through.
func libraryProvider(source string, inner providers.CredentialsProvider, err error) (CredentialsProvider, error) {
	if err != nil {
		return nil, &CredentialsError{Reason: source + " holds none that can be used", Advice: howToProvide}
	}
	provider := &wrapped{source: source, inner: inner}
	_, err = provider.Credentials(context.Background())
	return provider, err
}

func (w *wrapped) Credentials(context.Context) (Credentials, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	found, err := w.inner.GetCredentials()
	if err != nil {
		return Credentials{}, &CredentialsError{Reason: w.source + " holds none that can be used", Advice: howToProvide}
	}
	credentials := Credentials{found.AccessKeyId, Secret(found.AccessKeySecret), Secret(found.SecurityToken)}
	return credentials, credentials.check(w.source)
}

// check refuses what cannot be sent as a header: a key pasted with a line break, say.
func (c Credentials) check(source string) error {
	parts := []struct{ what, value string }{
		{"AccessKey ID", c.AccessKeyID},
		{"AccessKey secret", string(c.AccessKeySecret)},
		{"security token", string(c.SecurityToken)},
	}
	for _, part := range parts {
		if strings.ContainsFunc(part.value, notInHeader) {
			return &CredentialsError{
				Reason: fmt.Sprintf("the %s of %s has a space, a line break or another character that no key has", part.what, source),
				Advice: "copy it again",
			}
		}
	}
	return nil
}

func notInHeader(r rune) bool { return r <= ' ' || r >= 0x7f }
