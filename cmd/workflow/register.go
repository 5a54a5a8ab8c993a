package workflow

import (
	"context"
	"crypto/x509"
	"errors"
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
}

// Register brings a CA to where it is listed and active. A CA that is there already
// costs one request; a new one four: list, code, submission, list.
func (i Instance) Register(ctx context.Context, order Order) (Result, error) {
	ca := order.Authority.CA
	key := makeKey(ca)
	found, err := i.precheck(ctx, ca, order.Name)
	var inactive *InactiveError
	switch {
	case errors.As(err, &inactive) && order.Activate:
		return i.reactivate(ctx, ca, inactive.Sn, order.Wait)
	case err != nil:
		return Result{}, err
	case found != nil:
		return Result{Outcome: AlreadyRegistered, Listed: *found}, nil
	}
	return i.prove(ctx, order, key)
}

// prove fetches a code, has the CA sign it and submits it. A code that went stale
// underway is replaced once; a fresh code that is the refused one never will pass.
func (i Instance) prove(ctx context.Context, order Order, key keyMaker) (Result, error) {
	refused := ""
	for attempt := 1; ; attempt++ {
		code, err := during(i.Observer, FetchCode, func() (api.RegisterCode, error) {
			return i.Client.GetRegisterCode(ctx, i.ID)
		})
		if err != nil {
			return Result{}, err
		}
		if code.Code == refused {
			return Result{}, &SameCodeError{Instance: i.ID, Code: refused}
		}
		verification, err := during(i.Observer, Sign, func() (*x509.Certificate, error) {
			return issue(order.Authority, code.Code, order.Validity, key)
		})
		if err != nil {
			return Result{}, err
		}
		result, err := i.submit(ctx, Submission{order.Authority.CA, verification, order.Name, order.Wait})
		if kind, ok := api.KindOf(err); !ok || kind != api.StaleCode || attempt == maxCodes {
			return result, err
		}
		refused, key = code.Code, makeKey(order.Authority.CA)
	}
}
