package cmd

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// A look is what check --online learns by one look at the list: it changes nothing, and
// fails where a registration would.
type look struct {
	instance    string
	origin      origin
	credentials api.Credentials
	last        *api.Exchange    // nil where nothing was sent
	outcome     workflow.Outcome // what a registration would come to
	err         error            // what ended it
}

// online goes on where the check of the files ended: to the service, as a dry run of a
// registration does. The error is the one that a registration would end in; the probes
// have it, too.
func (a *app) online(cmd *cobra.Command, instance string, ca *pki.CA) ([]probeDocument, error) {
	l := look{instance: instance}
	session, err := a.connect(cmd)
	var none *api.CredentialsError
	switch {
	case errors.As(err, &none):
		l.err = err
	case err != nil:
		return nil, err
	default:
		defer session.client.Close()
		a.lookFor(cmd.Context(), session, ca, &l)
	}
	return l.probes(), l.failure()
}

func (a *app) lookFor(ctx context.Context, session *session, ca *pki.CA, l *look) {
	ctx, cancel := a.network(ctx, 0)
	defer cancel()
	if l.credentials, l.err = session.credentials.Credentials(ctx); l.err == nil {
		submission := workflow.Submission{CA: ca, Name: ca.DefaultName(), DryRun: true}
		var result workflow.Result
		result, l.err = a.instance(session, l.instance).Submit(ctx, submission)
		l.outcome = result.Outcome
	}
	l.origin = session.origin()
	if n := len(session.exchanges); n > 0 {
		l.last = &session.exchanges[n-1]
	}
}

// failure is what ends the command. It was asked whether the CA is listed: one that is
// inactive is.
func (l look) failure() error {
	var inactive *workflow.InactiveError
	if errors.As(l.err, &inactive) {
		return nil
	}
	return l.err
}

// answered reports whether the service was reached.
func (l look) answered() bool { return l.last != nil && l.last.HTTPStatus != 0 }

// unaccepted reports whether it is the credentials that failed, and not what they permit.
func (l look) unaccepted() bool {
	var none *api.CredentialsError
	kind, refused := api.KindOf(l.err)
	return errors.As(l.err, &none) || refused && kind == api.Denied
}

// listed reports whether the list could be read.
func (l look) listed() bool {
	var inactive *workflow.InactiveError
	var conflict *workflow.SerialConflictError
	return l.err == nil || errors.As(l.err, &inactive) || errors.As(l.err, &conflict)
}
