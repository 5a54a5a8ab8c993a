package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"

	"mqttca/api/credentials"
	"mqttca/api/wire"
)

// maxAnswerBytes is room for a page of 100 CA certificates, each of the largest size for a request
// line, with their verification certificates.
const maxAnswerBytes = 8 << 20

// maxValues far exceeds the values of such a page: a few bytes of JSON can make an entry of
// hundreds of bytes in memory.
const maxValues = 10_000

// An answerReader turns one HTTP response into a decoded answer or an error.
type answerReader struct {
	call   Call
	signer credentials.Credentials // its secrets are removed from messages of the service
}

// A reply has the fields of every answer of the service, success or refusal. The answers of the
// operations embed it.
type reply struct {
	RequestID wire.Text `json:"RequestId"`
	Code      wire.Text
	Message   wire.Text

	maxBytes  int // the maximum length of an answer; 0: maxAnswerBytes
	maxValues int // 0: maxValues
}

func (r *reply) common() reply { return *r }

// An answer is the struct for the JSON of an operation.
type answer interface{ common() reply }

// read decodes a 2xx answer into answer. It fails with an [*Error] if the answer is a refusal in
// the service's own shape, by its status or by a Code known to [RuleFor], and with a
// [*NoAnswerError] if it has neither shape.
func (r answerReader) read(resp *http.Response, answer answer) (requestID string, err error) {
	body, err := r.body(resp, answer.common())
	if err != nil {
		return "", err
	}
	refused := resp.StatusCode/100 != 2
	if refused {
		answer = &reply{}
	}
	failure := r.decode(resp, body, answer)
	common := answer.common()
	if failure == nil && refused && common.Code == "" {
		failure = r.unreadable(resp, "has no error code", nil)
	}
	requestID = wire.Shortened(common.RequestID)
	switch {
	case failure != nil:
		failure.RequestID = requestID
		return requestID, failure
	case refused, RuleFor(string(common.Code)).Kind != Undocumented:
		refusal := common.refusal(r.call, resp.StatusCode)
		refusal.RetryAfter = wire.RetryAfter(resp.Header)
		return requestID, refusal
	}
	return requestID, nil
}

func (r answerReader) body(resp *http.Response, limits reply) ([]byte, error) {
	maxBytes, maxValues := cmp.Or(limits.maxBytes, maxAnswerBytes), cmp.Or(limits.maxValues, maxValues)
	body, err := wire.ReadUpTo(resp.Body, maxBytes)
	switch {
	case errors.Is(err, wire.ErrTooLong):
		return nil, r.unreadable(resp, fmt.Sprintf("is over %d MiB long", maxBytes>>20), err)
	case err != nil:
		return nil, r.unreadable(resp, "broke off: "+reason(err), err)
	case bytes.Count(body, []byte(",")) > maxValues:
		return nil, r.unreadable(resp, fmt.Sprintf("has over %d values", maxValues), nil)
	case resp.StatusCode/100 == 3:
		return nil, r.unreadable(resp, "is a redirect, which mqttca never follows", nil)
	}
	return r.signer.RedactJSON(body), nil
}

func (r answerReader) decode(resp *http.Response, body []byte, into answer) *NoAnswerError {
	err := json.Unmarshal(body, into)
	switch {
	case err == nil:
		return nil
	case json.Valid(body):
		return r.unreadable(resp, "is JSON in an unexpected form", err)
	}
	return r.unreadable(resp, r.notJSON(resp), err)
}

// refusal returns the refusal with the service's message, cut if it is long, and without the signed
// text, which the service repeats with SignatureDoesNotMatch.
func (r reply) refusal(call Call, status int) *Error {
	message := wire.Shortened(r.Message)
	if r.Code == "SignatureDoesNotMatch" {
		message = "the signature does not match the request"
	}
	return &Error{Call: call, HTTPStatus: status, Code: wire.Shortened(r.Code), Message: message, RequestID: wire.Shortened(r.RequestID)}
}

// callFor is [Client.call] for an answer with a required field.
func (c *Client) callFor(ctx context.Context, op operation, params url.Values, answer answer, field string, has func() bool) error {
	err := c.call(ctx, op, params, answer)
	if err == nil && !has() {
		err = missingField(c.about(op, params), answer, field)
	}
	return err
}

// missingField returns the error for a 2xx answer without a required field. If the answer has a
// Code, it is a refusal.
func missingField(call Call, answer answer, field string) error {
	common := answer.common()
	if common.Code != "" {
		return common.refusal(call, http.StatusOK)
	}
	return &NoAnswerError{Call: call, HTTPStatus: http.StatusOK, RequestID: wire.Shortened(common.RequestID), Sent: true, Reason: "the answer has no " + field}
}

func (r answerReader) unreadable(resp *http.Response, what string, cause error) *NoAnswerError {
	failure := &NoAnswerError{
		Call:       r.call,
		HTTPStatus: resp.StatusCode,
		RetryAfter: wire.RetryAfter(resp.Header),
		Reason:     fmt.Sprintf("the answer (HTTP %d) %s", resp.StatusCode, what),
		Err:        cause,
	}
	failure.Sent = !failure.onTheWay()
	if !failure.Sent {
		failure.Reason = "the answer " + what
	}
	return failure
}

// notJSON names the type claimed by the answer.
func (r answerReader) notJSON(resp *http.Response) string {
	claim := r.signer.Redact(resp.Header.Get("Content-Type")) // parsing makes it lower case
	kind, _, err := mime.ParseMediaType(claim)
	switch {
	case err != nil:
		return "is not JSON and has no valid Content-Type"
	case kind == "application/json":
		return "is not valid JSON"
	}
	return "is not JSON but " + kind
}
