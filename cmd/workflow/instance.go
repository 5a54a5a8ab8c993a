package workflow

import (
	"context"
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
