package workflow

import (
	"context"
	"crypto/x509"
	"errors"
	"time"

	"mqttca/api"
	"mqttca/pki"
)

// settlingTime is how long the list is watched for a submission without an answer.
const settlingTime = 10 * time.Second

// A Submission is a CA certificate with a verification certificate made elsewhere.
type Submission struct {
	CA           *pki.CA
	Verification *x509.Certificate
	Name         string        // the CaName
	Wait         time.Duration // how long the CA may take to show as active
	DryRun       bool          // look, and say what would be done
}

// Submit registers a CA whose key is not at hand. It does what [Instance.Register]
// does without the code and the signature.
func (i Instance) Submit(ctx context.Context, s Submission) (Result, error) {
	found, err := i.precheck(ctx, s.CA, s.Name)
	switch {
	case err != nil:
		return Result{}, err
	case found == nil && s.DryRun:
		return Result{Outcome: WouldRegister}, nil
	case found == nil:
		return i.submit(ctx, s)
	}
	return Result{Outcome: AlreadyRegistered, Listed: found}, i.requireActive(s.CA, found)
}

// submit sends the two certificates and waits for the CA to show as active. What no
// answer came to, or one that says that the CA or its code was there before, the list
// decides: nobody else is blamed, and nothing submitted again, before it was looked at for
// a while.
func (i Instance) submit(ctx context.Context, s Submission) (Result, error) {
	receipt, err := during(i.Observer, Submit, func() (api.Acknowledgement, error) {
		return i.Client.RegisterCaCertificate(ctx, api.Registration{
			InstanceID:          i.ID,
			CaName:              s.Name,
			CaContent:           s.CA.PEM(),
			VerificationContent: pki.EncodeCertificate(s.Verification),
		})
	})
	result := Result{Outcome: Registered, Verification: s.Verification, RequestID: receipt.RequestID}
	switch {
	case err == nil:
		var missing error
		if result.Listed, missing = i.awaitActive(ctx, s.CA, s.Wait); missing != nil {
			return result, &AcceptedError{CA: Reference{CA: s.CA}, Instance: i.ID, RequestID: receipt.RequestID, Err: missing}
		}
		return result, nil
	case !api.MaybeDone(err) && !saysItWasThere(err):
		return result, err
	}
	return i.settle(ctx, s, result, err)
}

// saysItWasThere tells a refusal that an earlier submission of this CA would explain, one
// that a proxy or the service itself repeated, say.
func saysItWasThere(err error) bool {
	var refusal *api.Error
	if !errors.As(err, &refusal) {
		return false
	}
	return refusal.Rule().Kind == api.Duplicate || refusal.Code == "RegisterCodeUsed"
}

// settle watches the list after a submission that ended in err. A CA that shows as inactive
// settles it, too: it is there. A refusal stands only where the list could be read to the
// end of the watch and did not show the CA.
func (i Instance) settle(ctx context.Context, s Submission, result Result, err error) (Result, error) {
	var missing error
	if ctx.Err() == nil {
		if result.Listed, missing = i.awaitActive(ctx, s.CA, min(s.Wait, settlingTime)); missing == nil {
			if !api.MaybeDone(err) { // it was there before this submission came
				result.Outcome = AlreadyRegistered
			}
			return result, nil
		}
	}
	var inactive *InactiveError
	_, absent := missing.(*NotListedError)
	switch {
	case errors.As(missing, &inactive):
		return result, inactive
	case absent && !api.MaybeDone(err):
		return result, err
	}
	return result, &UnknownError{CA: Reference{CA: s.CA}, Done: "registered with", Instance: i.ID, Submit: err, Look: missing}
}
