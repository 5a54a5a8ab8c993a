package workflow

import (
	"context"
	"crypto/x509"
	"errors"
	"math/rand/v2"
	"time"

	"mqttca/api"
	"mqttca/api/wire"
	"mqttca/pki"
)

// A run submits at most maxTries times, each time with a fresh code and a fresh certificate. If
// another run uses up the codes and does the same, a pause up to longestJitter parts the two.
const (
	maxTries      = 3
	longestJitter = 2 * time.Second
)

// An Order is a CA to register, with the settings of the run.
type Order struct {
	Authority *pki.Authority
	Name      string        // the CaName
	Validity  time.Duration // of the verification certificate
	Wait      time.Duration // for the CA to be listed as active
	Activate  bool          // activate the CA if it is listed as inactive
	DryRun    bool          // only read the list: fetch no code, sign and change nothing
}

// Register registers a CA and waits until it is listed as active. If the CA is there already, it
// sends one request, else four: list, code, submission, list.
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

// prove fetches a code, has the CA sign it and submits it. It starts again with a fresh code and a
// fresh certificate if the code went stale meanwhile, or if no answer came and the list does not
// show the CA.
//
// To submit again after an unknown outcome is safe if the service refuses a serial number twice
// (SnNotUnique). This is an assumption, supported by one of its error texts. If it is wrong, a late
// effect of the first submission could register the CA twice.
func (i Instance) prove(ctx context.Context, order Order, key keyMaker) (Result, error) {
	var (
		result  Result
		refused string // the last refused code
		doubt   error  // of the first submission with an unknown outcome
	)
	for try := 1; ; try++ {
		submission, err := i.sign(ctx, order, key, refused)
		if err == nil {
			err = i.record(Result{Verification: submission.Verification})
		}
		if err != nil {
			return result, settled(doubt, err)
		}
		result, err = i.submit(ctx, submission)
		if isStale(err) {
			refused = submission.Verification.Subject.CommonName
		}
		if doubt == nil && is[*UnknownError](err) {
			doubt = err
		}
		if try == maxTries && isStale(err) {
			err = &CodesUsedUpError{Instance: i.ID, Tries: try, Err: err}
			if listed, missing := i.awaitActive(ctx, order.Authority.CA, 0); missing == nil { // by another run
				result.Outcome, result.Listed, err = AlreadyRegistered, listed, nil
			}
		}
		if err == nil && doubt != nil {
			result.Outcome = Registered // by this try or by the one without an answer
		}
		if err == nil || try == maxTries || !tryAgain(ctx, err) || wire.Sleep(ctx, rand.N(longestJitter)) != nil {
			return result, settled(doubt, err)
		}
		key = makeKey(order.Authority.CA)
	}
}

// sign fetches a code and issues the verification certificate for it. It fails if the code
// is the refused one again, which would be refused for ever.
func (i Instance) sign(ctx context.Context, order Order, key keyMaker, refused string) (Submission, error) {
	code, err := i.FetchCode(ctx)
	if err != nil {
		return Submission{}, err
	}
	if code.Code == refused {
		return Submission{}, &SameCodeError{Instance: i.ID, Code: refused}
	}
	verification, err := during(i.Observer, Sign, func() (*x509.Certificate, error) {
		return issue(ctx, order.Authority, code.Code, order.Validity, time.Now().Add(i.Client.ClockOffset()), key)
	})
	if ctx.Err() != nil && (err == nil || err == ctx.Err()) {
		err = &StoppedError{CA: Reference{CA: order.Authority.CA}, Instance: i.ID, Cause: ctx.Err()}
	}
	return Submission{CA: order.Authority.CA, Verification: verification, Name: order.Name, Wait: order.Wait}, err
}

// FetchCode fetches the registration code of the instance. It fails with an [*OddCodeError]
// if no certificate can carry the code.
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

// tryAgain reports whether a fresh code and certificate may help: after a stale code, or
// after no answer if the list could be read and does not show the CA.
func tryAgain(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	if unknown, ok := errors.AsType[*UnknownError](err); ok {
		return is[*NotListedError](unknown.Look)
	}
	return isStale(err)
}

// isStale reports whether the submission itself was refused for its code, rather than a
// later look at the list.
func isStale(err error) bool {
	refusal, ok := err.(*api.Error)
	return ok && refusal.Rule().Kind == api.StaleCode
}

// settled is the error of several tries. If the outcome of one was unknown, a refusal of a
// later one does not settle it: the first may have taken effect.
func settled(doubt, err error) error {
	first, doubtful := errors.AsType[*UnknownError](doubt)
	if err == nil || !doubtful || is[*AcceptedError](err) || is[*InactiveError](err) || is[*UnknownError](err) {
		return err
	}
	return &UnknownError{CA: first.CA, Done: first.Done, Instance: first.Instance, Submit: first.Submit, Look: err}
}
