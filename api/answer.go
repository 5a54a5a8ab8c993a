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

// maxAnswerBytes is room for a page of 100 CA certificates, each of the largest
// size that a request line can carry, with its verification certificate.
const maxAnswerBytes = 8 << 20

// maxValues is far more than the values of such a page: a few bytes of JSON make an entry that
// takes hundreds in memory.
const maxValues = 10_000

// An answerReader turns one HTTP response into a decoded answer or an error.
type answerReader struct {
	call   Call
	signer credentials.Credentials // whose secrets a message of the service must not echo
}

// A reply has the fields that every answer of the service has, success or refusal. The
// answers of the operations embed it.
type reply struct {
	RequestID wire.Text `json:"RequestId"`
	Code      wire.Text
	Message   wire.Text

	maxBytes  int // the longest answer; 0: maxAnswerBytes
	maxValues int // 0: maxValues
}

func (r *reply) common() reply { return *r }

// An answer is the struct that the JSON of an operation is decoded into.
type answer interface{ common() reply }

// read decodes a 2xx answer into answer. It fails with an [*Error] if the answer is a refusal
// in the service's own shape, by its status or by a Code that [RuleFor] knows, and with a
// [*NoAnswerError] if it is in neither shape.
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
		return nil, r.unreadable(resp, "is a redirect, and those are not followed", nil)
	}
	return r.signer.RedactJSON(body), nil
}

func (r answerReader) decode(resp *http.Response, body []byte, into answer) *NoAnswerError {
	err := json.Unmarshal(body, into)
	switch {
	case err == nil:
		return nil
	case json.Valid(body):
		return r.unreadable(resp, "is not in the shape of this operation", err)
	}
	return r.unreadable(resp, r.notJSON(resp), err)
}

// refusal has the service's message, cut if it is long, but not the text that was signed,
// which the service repeats with SignatureDoesNotMatch.
func (r reply) refusal(call Call, status int) *Error {
	message := wire.Shortened(r.Message)
	if r.Code == "SignatureDoesNotMatch" {
		message = "the signature does not match the request"
	}
	return &Error{Call: call, HTTPStatus: status, Code: wire.Shortened(r.Code), Message: message, RequestID: wire.Shortened(r.RequestID)}
}

// callFor is [Client.call] for an answer that must have a field.
func (c *Client) callFor(ctx context.Context, op operation, params url.Values, answer answer, field string, has func() bool) error {
	err := c.call(ctx, op, params, answer)
	if err == nil && !has() {
		err = missingField(c.about(op, params), answer, field)
	}
	return err
}

// missingField is the error for a 2xx answer without a required field. If the answer has a
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

// notJSON says what the answer claims to be.
func (r answerReader) notJSON(resp *http.Response) string {
	claim := r.signer.Redact(resp.Header.Get("Content-Type")) // parsed it is in lower case
	kind, _, err := mime.ParseMediaType(claim)
	switch {
	case err != nil:
		return "is not JSON but of no known type"
	case kind == "application/json":
		return "claims to be JSON and is none"
	}
	return "is not JSON but " + kind
}
