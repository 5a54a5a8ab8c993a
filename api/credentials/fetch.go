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
	maxTemporaryBytes = 64 << 10         // far more than temporary credentials take
	temporaryPatience = 15 * time.Second // for one request
)

// temporary are the credentials that a credentials URI and the metadata service answer with.
type temporary struct {
	Code            string // of the metadata service only
	AccessKeyID     string `json:"AccessKeyId"`
	AccessKeySecret Secret
	SecurityToken   Secret
	Expiration      string
}

// decodeTemporary refuses an answer that does not say when it expires: it would be used
// for ever.
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

// A refusal is an answer without credentials that can be used.
type refusal struct {
	words           string // to be read behind the name of the sender
	code, requestID string // "" if it has none
	passing         bool   // the next request may succeed
}

func (r *refusal) Error() string { return r.words }

func refused(words string) error { return &refusal{words: words} }

func noneUsable() error { return refused("gave none that can be used") }

// fetchClient is a client for one request: the next is hours away.
func fetchClient(patience time.Duration) *http.Client {
	transport := wire.NewTransport()
	transport.DialContext = wire.Dial(patience)
	transport.DisableKeepAlives = true
	return wire.NewClient(transport, patience)
}

// fetchBody gives the body of an answer with status 200.
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

const uriAdvice = "check that the server behind the URI runs, and that it answers with AccessKeyId, AccessKeySecret, SecurityToken and Expiration"

// newURISource fetches credentials from a URI of the user. credentials-go would follow its
// redirects to any host, and in plain http.
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

// secureURL reads a URL that credentials come from: https, or http to a loopback address. The
// error repeats nothing of it.
func secureURL(source, raw string) (*url.URL, error) {
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
	return nil, &Error{Reason: fmt.Sprintf("the address of %s is %s", source, wrong), Advice: "give an address with https"}
}
