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

// requestPatience bounds one request to STS, from the connection to the last byte of the answer.
const requestPatience = 15 * time.Second

// A builder makes a provider with the given options.
type builder func(*providers.HttpOptions) (providers.CredentialsProvider, error)

// askSTS requests temporary credentials from STS with credentials-go. Its providers are not safe
// for concurrent use, dereference fields which an answer may lack, and repeat answers and URLs in
// their errors: each request has its own provider, and a [tunnel] for everything the library does
// not bound. secrets are the secrets sent.
func askSTS(ctx context.Context, host string, secrets []Secret, build builder) (found Credentials, err error) {
	ctx, cancel := context.WithTimeout(ctx, requestPatience)
	defer cancel()
	err = throughTunnel(ctx, host, func(proxy string) (err error) {
		defer func() {
			if recover() != nil {
				err = noneUsable()
			}
		}()
		patience := int(requestPatience.Milliseconds())
		provider, err := build(&providers.HttpOptions{Proxy: proxy, ConnectTimeout: patience, ReadTimeout: patience})
		if err != nil {
			return noneUsable()
		}
		fetched, err := provider.GetCredentials()
		if err != nil {
			return refusalOf(err, secrets)
		}
		found = Credentials{
			AccessKeyID:     fetched.AccessKeyId,
			AccessKeySecret: Secret(fetched.AccessKeySecret),
			SecurityToken:   Secret(fetched.SecurityToken),
			Expires:         expiry(provider),
		}
		return nil
	})
	return found, err
}

// expiry returns the time at which a provider's credentials expire, zero if unknown. The library
// keeps it in a private field.
func expiry(provider providers.CredentialsProvider) time.Time {
	field := reflect.Indirect(reflect.ValueOf(provider)).FieldByName("expirationTimestamp")
	if !field.IsValid() || !field.CanInt() || field.Int() <= 0 {
		return time.Time{}
	}
	return time.Unix(field.Int(), 0).UTC()
}

// checkLibrary refuses to use the library if the environment makes it print its requests: their
// headers contain tokens.
func checkLibrary(source string) error {
	if !slices.Contains(strings.Split(os.Getenv("DEBUG"), ","), "credential") {
		return nil
	}
	return &Error{
		Reason: "DEBUG=credential makes the vendor's library print tokens, so mqttca fetches nothing for " + source,
		Advice: "unset DEBUG, or remove the word credential from it",
	}
}

// refusalOf words an error of the library: its own text contains URLs with signatures and whole
// answers, but no HTTP status. STS refuses in JSON. An HTML page comes from a gateway on the way,
// whose failure may pass.
func refusalOf(err error, secrets []Secret) error {
	if _, ok := errors.AsType[*url.Error](err); ok || wire.Judge(err).MayPass {
		return err
	}
	_, body, isAnswer := strings.Cut(err.Error(), " session token failed: ")
	if !isAnswer {
		return noneUsable()
	}
	if strings.HasPrefix(strings.TrimSpace(body), "<") {
		return &refusal{words: "answered with an HTML page", passing: true}
	}
	code, requestID := refusalIn(body, secrets)
	if code == "" && requestID == "" {
		return noneUsable()
	}
	return &refusal{
		words:     fmt.Sprintf("refused the request (code %s, request id %s)", cmp.Or(code, "none"), cmp.Or(requestID, "none")),
		code:      code,
		requestID: requestID,
		passing:   strings.HasPrefix(code, "Throttling") || code == "ServiceUnavailable" || code == "InternalError",
	}
}

// The forms of the vendor's codes and request ids. Nothing else is taken from a refusal: it may
// repeat secrets.
const (
	codeForm      = `^[A-Z][A-Za-z]+(\.[A-Za-z]+)*$`
	requestIDForm = `^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`
	longestCode   = 80
)

func refusalIn(body string, secrets []Secret) (code, requestID string) {
	var found struct{ Code, RequestID wire.Text }
	if json.NewDecoder(bytes.NewReader(redactAll(withoutEscapes([]byte(body)), secrets))).Decode(&found) != nil {
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
