package workflow

import (
	"crypto/x509"

	"mqttca/api"
)

// An Outcome is the end of a run, as it stands in JSON. A run that ended in an error has
// none: its error says what happened.
type Outcome string

// The outcomes of a run that ended well, and of one that goes on.
const (
	Submitting        Outcome = "submitting"         // about to submit or to activate the CA
	Registered        Outcome = "registered"         // by this run
	AlreadyRegistered Outcome = "already_registered" // before this run, which changed nothing
	Reactivated       Outcome = "reactivated"        // registered before, made active by this run
	Confirmed         Outcome = "confirmed"          // looked up, nothing else
	WouldRegister     Outcome = "would_register"     // a dry run: the CA is not there
	WouldReactivate   Outcome = "would_reactivate"   // a dry run: the CA is there, but inactive
)

// The outcomes of a change to a CA that is registered.
const (
	Activated       Outcome = "activated"
	AlreadyActive   Outcome = "already_active"
	Deactivated     Outcome = "deactivated"
	AlreadyInactive Outcome = "already_inactive"
	Deleted         Outcome = "deleted"
	AlreadyAbsent   Outcome = "already_absent" // there was nothing to delete
)

// The outcomes of a connection to the broker.
const (
	Connecting Outcome = "connecting" // about to connect
	Connected  Outcome = "connected"
)

// A Result is the progress of a run, also of one that ended in an error.
type Result struct {
	Outcome      Outcome            // of a run that ended well, or Submitting
	Listed       *api.CaCertificate // the CA as it was listed last; nil if it was not
	Verification *x509.Certificate  // the one submitted last; nil if none was
	Sn           string             // that the service acknowledged, also if the CA is not listed yet
	RequestID    string             // of the submission or activation; "" if none was answered
}
