package credentials

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"mqttca/api/wire"
)

const (
	maxTemporaryBytes = 64 << 10         // far more than temporary credentials need
	temporaryPatience = 15 * time.Second // for one request
)

// temporary is an answer of a credentials URI or the metadata service.
type temporary struct {
	Code            string // from the metadata service only
	AccessKeyID     string `json:"AccessKeyId"`
	AccessKeySecret Secret
	SecurityToken   Secret
	Expiration      string
}

// decodeTemporary refuses an answer without an expiry: it would be used for ever.
func decodeTemporary(body []byte) (Credentials, error) {
	var t temporary
	if json.Unmarshal(body, &t) != nil {
		return Credentials{}, noneUsable()
	}
	expires, err := time.Parse(time.RFC3339, t.Expiration)
	if err != nil || t.Code != "" && t.Code != "Success" || t.AccessKeyID == "" || t.AccessKeySecret == "" || t.SecurityToken == "" {
		return Credentials{}, noneUsable()
	}
	return Credentials{AccessKeyID: t.AccessKeyID, AccessKeySecret: t.AccessKeySecret, SecurityToken: t.SecurityToken, Expires: expires.UTC()}, nil
}

// A refusal is an answer without usable credentials.
type refusal struct {
	words           string // follow the sender's name in a sentence
	code, requestID string // "" if it has none
	passing         bool   // the next request may succeed
}

func (r *refusal) Error() string { return r.words }

func refused(words string) error { return &refusal{words: words} }

func noneUsable() error { return refused("returned no usable credentials") }

// fetchClient returns a client for one request: the next is hours away.
func fetchClient(patience time.Duration) *http.Client {
	transport := wire.NewTransport()
	transport.DialContext = wire.Dial(patience)
	transport.DisableKeepAlives = true
	return wire.NewClient(transport, patience)
}

// fetchBody returns the body of an answer with status 200.
func fetchBody(ctx context.Context, client *http.Client, method, address string, header http.Header) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header = header
	resp, err := wire.Do(client, req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, &wire.StatusError{Status: resp.StatusCode, RetryAfter: wire.RetryAfter(resp.Header)}
	}
	body, err := wire.ReadUpTo(resp.Body, maxTemporaryBytes)
	if errors.Is(err, wire.ErrTooLong) {
		return nil, noneUsable()
	}
	return body, err
}

const uriAdvice = "check that the server at the URI runs, and answers with AccessKeyId, AccessKeySecret, SecurityToken and Expiration"

// newURISource fetches credentials from a user's URI. credentials-go would follow its redirects to
// any host, even in plain http.
func newURISource(source, uri string) (Provider, error) {
	u, err := secureURL(source, uri)
	if err := cmp.Or(err, checkExternal(source)); err != nil {
		return nil, err
	}
	client := fetchClient(temporaryPatience)
	return origin{source: source, host: u.Host, advice: uriAdvice}.provider(func(ctx context.Context) (Credentials, error) {
		body, err := fetchBody(ctx, client, http.MethodGet, u.String(), http.Header{})
		if err != nil {
			return Credentials{}, err
		}
		return decodeTemporary(body)
	}), nil
}

// secureURL parses a URL of credentials: https, or http to a loopback address. The error repeats
// nothing of it.
func secureURL(source, raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	wrong := ""
	switch {
	case err != nil || u.Hostname() == "" || !wire.ValidPort(u.Port()) || u.User != nil || u.Scheme != "http" && u.Scheme != "https":
		wrong = "is not an https URL"
	case u.Scheme == "http" && !wire.IsLoopback(u.Hostname()):
		wrong = "uses plain http, allowed for a loopback address only"
	default:
		return u, nil
	}
	return nil, &Error{Reason: fmt.Sprintf("the address of %s %s", source, wrong), Advice: "give an https URL"}
}
