package credentials

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aliyun/credentials-go/credentials/providers"

	"mqttca/api/wire"
)

// An stsRequest asks STS for temporary credentials by credentials-go. Its providers know no context, are not safe for concurrent use,
// dereference what an answer may lack, and repeat answers and URLs in their errors. So each
// request has a provider of its own, which is left alone when the context ends: it gives up
// by itself, and its result is dropped.
type stsRequest struct {
	origin
	secrets  []Secret      // what is sent
	patience time.Duration // 0: requestPatience
}

// requestPatience bounds one request, from the connection to the last byte of the answer.
const requestPatience = 15 * time.Second

// A builder makes a provider that keeps to the options.
type builder func(*providers.HttpOptions) (providers.CredentialsProvider, error)

// ask makes a provider and has it fetch.
func (r stsRequest) ask(ctx context.Context, build builder) (Credentials, error) {
	if err := wire.CheckProxy(&url.URL{Scheme: "https", Host: r.host}); err != nil {
		return Credentials{}, err
	}
	type outcome struct {
		found Credentials
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		found, err := r.fetch(build)
		done <- outcome{found, err}
	}()
	select {
	case o := <-done:
		return o.found, o.err
	case <-ctx.Done():
		return Credentials{}, &StoppedError{r.source, ctx.Err()}
	}
}

func (r stsRequest) fetch(build builder) (found Credentials, err error) {
	defer func() {
		if recover() != nil {
			err = r.refused(string(noneUsable))
		}
	}()
	provider, err := build(httpOptions(cmp.Or(r.patience, requestPatience)))
	if err != nil {
		return Credentials{}, r.refused(string(noneUsable))
	}
	fetched, err := provider.GetCredentials()
	if err != nil {
		return Credentials{}, r.explain(err)
	}
	return Credentials{
		AccessKeyID:     fetched.AccessKeyId,
		AccessKeySecret: Secret(fetched.AccessKeySecret),
		SecurityToken:   Secret(fetched.SecurityToken),
		Expires:         expiry(provider),
	}, nil
}

// httpOptions shares a time out between connecting and reading: the library's client ends
// after the sum of both.
func httpOptions(patience time.Duration) *providers.HttpOptions {
	milliseconds := int(patience.Milliseconds())
	return &providers.HttpOptions{ConnectTimeout: milliseconds / 3, ReadTimeout: milliseconds - milliseconds/3}
}

// expiry is the time at which a provider's credentials expire, zero if it is unknown. The
// library keeps it in a private field.
func expiry(provider providers.CredentialsProvider) time.Time {
	field := reflect.Indirect(reflect.ValueOf(provider)).FieldByName("expirationTimestamp")
	if !field.IsValid() || !field.CanInt() || field.Int() <= 0 {
		return time.Time{}
	}
	return time.Unix(field.Int(), 0).UTC()
}

// checkLibrary refuses to have the library send anything if the environment makes it print
// what it sends: tokens stand in its headers.
func checkLibrary(source string) error {
	if !slices.Contains(strings.Split(os.Getenv("DEBUG"), ","), "credential") {
		return nil
	}
	return &Error{
		Reason: "DEBUG=credential makes the vendor's library print tokens, so nothing is fetched for " + source,
		Advice: "unset DEBUG, or take the word credential out of it",
	}
}

// explain puts an error of the library into words: its own hold URLs with signatures, and
// whole answers.
func (r stsRequest) explain(err error) error {
	if _, ok := errors.AsType[*url.Error](err); ok {
		failure := r.unreachable(err)
		failure.Advice = "check the network and HTTPS_PROXY; running it again is safe"
		return failure
	}
	code, requestID := refusalIn(err.Error(), r.secrets)
	if code == "" && requestID == "" {
		return r.refused(string(noneUsable))
	}
	failure := r.refused(fmt.Sprintf("refused to give any (code %s, request id %s)", cmp.Or(code, "none"), cmp.Or(requestID, "none")))
	failure.Code, failure.RequestID = code, requestID
	return failure
}

// The forms of the vendor's codes and request ids. Nothing else is taken from a refusal: it
// may echo secrets.
const (
	codeForm      = `^[A-Z][A-Za-z]+(\.[A-Za-z]+)*$`
	requestIDForm = `^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`
	longestCode   = 80
)

// refusalIn looks for the JSON of an answer at the end of an error's text.
func refusalIn(message string, secrets []Secret) (code, requestID string) {
	start := strings.IndexByte(message, '{')
	if start < 0 {
		return "", ""
	}
	var found struct{ Code, RequestID wire.Text }
	body := redactAll(withoutEscapes([]byte(message[start:])), secrets)
	if json.NewDecoder(bytes.NewReader(body)).Decode(&found) != nil {
		return "", ""
	}
	if len(found.Code) <= longestCode && regexp.MustCompile(codeForm).MatchString(string(found.Code)) {
		code = string(found.Code)
	}
	if regexp.MustCompile(requestIDForm).MatchString(string(found.RequestID)) {
		requestID = string(found.RequestID)
	}
	return code, requestID
}
