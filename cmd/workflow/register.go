package workflow

import (
	"context"
	"crypto/x509"
	"errors"
	"math/rand/v2"
	"time"

	"mqttca/api"
	"mqttca/pki"
)

// A run submits at most so often, each time with a fresh code and a fresh certificate, and
// waits up to so long before it does so again: whoever uses up the codes may be doing the
// same.
const (
	maxTries      = 3
	longestJitter = 2 * time.Second
)

// An Order says what to register and how.
type Order struct {
	Authority *pki.Authority
	Name      string        // the CaName
	Validity  time.Duration // of the verification certificate
	Wait      time.Duration // how long the CA may take to show as active
	Activate  bool          // make a CA active again that is listed as inactive
	DryRun    bool          // look, and say what would be done: no code is fetched, nothing signed or changed
}

// Register brings a CA to where it is listed and active. A CA that is there already
// costs one request; a new one four: list, code, submission, list.
func (i Instance) Register(ctx context.Context, order Order) (Result, error) {
	ca := order.Authority.CA
	var key keyMaker
	if !order.DryRun {
		key = makeKey(ca)
	}
	found, err := i.precheck(ctx, ca, order.Name)
	switch {
	case err != nil:
		return Result{}, err
	case found == nil && order.DryRun:
		return Result{Outcome: WouldRegister}, nil
	case found == nil:
		return i.prove(ctx, order, key)
	case found.Active:
		return Result{Outcome: AlreadyRegistered, Listed: found}, nil
	case !order.Activate:
		return Result{Listed: found}, i.requireActive(ca, found)
	case order.DryRun:
		return Result{Outcome: WouldReactivate, Listed: found}, nil
	}
	return i.reactivate(ctx, ca, found, order.Wait)
}

// prove fetches a code, has the CA sign it and submits it, and does so again with a fresh
// code and a fresh certificate where a code went stale underway or where no answer came
// and the list does not show the CA.
//
// Submitting again after an unknown outcome relies on the service refusing a serial
// number that it has (SnNotUnique): an assumption, though one of its error texts says so.
// Were it wrong, a submission that took effect late could register the CA twice.
func (i Instance) prove(ctx context.Context, order Order, key keyMaker) (Result, error) {
	var (
		result  Result
		refused string // the code that was refused last
		doubt   error  // the first submission whose outcome is not known
	)
	for try := 1; ; try++ {
		submission, err := i.sign(ctx, order, key, refused)
		if err != nil {
			return result, settled(doubt, err)
		}
		result, err = i.submit(ctx, submission)
		if isStale(err) {
			refused = submission.Verification.Subject.CommonName
		}
		if doubt == nil && isUnknown(err) {
			doubt = err
		}
		if err == nil && doubt != nil {
			result.Outcome = Registered // by this try or by the one without an answer
		}
		if try == maxTries && isStale(err) {
			err = &CodesUsedUpError{Instance: i.ID, Tries: try, Err: err}
		}
		if err == nil || try == maxTries || !tryAgain(ctx, err) || sleep(ctx, rand.N(longestJitter)) != nil {
			return result, settled(doubt, err)
		}
		key = makeKey(order.Authority.CA)
	}
}

// sign fetches a code and makes the verification certificate for it. A fresh code that
// is the refused one will never pass.
func (i Instance) sign(ctx context.Context, order Order, key keyMaker, refused string) (Submission, error) {
	code, err := i.FetchCode(ctx)
	if err != nil {
		return Submission{}, err
	}
	if code.Code == refused {
		return Submission{}, &SameCodeError{Instance: i.ID, Code: refused}
	}
	verification, err := during(i.Observer, Sign, func() (*x509.Certificate, error) {
		return issue(order.Authority, code.Code, order.Validity, time.Now().Add(i.Client.ClockOffset()), key)
	})
	if err == nil && ctx.Err() != nil {
		err = &StoppedError{CA: Reference{CA: order.Authority.CA}, Instance: i.ID, Cause: ctx.Err()}
	}
	return Submission{CA: order.Authority.CA, Verification: verification, Name: order.Name, Wait: order.Wait}, err
}

// FetchCode fetches the registration code of the instance, and refuses one that no
// certificate can carry.
func (i Instance) FetchCode(ctx context.Context) (api.RegisterCode, error) {
	code, err := during(i.Observer, FetchCode, func() (api.RegisterCode, error) {
		return i.Client.GetRegisterCode(ctx, i.ID)
	})
	if err != nil {
		return code, err
	}
	if fault := pki.CheckCode(code.Code); fault != nil {
		return code, &OddCodeError{Instance: i.ID, RequestID: code.RequestID, Fault: fault}
	}
	return code, nil
}

// tryAgain tells an end of a submission that a fresh code and certificate may change: a
// code that went stale, or no answer while the list can be read and does not show the CA.
func tryAgain(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	var unknown *UnknownError
	var absent *NotListedError
	if errors.As(err, &unknown) {
		return errors.As(unknown.Look, &absent)
	}
	return isStale(err)
}

// isStale tells a refusal of the submission itself, not one that a later look at the list
// met with.
func isStale(err error) bool {
	refusal, ok := err.(*api.Error)
	return ok && refusal.Rule().Kind == api.StaleCode
}

func isUnknown(err error) bool {
	var unknown *UnknownError
	return errors.As(err, &unknown)
}

// settled is the error of several tries. Once the outcome of one was unknown, a refusal
// of a later one does not make it known: the first may have taken effect.
func settled(doubt, err error) error {
	var first *UnknownError
	var accepted *AcceptedError
	var inactive *InactiveError
	known := errors.As(err, &accepted) || errors.As(err, &inactive)
	if err == nil || known || isUnknown(err) || !errors.As(doubt, &first) {
		return err
	}
	return &UnknownError{CA: first.CA, Done: first.Done, Instance: first.Instance, Submit: first.Submit, Look: err}
}
