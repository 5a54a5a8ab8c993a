package cmd

import (
	"context"
	"errors"

	"mqttca/api"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// The exit codes. They are part of the contract with scripts: a number is never
// given another meaning. What they mean stands in exitMeanings.
const (
	exitOK          = 0
	exitFault       = 1
	exitUsage       = 2
	exitLocal       = 3
	exitDenied      = 4
	exitRefused     = 5
	exitUnavailable = 6
	exitNotListed   = 7
	exitExpiring    = 8
	exitInterrupted = 130
)

// exitCode is the exit code of an error. The order matters where one error holds
// another: what became of a submission counts more than why.
func exitCode(err error) int {
	var (
		usage       *usageError
		misset      *api.EnvironmentError
		local       *pki.Error
		file        *fileError
		verdict     *verdictError
		credentials *api.CredentialsError
		lost        *api.NoAnswerError
		refusal     *api.Error
		ambiguous   *workflow.AmbiguousError
		expiring    *expiringError
	)
	switch {
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &usage), errors.As(err, &misset), errors.As(err, &ambiguous):
		return exitUsage
	case errors.As(err, &expiring):
		return exitExpiring
	case isUnsettled(err) != 0:
		return isUnsettled(err)
	case errors.As(err, &local), errors.As(err, &file), errors.As(err, &verdict):
		return exitLocal
	case errors.As(err, &credentials):
		return exitDenied
	case errors.As(err, &lost), errors.Is(err, context.DeadlineExceeded):
		return exitUnavailable
	case errors.As(err, &refusal):
		return refusal.Rule().ExitCode
	}
	return exitFault
}

// isUnsettled is the exit code of what the workflow reports of a CA, 0 for other errors.
func isUnsettled(err error) int {
	var (
		unknown  *workflow.UnknownError
		accepted *workflow.AcceptedError
		absent   *workflow.NotListedError
		inactive *workflow.InactiveError
		conflict *workflow.SerialConflictError
		sameCode *workflow.SameCodeError
		oddCode  *workflow.OddCodeError
		active   *workflow.ActiveError
		unclear  *workflow.UnclearError
		devices  *workflow.DevicesError
	)
	switch {
	case errors.As(err, &unknown), errors.As(err, &oddCode):
		return exitUnavailable
	case errors.As(err, &accepted), errors.As(err, &absent), errors.As(err, &inactive):
		return exitNotListed
	case errors.As(err, &conflict), errors.As(err, &sameCode), errors.As(err, &active), errors.As(err, &unclear), errors.As(err, &devices):
		return exitRefused
	}
	return 0
}
