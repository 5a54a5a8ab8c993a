package workflow

import (
	"context"
	"crypto/x509"
	"fmt"

	"mqttca/api"
	"mqttca/pki"
)

// An Instance is the ApsaraMQ for MQTT instance to work on.
type Instance struct {
	ID       string
	Client   *api.Client
	Observer Observer
}

// An Outcome is how a run ended that ended well.
type Outcome string

// The outcomes, as they stand in JSON.
const (
	Registered        Outcome = "registered"         // by this run
	AlreadyRegistered Outcome = "already_registered" // before this run, which changed nothing
	Reactivated       Outcome = "reactivated"        // registered before, made active by this run
	Confirmed         Outcome = "confirmed"          // looked up, nothing else
)

// A Result is a CA that is listed and active.
type Result struct {
	Outcome      Outcome
	Listed       api.CaCertificate
	Verification *x509.Certificate // what was submitted; nil where nothing was
	RequestID    string            // of the submission; "" where nothing was submitted
}

// precheck lists what the instance has and settles what can be settled by it: found
// is set where the CA is there and active, so that nothing is left to do. An error
// means that a submission would be wrong. With neither, the CA is not there.
func (i Instance) precheck(ctx context.Context, ca *pki.CA, name string) (found *api.CaCertificate, err error) {
	listed, err := during(i.Observer, List, func() ([]api.CaCertificate, error) {
		return i.Client.ListCaCertificate(ctx, i.ID)
	})
	if err != nil {
		return nil, err
	}
	if own := find(listed, ca); own != nil {
		return own, i.requireActive(ca, own)
	}
	for _, other := range listed {
		if sameSerialNumber(ca, other) {
			return nil, &SerialConflictError{CA: ca, Instance: i.ID, Other: other}
		}
		if other.CaName == name {
			i.Observer.Warned(fmt.Sprintf("instance %s has another CA certificate named %q already (Sn %s)", i.ID, name, other.Sn))
		}
	}
	return nil, nil
}

func (i Instance) requireActive(ca *pki.CA, own *api.CaCertificate) error {
	if own.Active {
		return nil
	}
	return &InactiveError{CA: ca, Instance: i.ID, Sn: own.Sn}
}
