package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"mqttca/api/wire"
)

// maxTemporaryBytes is far more than temporary credentials take.
const maxTemporaryBytes = 64 << 10

// temporaryPatience bounds one request for temporary credentials.
const temporaryPatience = 15 * time.Second

// temporary are the credentials that a credentials URI and the metadata service answer with.
type temporary struct {
	Code            string // of the metadata service only
	AccessKeyID     string `json:"AccessKeyId"`
	AccessKeySecret Secret
	SecurityToken   Secret
	Expiration      string
}

// credentials takes nothing that does not say when it expires: it would be used for ever.
func (t temporary) credentials() (Credentials, error) {
	expires, err := time.Parse(time.RFC3339, t.Expiration)
	if err != nil || t.Code != "" && t.Code != "Success" || t.AccessKeyID == "" || t.AccessKeySecret == "" || t.SecurityToken == "" {
		return Credentials{}, noneUsable
	}
	return Credentials{AccessKeyID: t.AccessKeyID, AccessKeySecret: t.AccessKeySecret, SecurityToken: t.SecurityToken, Expires: expires.UTC()}, nil
}

// An answerError says what is wrong with an answer, to be read behind the name of who gave it.
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
func fetchBody(client *http.Client, req *http.Request) ([]byte, error) {
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

func decodeTemporary(body []byte) (Credentials, error) {
	var t temporary
	if json.Unmarshal(body, &t) != nil {
		return Credentials{}, noneUsable
	}
	return t.credentials()
}

// A fetching is the origin of temporary credentials, in words.
type fetching struct {
	source string // whose credentials
	host   string // who gives them
	advice string // what to do where it does not
}

// failed says why there are none. Where the context ended, it was that.
func (f fetching) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return &fetchStoppedError{f.source, ctx.Err()}
	}
	var misset *wire.EnvironmentError
	if errors.As(err, &misset) {
		return misset
	}
	var wrong answerError
	if errors.As(err, &wrong) {
		return f.refused(string(wrong))
	}
	return f.unasked(err)
}

// refused puts what was wrong behind the name of who gave nothing.
func (f fetching) refused(how string) *CredentialsError {
	return &CredentialsError{Reason: f.source + ": " + f.host + " " + how, Advice: f.advice}
}

// unasked keeps of an error of net/http only causes that repeat nothing of an answer.
func (f fetching) unasked(err error) *CredentialsError {
	cause, known := wire.Cause(err)
	if !known {
		cause = "the connection failed"
	}
	return f.refused("could not be asked: " + wire.Shortened(cause))
}
