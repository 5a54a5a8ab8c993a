package api

import (
	"context"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aliyun/credentials-go/credentials/providers"

	"mqttca/api/wire"
)

// A handout is one request of credentials-go for temporary credentials. Its providers
// know no context, are not safe for concurrent use, dereference what an answer may lack,
// and repeat answers and URLs in their errors. So each request has a provider of its own,
// which is asked beside the context, and left alone when that ends: it gives up by itself
// after a while, and nobody reads what it finds.
type handout struct {
	fetching
	secrets  []Secret      // what it is sent
	patience time.Duration // 0: handoutPatience
}

// handoutPatience bounds one request, from the connection to the last byte of the answer.
const handoutPatience = 15 * time.Second

// A builder makes a provider that keeps to the options.
type builder func(*providers.HttpOptions) (providers.CredentialsProvider, error)

// ask makes a provider and has it fetch.
func (h handout) ask(ctx context.Context, build builder) (Credentials, error) {
	if err := wire.CheckProxy(&url.URL{Scheme: "https", Host: h.host}); err != nil {
		return Credentials{}, err
	}
	type outcome struct {
		found Credentials
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		found, err := h.fetch(build)
		done <- outcome{found, err}
	}()
	select {
	case o := <-done:
		return o.found, o.err
	case <-ctx.Done():
		return Credentials{}, &fetchStoppedError{h.source, ctx.Err()}
	}
}

func (h handout) fetch(build builder) (found Credentials, err error) {
	defer func() {
		if recover() != nil {
			err = h.refused(string(noneUsable))
		}
	}()
	provider, err := build(httpOptions(h.patience))
	if err != nil {
		return Credentials{}, h.refused(string(noneUsable))
	}
	credentials, err := provider.GetCredentials()
	if err != nil {
		return Credentials{}, h.explain(err)
	}
	return Credentials{
		AccessKeyID:     credentials.AccessKeyId,
		AccessKeySecret: Secret(credentials.AccessKeySecret),
		SecurityToken:   Secret(credentials.SecurityToken),
		Expires:         expiry(provider),
	}, nil
}

// httpOptions shares a time out between connecting and reading: the library's client ends
// after the sum of both.
func httpOptions(patience time.Duration) *providers.HttpOptions {
	if patience == 0 {
		patience = handoutPatience
	}
	milliseconds := int(patience.Milliseconds())
	return &providers.HttpOptions{ConnectTimeout: milliseconds / 3, ReadTimeout: milliseconds - milliseconds/3}
}

// expiry is when the credentials that a provider fetched expire, zero where it does not
// know. The library shows it nowhere, but whoever runs a registration wants to know it.
func expiry(provider providers.CredentialsProvider) time.Time {
	field := reflect.Indirect(reflect.ValueOf(provider)).FieldByName("expirationTimestamp")
	if !field.IsValid() || !field.CanInt() || field.Int() <= 0 {
		return time.Time{}
	}
	return time.Unix(field.Int(), 0).UTC()
}

// checkLibrary refuses to have the library send anything where the environment makes it
// print what it sends: tokens stand in its headers.
func checkLibrary(source string) error {
	if !slices.Contains(strings.Split(os.Getenv("DEBUG"), ","), "credential") {
		return nil
	}
	return &CredentialsError{
		Reason: "DEBUG=credential makes the vendor's library print tokens, so nothing is fetched for " + source,
		Advice: "unset DEBUG, or take the word credential out of it",
	}
}
