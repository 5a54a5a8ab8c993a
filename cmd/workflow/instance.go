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

// A Result is how far a run came, also one that ended in an error.
type Result struct {
	Outcome      Outcome
	Listed       *api.CaCertificate // the CA as it was listed last; nil where it was not
	Verification *x509.Certificate  // the one submitted last; nil where nothing was
	RequestID    string             // of the submission or activation; "" where none was answered
}

// Submitted reports whether a submission was sent: from then on the service may have
// the CA, whatever else happened.
func (r Result) Submitted() bool { return r.Verification != nil }

// Attested reports whether there is something to keep evidence of: a submission, or an
// activation that was answered.
func (r Result) Attested() bool { return r.Submitted() || r.RequestID != "" }

// ended fills in the outcome of a run that ended in an error.
func (r Result) ended(err error) (Result, error) {
	if err != nil {
		r.Outcome = outcomeOf(err)
	}
	return r, err
}

// precheck lists what the instance has and settles what can be settled by it: found
// is set where the CA is there. An error means that a submission would be wrong. With
// neither, the CA is not there.
func (i Instance) precheck(ctx context.Context, ca *pki.CA, name string) (found *api.CaCertificate, err error) {
	listed, err := during(i.Observer, List, func() ([]api.CaCertificate, error) {
		return i.Client.ListCaCertificate(ctx, i.ID)
	})
	if err != nil {
		return nil, err
	}
	if own := find(listed, ca); own != nil {
		return own, nil
	}
	for _, other := range listed {
		if hasSerialNumber(other, ca.Certificate.SerialNumber) {
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
