package workflow

import (
	"context"
	"errors"
	"fmt"

	"mqttca/api"
	"mqttca/pki"
)

// An InactiveError is a CA listed as inactive.
type InactiveError struct {
	CA       *pki.CA
	Instance string
	Sn       string // as the service wrote it
}

func (e *InactiveError) Error() string {
	return fmt.Sprintf("CA \"%s\" is registered with instance %s (serial number %s), but it is inactive", e.CA.Subject(), e.Instance, e.Sn)
}

// A NotListedError is a CA missing in the instance's list.
type NotListedError struct {
	CA       fmt.Stringer
	Instance string
}

func (e *NotListedError) Error() string {
	return fmt.Sprintf("%s is not in the list of instance %s", e.CA, e.Instance)
}

// A TooLongError is a list too long to be kept in memory.
type TooLongError struct {
	Instance string
	MiB      int // the limit
}

func (e *TooLongError) Error() string {
	return fmt.Sprintf("the list of instance %s is over %d MiB, too large for the memory", e.Instance, e.MiB)
}

// An UnchangedError is a change the list does not show yet.
type UnchangedError struct {
	CA       fmt.Stringer
	Instance string
	State    string // as the list shows it: "active", say
}

func (e *UnchangedError) Error() string {
	return fmt.Sprintf("%s is still listed as %s by instance %s", e.CA, e.State, e.Instance)
}

// A SerialConflictError is a CA with the serial number of another certificate of the instance: the
// service would refuse it (SnNotUnique).
type SerialConflictError struct {
	CA       *pki.CA
	Instance string
	Other    api.CaCertificate
	Wanted   *pki.CA // another CA to register before; nil if Other is on the instance
}

func (e *SerialConflictError) Error() string {
	if e.Wanted != nil {
		return fmt.Sprintf("CA \"%s\" has the serial number %s of CA \"%s\", which is to be registered with instance %s before it",
			e.CA.Subject(), e.CA.SerialNumber(), e.Wanted.Subject(), e.Instance)
	}
	return fmt.Sprintf("CA \"%s\" has the serial number %s of another CA certificate on instance %s, %s",
		e.CA.Subject(), e.CA.SerialNumber(), e.Instance, describe(e.Other))
}

// describe names an entry of the list, by its certificate if it can be parsed.
func describe(entry api.CaCertificate) string {
	certificate, err := pki.ParseCertificate(entry.CaContent)
	if err != nil {
		return fmt.Sprintf("%q (serial number %s)", entry.CaName, entry.Sn)
	}
	other := pki.CA{Certificate: certificate}
	return fmt.Sprintf("%q (subject \"%s\", serial number %s, SHA-256 %s)", entry.CaName, other.Subject(), entry.Sn, other.SHA256())
}

// An OddCodeError is a code unfit for a certificate.
type OddCodeError struct {
	Instance  string
	RequestID string
	Fault     error // of the code
}

func (e *OddCodeError) Error() string {
	return fmt.Sprintf("instance %s issued a registration code that does not fit into a certificate (request id %s): %s",
		e.Instance, e.RequestID, e.Fault)
}

// A SameCodeError is a new code equal to the refused one.
type SameCodeError struct {
	Instance string
	Code     string
}

func (e *SameCodeError) Error() string {
	return fmt.Sprintf("instance %s refused the registration code %q and issued it again", e.Instance, e.Code)
}

// A CodesUsedUpError is a run whose codes all went stale before their certificates arrived.
type CodesUsedUpError struct {
	Instance string
	Tries    int
	Err      error // the last refusal
}

func (e *CodesUsedUpError) Error() string {
	return fmt.Sprintf("%d registration codes of instance %s became invalid one after the other: %s", e.Tries, e.Instance, e.Err)
}

func (e *CodesUsedUpError) Unwrap() error { return e.Err }

// An UnknownError is a submission or another change without an answer, if the list did not show it
// or could not be read. The change may have taken effect.
type UnknownError struct {
	CA       fmt.Stringer
	Done     string // the possible change of the CA: "registered with", "deleted from"
	Instance string
	Submit   error // why there is no answer
	Look     error // of the look at the list; nil if there was no time for one
}

func (e *UnknownError) Error() string {
	message := fmt.Sprintf("cannot tell whether %s was %s instance %s: %s", e.CA, e.Done, e.Instance, e.Submit)
	if e.Look != nil {
		message += ", and then " + seen(e.Look)
	}
	return message
}

func (e *UnknownError) Unwrap() []error { return []error{e.Submit, e.Look} }

// An AcceptedError is a submission or another change accepted by the service and then missing in
// the list.
type AcceptedError struct {
	What      string // the accepted change, such as "the activation of "; "" for the CA itself
	CA        fmt.Stringer
	Instance  string
	RequestID string // of the submission or the change
	Err       error  // why it is not confirmed
}

func (e *AcceptedError) Error() string {
	return fmt.Sprintf("instance %s accepted %s%s (request id %s), but it is not confirmed: %s",
		e.Instance, e.What, e.CA, e.RequestID, seen(e.Err))
}

func (e *AcceptedError) Unwrap() error { return e.Err }

// A StoppedError is a run ended by its context: while it waited for the CA, or before anything was
// submitted.
type StoppedError struct {
	CA       fmt.Stringer
	Instance string
	Cause    error // context.Canceled or context.DeadlineExceeded
	Last     error // of the last look; nil if nothing was submitted yet
}

func (e *StoppedError) Error() string {
	switch {
	case e.Last != nil:
		return fmt.Sprintf("waiting for %s on instance %s: %s", e.CA, e.Instance, seen(e))
	case errors.Is(e.Cause, context.Canceled):
		return fmt.Sprintf("registering %s with instance %s was interrupted before anything was submitted", e.CA, e.Instance)
	}
	return fmt.Sprintf("the time ran out before %s was submitted to instance %s", e.CA, e.Instance)
}

func (e *StoppedError) Unwrap() []error { return []error{e.Cause, e.Last} }

// The reasons why work on many objects ends early.
var (
	errNoProgress = lateError{errors.New("no change succeeded within --timeout")}
	errFailFast   = errors.New("another change failed")
)

// A lateError counts as context.DeadlineExceeded.
type lateError struct{ error }

func (lateError) Is(target error) bool { return target == context.DeadlineExceeded }

// ending is the cause of an early end in words.
func ending(cause error) string {
	switch cause {
	case context.Canceled:
		return "interrupted"
	case context.DeadlineExceeded:
		return "the time ran out"
	}
	return cause.Error()
}

// seen describes the result of a look at the list in a few words, after the name of the CA.
func seen(err error) string {
	stopped, ended := errors.AsType[*StoppedError](err)
	same, unchanged := errors.AsType[*UnchangedError](err)
	switch {
	case ended && errors.Is(stopped.Cause, context.Canceled):
		return "the wait was interrupted"
	case ended && stopped.Last == nil: // it ended before the next submission, not during a look
		return "the time ran out"
	case ended:
		return "the time ran out (at the last look " + seen(stopped.Last) + ")"
	case is[*NotListedError](err):
		return "it was not in the list"
	case is[*InactiveError](err):
		return "it was listed as inactive"
	case unchanged:
		return "it was still listed as " + same.State
	}
	return err.Error()
}

// is reports whether there is an error of a type in err's chain.
func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
