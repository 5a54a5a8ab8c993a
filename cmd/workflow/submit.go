package workflow

import (
	"context"
	"crypto/x509"
	"errors"
	"time"

	"mqttca/api"
	"mqttca/pki"
)

// settlingTime is the time for which the list is watched after a submission without an
// answer.
const settlingTime = 10 * time.Second

// A Submission is a CA certificate with a verification certificate made elsewhere.
type Submission struct {
	CA           *pki.CA
	Verification *x509.Certificate
	Name         string        // the CaName
	Wait         time.Duration // for the CA to be listed as active
	DryRun       bool          // only read the list
}

// Submit registers a CA whose key is elsewhere: [Instance.Register] without the code and
// the signature.
func (i Instance) Submit(ctx context.Context, s Submission) (Result, error) {
	found, err := i.precheck(ctx, s.CA, s.Name)
	switch {
	case err != nil:
		return Result{}, err
	case found == nil && s.DryRun:
		return Result{Outcome: WouldRegister}, nil
	case found == nil:
		if err := i.record(Result{Verification: s.Verification}); err != nil {
			return Result{}, err
		}
		return i.submit(ctx, s)
	}
	return Result{Outcome: AlreadyRegistered, Listed: found}, i.requireActive(s.CA, found)
}

// submit sends the two certificates and waits until the CA is listed as active. If no answer came,
// or the service refused the CA or its code as used before, the list decides: submit watches it for
// settlingTime before it blames somebody else or submits again.
func (i Instance) submit(ctx context.Context, s Submission) (Result, error) {
	receipt, err := during(i.Observer, Submit, func() (api.Acknowledgement, error) {
		return i.Client.RegisterCaCertificate(ctx, api.Registration{
			InstanceID:          i.ID,
			CaName:              s.Name,
			CaContent:           s.CA.PEM(),
			VerificationContent: pki.EncodeCertificate(s.Verification),
		})
	})
	result := Result{Outcome: Registered, Verification: s.Verification, Sn: receipt.Sn, RequestID: receipt.RequestID}
	switch {
	case err == nil && i.later:
		return result, nil
	case err == nil:
		return i.confirmed(ctx, s.CA, s.Wait, result)
	case !api.MaybeDone(err) && !saysItWasThere(err):
		return result, err
	}
	return i.settle(ctx, s, result, err)
}

// confirmed waits until a CA whose submission was accepted is listed as active.
func (i Instance) confirmed(ctx context.Context, ca *pki.CA, wait time.Duration, result Result) (_ Result, err error) {
	if result.Listed, err = i.awaitActive(ctx, ca, wait); err != nil {
		err = &AcceptedError{CA: Reference{CA: ca}, Instance: i.ID, RequestID: result.RequestID, Err: err}
	}
	return result, err
}

// saysItWasThere reports whether an earlier submission of this CA explains the refusal, such as one
// repeated by a proxy or by the service itself.
func saysItWasThere(err error) bool {
	refusal, ok := errors.AsType[*api.Error](err)
	return ok && (refusal.Rule().Kind == api.Duplicate || refusal.Code == "RegisterCodeUsed")
}

// settle watches the list after a submission ended in err. A CA listed as inactive settles it, too.
// A refusal stands only if the list could be read at the end of the watch and did not show the CA.
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
	inactive, found := errors.AsType[*InactiveError](missing)
	_, absent := missing.(*NotListedError)
	switch {
	case found:
		return result, inactive
	case absent && !api.MaybeDone(err):
		return result, err
	}
	return result, &UnknownError{CA: Reference{CA: s.CA}, Done: "registered with", Instance: i.ID, Submit: err, Look: missing}
}
