package workflow

import (
	"context"
	"errors"

	"mqttca/api"
)

// An Outcome is how a run ended, as it stands in JSON.
type Outcome string

// The outcomes of a run that ended well.
const (
	Registered        Outcome = "registered"         // by this run
	AlreadyRegistered Outcome = "already_registered" // before this run, which changed nothing
	Reactivated       Outcome = "reactivated"        // registered before, made active by this run
	Confirmed         Outcome = "confirmed"          // looked up, nothing else
	WouldRegister     Outcome = "would_register"     // a dry run: the CA is not there
	WouldReactivate   Outcome = "would_reactivate"   // a dry run: the CA is there, but inactive
)

// The outcomes of a change to a CA that is registered. What was so before was not asked of
// the service again.
const (
	Activated       Outcome = "activated"
	AlreadyActive   Outcome = "already_active"
	Deactivated     Outcome = "deactivated"
	AlreadyInactive Outcome = "already_inactive"
	Deleted         Outcome = "deleted"
	AlreadyAbsent   Outcome = "already_absent" // there is nothing to delete
)

// The outcomes of a run that ended in an error.
const (
	Refused     Outcome = "refused"     // by the service
	Unknown     Outcome = "unknown"     // a submission got no answer, and the list did not settle it
	Unconfirmed Outcome = "unconfirmed" // the CA is registered or was accepted, but does not show as active
	Interrupted Outcome = "interrupted"
	Failed      Outcome = "failed" // for another reason
)

// outcomeOf is the outcome of a run that ended in err.
func outcomeOf(err error) Outcome {
	var (
		unknown  *UnknownError
		accepted *AcceptedError
		refusal  *api.Error
		sameCode *SameCodeError
		inactive *InactiveError
	)
	switch {
	case errors.Is(err, context.Canceled):
		return Interrupted
	case errors.As(err, &unknown):
		return Unknown
	case errors.As(err, &accepted), errors.As(err, &inactive):
		return Unconfirmed
	case errors.As(err, &refusal), errors.As(err, &sameCode):
		return Refused
	}
	return Failed
}
