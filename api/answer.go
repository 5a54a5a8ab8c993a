package api

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxAnswerBytes is room for a page of 100 CA certificates, each of the largest
// size that a request line can carry, with its verification certificate.
const maxAnswerBytes = 8 << 20

// An answerReader turns one HTTP response into a decoded answer or an error.
type answerReader struct {
	call        Call
	credentials Credentials // what a message of the service must not echo
}

// A reply is what every answer of the service carries; the answers of the operations
// embed it.
type reply struct {
	RequestID string `json:"RequestId"`
}

func (r *reply) requestID() string { return r.RequestID }

// An answer is what the service's JSON is decoded into.
type answer interface{ requestID() string }

// A rejection is an answer that refuses.
type rejection struct {
	reply
	Code    string
	Message string
}

// read decodes a 2xx answer into answer, and makes an [*Error] of any other that
// is in the service's own shape. What is in neither shape is a [*NoAnswerError].
func (r answerReader) read(resp *http.Response, answer answer) (requestID string, err error) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswerBytes+1))
	switch {
	case err != nil:
		failure := noAnswer(r.call, err)
		failure.HTTPStatus = resp.StatusCode
		failure.Reason = fmt.Sprintf("the answer (HTTP %d) broke off: %s", resp.StatusCode, failure.Reason)
		return "", failure
	case len(body) > maxAnswerBytes:
		return "", r.unreadable(resp, fmt.Sprintf("is over %d MiB long", maxAnswerBytes>>20), nil)
	case resp.StatusCode/100 == 3:
		return "", r.unreadable(resp, "is a redirect, and those are not followed", nil)
	}
	if resp.StatusCode/100 != 2 {
		var outer rejection
		if err := r.decode(resp, body, &outer); err != nil {
			return "", err
		}
		return outer.RequestID, r.refusal(resp, outer)
	}
	err = r.decode(resp, body, answer)
	return answer.requestID(), err
}

func (r answerReader) decode(resp *http.Response, body []byte, into any) error {
	err := json.Unmarshal(body, into)
	switch {
	case err == nil:
		return nil
	case json.Valid(body):
		return r.unreadable(resp, "is not in the shape of this operation", err)
	}
	return r.unreadable(resp, "is not JSON but "+contentType(resp), err)
}

func (r answerReader) refusal(resp *http.Response, outer rejection) error {
	if outer.Code == "" {
		return r.unreadable(resp, "has no error code", nil)
	}
	return &Error{
		Call:       r.call,
		HTTPStatus: resp.StatusCode,
		Code:       outer.Code,
		Message:    r.withoutEcho(outer),
		RequestID:  outer.RequestID,
		RetryAfter: retryAfter(resp),
	}
}

// retryAfter reads x-acs-retry-after, in milliseconds, which throttling answers can have.
func retryAfter(resp *http.Response) time.Duration {
	ms, err := strconv.ParseInt(resp.Header.Get("x-acs-retry-after"), 10, 32)
	if err != nil || ms < 0 {
		return 0
	}
	return time.Duration(ms) * time.Millisecond
}

// withoutEcho drops what the service repeats of the request: with
// SignatureDoesNotMatch that is the whole text that was signed.
func (r answerReader) withoutEcho(outer rejection) string {
	if outer.Code == "SignatureDoesNotMatch" {
		return "the signature does not match the request"
	}
	message := outer.Message
	for _, secret := range []Secret{r.credentials.AccessKeySecret, r.credentials.SecurityToken} {
		if secret != "" {
			message = strings.ReplaceAll(message, string(secret), redacted)
		}
	}
	return message
}

func (r answerReader) unreadable(resp *http.Response, what string, cause error) *NoAnswerError {
	return &NoAnswerError{
		Call:       r.call,
		HTTPStatus: resp.StatusCode,
		Reason:     fmt.Sprintf("the answer (HTTP %d) %s", resp.StatusCode, what),
		Err:        cause,
	}
}

// contentType is the media type that the answer claims, for a person to read.
func contentType(resp *http.Response) string {
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil {
		return "of no known type"
	}
	return kind
}

// A number is an integer that the service sends as a JSON number on one page and
// as a string on another. An empty string and null count as 0.
type number int64

func (n *number) UnmarshalJSON(data []byte) error {
	text := strings.Trim(string(data), `"`)
	if text == "" || text == "null" {
		*n = 0
		return nil
	}
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return fmt.Errorf("%s is not a whole number", data)
	}
	*n = number(value)
	return nil
}
