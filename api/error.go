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

// A Call is the call that an error is about.
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

// An Error is a refusal by the service with all that it says.
type Error struct {
	Call
	HTTPStatus int
	Code       string // the vendor's, also one that [RuleFor] does not know
	Message    string // the vendor's words, without what they may echo of the request
	RequestID  string
	RetryAfter time.Duration // how long the service asks to wait; 0 if it does not
	Renewal    string        // what to do if the credentials that signed the request have expired

	clockOffset time.Duration
}

// Error is one sentence with everything that the vendor's support asks for.
func (e *Error) Error() string {
	message := strings.TrimRight(strings.TrimSpace(e.Message), ".")
	if message == "" {
		message = "no reason given"
	}
	return fmt.Sprintf("%s was refused by %s: %s (code %s, HTTP %d, request id %s)",
		e.Call, e.Host, message, e.Code, e.HTTPStatus, e.RequestID)
}

// Rule says what the Code means.
func (e *Error) Rule() Rule { return RuleFor(e.Code) }

// Throttled reports whether the service, or a gateway before it, has refused a request because
// there were too many.
func Throttled(err error) bool {
	if lost, ok := errors.AsType[*NoAnswerError](err); ok {
		return lost.HTTPStatus == http.StatusTooManyRequests
	}
	refusal, ok := errors.AsType[*Error](err)
	return ok && (refusal.HTTPStatus == http.StatusTooManyRequests || saysThrottling(refusal.Code))
}

// MaybeDone reports whether the service may have done the operation although it ended with
// err: a request that was sent and got no readable answer, a refusal that does not tell
// how far the service came, or one by a gateway.
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

// KindOf is the kind of the refusal in err's chain; ok is false if there is none.
func KindOf(err error) (kind Kind, ok bool) {
	refusal, ok := errors.AsType[*Error](err)
	if !ok {
		return Refused, false
	}
	return refusal.Rule().Kind, true
}

// A NoAnswerError says that no readable answer of the service came: the service was not
// reached, the connection broke, or the answer was of another kind. Whether the service did
// the operation is then unknown.
type NoAnswerError struct {
	Call
	Reason     string        // without URL, query or header of the request
	HTTPStatus int           // 0 if not even a status came
	RequestID  string        // "" if the answer had none that could be read
	Sent       bool          // the request was on its way, so that the service may have it
	RetryAfter time.Duration // how long the answer asks to wait; 0 if it does not
	Err        error         // the cause, for errors.Is; its text is never shown

	reused bool // the connection had served before: the server may merely have closed it
}

// onTheWay reports whether something between here and the service refused the request: a
// 4xx that is no answer of the service.
func (e *NoAnswerError) onTheWay() bool { return e.HTTPStatus/100 == 4 }

// Error is one sentence; the query of the request is not in it.
func (e *NoAnswerError) Error() string {
	text := fmt.Sprintf("%s got no usable answer from %s: %s", e.Call, e.Host, e.Reason)
	if e.onTheWay() {
		text = fmt.Sprintf("%s was refused on the way to %s (HTTP %d): %s", e.Call, e.Host, e.HTTPStatus, e.Reason)
	}
	if e.RequestID != "" {
		text += " (request id " + e.RequestID + ")"
	}
	return text
}

// Unwrap gives the cause, such as context.Canceled.
func (e *NoAnswerError) Unwrap() error { return e.Err }

// noAnswer wraps an error of net/http, whose own text repeats the whole URL.
func noAnswer(call Call, err error) *NoAnswerError {
	return &NoAnswerError{Call: call, Reason: reason(err), Err: err}
}

// reason names the usual causes in words. Any other error is said in its own words without
// the URL.
func reason(err error) string {
	if cause, known := wire.Cause(err); known {
		return cause
	}
	if request, ok := errors.AsType[*url.Error](err); ok {
		return request.Err.Error()
	}
	return err.Error()
}
