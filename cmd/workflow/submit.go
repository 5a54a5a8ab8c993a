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
	result, err := i.lookAndSubmit(ctx, s)
	return result.ended(err)
}

func (i Instance) lookAndSubmit(ctx context.Context, s Submission) (Result, error) {
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

// submit sends the two certificates and waits for the CA to show as active. Where no
// answer comes, the list decides whether the submission arrived.
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
	wait := s.Wait
	switch {
	case err != nil && !outcomeUnknown(err):
		return result, err
	case err != nil && ctx.Err() != nil:
		return result, &UnknownError{CA: s.CA, Instance: i.ID, Submit: err}
	case err != nil:
		wait = min(wait, settlingTime)
	}
	var missing error
	if result.Listed, missing = i.awaitActive(ctx, s.CA, wait); missing != nil {
		return result, afterSubmission(i.ID, s.CA, receipt.RequestID, err, missing)
	}
	return result, nil
}

// outcomeUnknown tells an error after which the submission may have been carried out.
// InternalError counts: the service says nothing of how far it came.
func outcomeUnknown(err error) bool {
	var lost *api.NoAnswerError
	var refusal *api.Error
	return errors.As(err, &lost) || errors.As(err, &refusal) && refusal.Code == "InternalError"
}

// afterSubmission says of a CA that did not show what is known of its submission.
func afterSubmission(instance string, ca *pki.CA, requestID string, submitErr, missing error) error {
	if submitErr != nil {
		return &UnknownError{CA: ca, Instance: instance, Submit: submitErr, Look: missing}
	}
	return &AcceptedError{CA: ca, Instance: instance, RequestID: requestID, Err: missing}
}
