package workflow

import (
	"context"
	"crypto/x509"
	"time"

	"mqttca/api"
	"mqttca/pki"
)

// maxCodes is how many codes one run fetches: a first, and one more where the service
// did not accept the first.
const maxCodes = 2

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
	result, err := i.register(ctx, order)
	return result.ended(err)
}

func (i Instance) register(ctx context.Context, order Order) (Result, error) {
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

// prove fetches a code, has the CA sign it and submits it. A code that went stale
// underway is replaced once; a fresh code that is the refused one never will pass.
func (i Instance) prove(ctx context.Context, order Order, key keyMaker) (result Result, err error) {
	refused := ""
	for attempt := 1; ; attempt++ {
		code, err := during(i.Observer, FetchCode, func() (api.RegisterCode, error) {
			return i.Client.GetRegisterCode(ctx, i.ID)
		})
		if err != nil {
			return result, err
		}
		if code.Code == refused {
			return result, &SameCodeError{Instance: i.ID, Code: refused}
		}
		verification, err := during(i.Observer, Sign, func() (*x509.Certificate, error) {
			return issue(order.Authority, code.Code, order.Validity, key)
		})
		if err != nil {
			return result, err
		}
		result, err = i.submit(ctx, Submission{CA: order.Authority.CA, Verification: verification, Name: order.Name, Wait: order.Wait})
		if kind, ok := api.KindOf(err); !ok || kind != api.StaleCode || attempt == maxCodes {
			return result, err
		}
		refused, key = code.Code, makeKey(order.Authority.CA)
	}
}
