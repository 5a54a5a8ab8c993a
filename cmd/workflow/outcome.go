package workflow

import (
	"crypto/x509"

	"mqttca/api"
)

// An Outcome is the end of a run, as it stands in JSON. A failed run has none: its error describes
// its end.
type Outcome string

// The outcomes of successful runs, and of a run in progress.
const (
	Submitting        Outcome = "submitting"         // about to submit or to activate the CA
	Registered        Outcome = "registered"         // by this run
	AlreadyRegistered Outcome = "already_registered" // before this run, which changed nothing
	Reactivated       Outcome = "reactivated"        // registered before, made active by this run
	Confirmed         Outcome = "confirmed"          // looked up, nothing else
	WouldRegister     Outcome = "would_register"     // a dry run: the CA is not there
	WouldReactivate   Outcome = "would_reactivate"   // a dry run: the CA is there, but inactive
)

// The outcomes of a change to a registered CA.
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

// A Result is the progress of a run, also of a failed one.
type Result struct {
	Outcome      Outcome            // of a successful run, or Submitting
	Listed       *api.CaCertificate // the CA as it was listed last; nil if it was not
	Verification *x509.Certificate  // the one submitted last; nil if none was
	Sn           string             // acknowledged by the service, even if the CA is not listed yet
	RequestID    string             // of the submission or activation; "" if none was answered
}
