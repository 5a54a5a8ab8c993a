package credentials

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
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
		return Credentials{}, noneUsable
	}
	expires, err := time.Parse(time.RFC3339, t.Expiration)
	if err != nil || t.Code != "" && t.Code != "Success" || t.AccessKeyID == "" || t.AccessKeySecret == "" || t.SecurityToken == "" {
		return Credentials{}, noneUsable
	}
	return Credentials{AccessKeyID: t.AccessKeyID, AccessKeySecret: t.AccessKeySecret, SecurityToken: t.SecurityToken, Expires: expires.UTC()}, nil
}

// An answerError says what is wrong with an answer, in words that follow the name of its
// sender.
type answerError string

func (e answerError) Error() string { return string(e) }

const noneUsable = answerError("gave none that can be used")

// fetchClient is a client for one request: the next is hours away.
func fetchClient(patience time.Duration) *http.Client {
	transport := wire.NewTransport()
	transport.DialContext = (&net.Dialer{Timeout: patience}).DialContext
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
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, answerError(fmt.Sprintf("answered HTTP %d", resp.StatusCode))
	}
	body, err := wire.ReadUpTo(resp.Body, maxTemporaryBytes)
	if errors.Is(err, wire.ErrTooLong) {
		return nil, noneUsable
	}
	return body, err
}

// An origin names a source of temporary credentials.
type origin struct {
	source string // whose credentials
	host   string // that gives them
	advice string // what to do if it gives none
}

// provider renews credentials with fetch and explains its errors.
func (o origin) provider(fetch func(context.Context) (Credentials, error)) Provider {
	return newRenewed(o.source, func(ctx context.Context) (Credentials, error) {
		found, err := fetch(ctx)
		if err != nil {
			return Credentials{}, o.failed(ctx, err)
		}
		return found, nil
	})
}

// failed explains an error of fetching. If the context ended, that is the reason.
func (o origin) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return &StoppedError{o.source, ctx.Err()}
	}
	if misset, ok := errors.AsType[*wire.EnvironmentError](err); ok {
		return misset
	}
	if wrong, ok := errors.AsType[answerError](err); ok {
		return o.refused(string(wrong))
	}
	return o.unreachable(err)
}

// refused is the error of an origin that gave no credentials.
func (o origin) refused(how string) *Error {
	return &Error{Reason: o.source + ": " + o.host + " " + how, Advice: o.advice}
}

// unreachable explains an error of net/http without repeating anything of an answer.
func (o origin) unreachable(err error) *Error {
	cause, known := wire.Cause(err)
	if !known {
		cause = "the connection failed"
	}
	return o.refused("could not be asked: " + wire.Shortened(cause))
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
	return origin{source, u.Host, uriAdvice}.provider(func(ctx context.Context) (Credentials, error) {
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
