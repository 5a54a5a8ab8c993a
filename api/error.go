package api

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"mqttca/api/wire"
)

// A Call identifies a call in its errors.
type Call struct {
	Operation string
	Instance  string // the instance id, "" if the operation has none
	Host      string // the endpoint's host and port
}

func (c Call) String() string {
	if c.Instance == "" {
		return c.Operation
	}
	return c.Operation + " for instance " + c.Instance
}

// An Error is a refusal by the service with all its details.
type Error struct {
	Call
	HTTPStatus int
	Code       string // the vendor's, even if unknown to [RuleFor]
	Message    string // the vendor's words, without echoes of the request
	RequestID  string
	RetryAfter time.Duration // the pause requested by the service, or 0
	Renewal    string        // the advice if the signing credentials have expired

	clockOffset time.Duration
}

// Error returns one sentence with everything the vendor's support asks for.
func (e *Error) Error() string {
	message := strings.TrimRight(strings.TrimSpace(e.Message), ".")
	if message == "" {
		message = "no reason given"
	}
	return fmt.Sprintf("%s was refused by %s: %s (code %s, HTTP %d, request id %s)",
		e.Call, e.Host, message, e.Code, e.HTTPStatus, e.RequestID)
}

// Rule returns the meaning of the Code.
func (e *Error) Rule() Rule { return RuleFor(e.Code) }

// Throttled reports whether the service, or a gateway before it, refused a request because there
// were too many.
func Throttled(err error) bool {
	if lost, ok := errors.AsType[*NoAnswerError](err); ok {
		return lost.HTTPStatus == http.StatusTooManyRequests
	}
	refusal, ok := errors.AsType[*Error](err)
	return ok && (refusal.HTTPStatus == http.StatusTooManyRequests || saysThrottling(refusal.Code))
}

// MaybeDone reports whether the service may have done the operation although it ended with err: a
// sent request without a readable answer, an ambiguous refusal, or one by a gateway.
func MaybeDone(err error) bool {
	if lost, ok := errors.AsType[*NoAnswerError](err); ok {
		return lost.Sent
	}
	refusal, ok := errors.AsType[*Error](err)
	if !ok {
		return false
	}
	kind := refusal.Rule().Kind
	return kind.MaybeDone() || kind == Undocumented && refusal.HTTPStatus >= 500
}

// KindOf returns the kind of the refusal in err's chain; ok is false if there is none.
func KindOf(err error) (kind Kind, ok bool) {
	refusal, ok := errors.AsType[*Error](err)
	if !ok {
		return Refused, false
	}
	return refusal.Rule().Kind, true
}

// A NoAnswerError is the lack of a readable answer from the service: the service was not reached,
// the connection broke, or the answer had another form. It is then unknown whether the service did
// the operation.
type NoAnswerError struct {
	Call
	Reason     string        // without the request's URL, query and headers
	HTTPStatus int           // 0 if no status came
	RequestID  string        // "" if the answer had no readable one
	Sent       bool          // the request was sent, so the service may have received it
	RetryAfter time.Duration // the pause requested by the answer, or 0
	Err        error         // the cause, for errors.Is; its text is never shown

	reused  bool // the connection had served before: the server may have closed it while idle
	limited bool // the context would have ended before the limiter admitted the request
}

// onTheWay reports whether a proxy or gateway refused the request: with a 4xx in another form than
// the service's.
func (e *NoAnswerError) onTheWay() bool { return e.HTTPStatus/100 == 4 }

// Error returns one sentence, without the request's query.
func (e *NoAnswerError) Error() string {
	text := fmt.Sprintf("%s got no usable answer from %s: %s", e.Call, e.Host, e.Reason)
	if e.onTheWay() {
		text = fmt.Sprintf("%s was refused by a proxy or gateway on the way to %s (HTTP %d): %s", e.Call, e.Host, e.HTTPStatus, e.Reason)
	}
	if e.RequestID != "" {
		text += " (request id " + e.RequestID + ")"
	}
	return text
}

// Unwrap returns the cause, such as context.Canceled.
func (e *NoAnswerError) Unwrap() error { return e.Err }

// noAnswer wraps an error of net/http, whose own text repeats the whole URL.
func noAnswer(call Call, err error) *NoAnswerError {
	return &NoAnswerError{Call: call, Reason: reason(err), Err: err}
}

// reason names the usual causes in words. For any other error it returns the error's own words
// without the URL.
func reason(err error) string {
	if cause, known := wire.Cause(err); known {
		return cause
	}
	if request, ok := errors.AsType[*url.Error](err); ok {
		return request.Err.Error()
	}
	return err.Error()
}
