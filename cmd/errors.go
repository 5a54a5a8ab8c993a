package cmd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"slices"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/api/credentials"
	"mqttca/api/wire"
	"mqttca/cmd/manifest"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// An errorRow is a row of the table of errors: an error, and its meaning.
type errorRow struct {
	describe func(cmd *cobra.Command, err error, f *failure) bool // false if the row is for another error
}

// row is the row for errors of a type. hint returns the next step, "" if there is nothing to add.
func row[E error](m meaning, hint func(E) string) errorRow {
	return rowBy(func(own E) (meaning, string) { return m, hint(own) })
}

// rowBy is the row for errors of a type whose meaning depends on the error.
func rowBy[E error](explain func(E) (meaning, string)) errorRow {
	return errorRow{func(_ *cobra.Command, err error, f *failure) bool {
		own, ok := errors.AsType[E](err)
		if ok {
			m, hint := explain(own)
			f.meaning, f.Hint = m, text(hint)
		}
		return ok
	}}
}

// on is the row for one error value.
func on(target error, m meaning, hint string) errorRow {
	return errorRow{func(_ *cobra.Command, err error, f *failure) bool {
		if !errors.Is(err, target) {
			return false
		}
		f.meaning, f.Hint = m, text(hint)
		return true
	}}
}

// is reports whether there is an error of a type in err's chain.
func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func advise[E error](text string) func(E) string { return func(E) string { return text } }

func noHint[E error](E) string { return "" }

const (
	lookFirst   = "run it again: it reads the list first, and makes only the missing changes"
	nameRequest = "contact the vendor's support with the request ids that --verbose prints"
	reissue     = "reissue the CA certificate with a random serial number and the same key"
)

// errorTable is the table of errors. Its order matters if one error holds another: the outcome of a
// submission counts more than its cause. A new error is a type and a row. The topic exit-codes has
// each reason with its meaning.
func errorTable() []errorRow {
	var (
		inList     = meaning{exitRefused, "refused", "no", outcomeFailed} // because of a certificate registered there
		ambiguous  = meaning{exitUsage, "ambiguous", "no", outcomeFailed}
		notListed  = meaning{exitNotListed, "not_listed", "no", outcomeFailed}
		unusable   = meaning{exitUnavailable, "unusable", "no", outcomeFailed}
		timeout    = meaning{exitUnavailable, "timeout", "later", outcomeFailed}
		wrongInput = meaning{exitLocal, "input", "no", outcomeFailed}
	)
	return []errorRow{
		// The connection of a device to the broker.
		{explainLeftBehind},
		rowBy(explainDiagnosed),
		rowBy(explainBroker),

		// Rows of a fleet.
		row(meaning{exitUnavailable, "not_tried", "now", outcomeFailed}, advise[*workflow.NotTriedError](applyAgain)),
		rowBy(func(e notAllowedError) (meaning, string) {
			return meaning{exitNotListed, e.reason, "no", outcomeFailed}, e.hint
		}),

		// A CA, as found by the workflow.
		row(meaning{exitUnavailable, "unknown", "look", outcomeUnknown}, advise[*workflow.UnknownError](lookFirst)),
		row(meaning{exitNotListed, "unconfirmed", "look", outcomeUnconfirmed}, acceptedHint),
		row(meaning{exitNotListed, "inactive", "no", outcomeUnconfirmed}, advise[*workflow.InactiveError](
			"find out who deactivated it and why; then run 'mqttca register --activate'")),
		row(meaning{exitRefused, "serial_taken", "no", outcomeFailed}, advise[*workflow.SerialConflictError](reissue)),
		row(meaning{exitUnavailable, "stale_code", "later", outcomeRefused}, advise[*workflow.CodesUsedUpError](
			"another run seems to register CAs with this instance: wait until it has ended, then try again")),
		row(meaning{exitRefused, "stale_code", "no", outcomeRefused}, advise[*workflow.SameCodeError](nameRequest)),
		row(unusable, advise[*workflow.OddCodeError](nameRequest)),
		row(unusable, advise[*workflow.TooLongError]("narrow it with the filters of 'mqttca list', or "+nameRequest)),
		row(inList, advise[*workflow.ActiveError](
			"run 'mqttca deactivate' first, and check that every device you need can still connect")),
		row(inList, advise[*workflow.UnclearError](
			"check the CA in the vendor's console, or run 'mqttca deactivate'")),
		row(inList, advise[*workflow.DevicesError](
			"list them with 'mqttca devices'; if you need none of them, give --delete-devices")),
		row(meaning{exitRefused, "would_reregister", "no", outcomeRefused}, advise[*workflow.ReregistrationError](
			"to block the device, run 'mqttca devices deactivate'; to delete the certificate nevertheless, give --allow-reregistration")),
		row(ambiguous, advise[*workflow.AmbiguousDeviceError]("also name its CA with --ca-cert or --sn ('mqttca devices --wide' shows it), or give the certificate with --device-cert")),
		row(notListed, advise[*workflow.OrphanError]("name its CA with --ca-cert or --sn")),
		row(ambiguous, advise[*workflow.AmbiguousError]("give --sn exactly as 'mqttca list' shows it, or --ca-cert")),
		row(notListed, notListedHint),

		// The command line and local files.
		{describeUsage},
		row(meaning{exitUsage, "usage", "no", outcomeFailed}, (*wire.EnvironmentError).Hint),
		row(meaning{exitExpiring, "expiring", "no", outcomeFailed}, (*expiringError).hint),
		row(meaning{exitChanges, "changes", "no", outcomeFailed}, advise[changesError](
			"look at the changes with 'mqttca plan'; then run 'mqttca apply', or change the manifest")),
		row(meaning{exitChanges, "plan_stale", "no", outcomeFailed}, advise[stalePlanError](
			"run 'mqttca plan --out' again, and apply the new plan; if the plan is of another manifest, name that with --file")),
		rowBy(explainFile),
		row(wrongInput, noHint[*verdictError]),
		on(pki.ErrNoPassword, wrongInput, "give it by --key-password-file (in a manifest: key-password-file) or "+envKeyPassword+", or run mqttca on a terminal, where it asks"),
		row(wrongInput, func(e *pki.Error) string { return missingHint(e.Advice, e, checkPath) }),
		row(wrongInput, advise[manifest.Problem]("see 'mqttca help fleet' for the manifest")),

		// Credentials and the service.
		rowBy(explainCredentials),
		{describeRefusal},
		row(meaning{exitInterrupted, "declined", "no", outcomeInterrupted}, advise[declinedError]("to confirm, run it again and type yes in full")),
		on(context.Canceled, meaning{exitInterrupted, "interrupted", "now", outcomeInterrupted}, ""),
		row(meaning{exitUnavailable, "unreachable", "no", outcomeFailed}, advise[*tls.CertificateVerificationError](
			"check the endpoint and this machine's clock; if a proxy replaces the certificate, "+
				"add its root certificate to the system's, or to the file of SSL_CERT_FILE (no effect on macOS and Windows)")),
		rowBy(explainNoAnswer),
		row(timeout, advise[*credentials.StoppedError]("give it more time with --timeout; running it again is safe")),
		on(context.DeadlineExceeded, timeout, ""),
	}
}

// explainFile is the row for a file that could not be read or written.
func explainFile(e *fileError) (meaning, string) {
	if e.action == "write" {
		return meaning{exitLocal, "output", "no", outcomeFailed}, missingHint(e.hint, e, "make the folder first")
	}
	return meaning{exitLocal, "input", "no", outcomeFailed}, missingHint(e.hint, e, checkPath)
}

const checkPath = "check the path"

// missingHint returns hint, or else words if err is a missing file or folder.
func missingHint(hint string, err error, words string) string {
	if hint == "" && errors.Is(err, fs.ErrNotExist) {
		return words
	}
	return hint
}

// explainCredentials is the row for credentials: they are wrong or refused, or could not be fetched
// for now.
func explainCredentials(e *credentials.Error) (meaning, string) {
	m := meaning{exitDenied, "credentials", "no", outcomeFailed}
	if e.Kind == credentials.Unfetched {
		m.ExitCode = exitUnavailable
		m.mayPassIf(!e.Final)
	}
	return m, credentialsHint(e)
}

// explainNoAnswer tells from the cause whether the service may answer later.
func explainNoAnswer(e *api.NoAnswerError) (meaning, string) {
	m := meaning{exitUnavailable, "unusable", "no", outcomeFailed}
	m.mayPassIf(api.MayPass(e) || e.HTTPStatus >= 500)
	late, isNet := errors.AsType[net.Error](e.Err)
	switch {
	case isNet && late.Timeout():
		m.Reason = "timeout"
	case e.HTTPStatus == http.StatusTooManyRequests:
		m.Reason = "throttled"
	case e.HTTPStatus >= 500:
		m.Reason = "unavailable"
	case e.HTTPStatus == 0, e.HTTPStatus >= 400, m.Retry == "later":
		m.Reason = "unreachable"
	}
	return m, noAnswerHint(e)
}

// credentialsHint is the hint of the source of the credentials, or how to name a source.
func credentialsHint(e *credentials.Error) string {
	switch e.Kind {
	case credentials.Missing:
		return "set " + credentials.EnvAccessKeyID + " and " + credentials.EnvAccessKeySecret + " (with " + credentials.EnvSecurityToken +
			" for STS), name a profile of ~/.aliyun/config.json with --profile or " + credentials.EnvProfile + ", or give --ecs-role on an ECS instance with a RAM role"
	case credentials.BadProfile:
		return "complete the profile with 'aliyun configure', or name another with --profile"
	}
	return e.Hint()
}

func notListedHint(e *workflow.NotListedError) string {
	if _, device := e.CA.(workflow.DeviceReference); device {
		return "check the instance id and the region; a device certificate is registered when its device first connects"
	}
	return "check the instance id and the region; if the CA was never registered, run 'mqttca register'"
}

// noAnswerHint looks for a fault on the way if the request was refused there, and for a misspelt
// region.
func noAnswerHint(e *api.NoAnswerError) string {
	if e.HTTPStatus/100 == 4 {
		return "something between mqttca and the service refused the request: check the endpoint, the proxy and the firewall, " +
			"and the longest request line that they accept (it contains the CA certificate)"
	}
	if endpoint, err := api.ParseEndpoint(e.Host); err == nil && endpoint.IsVendor() && !slices.Contains(allRegions(), endpoint.Region()) {
		for _, near := range nearest(endpoint.Region(), allRegions()) {
			return fmt.Sprintf("mqttca knows no endpoint of region %s; did you mean %s?", endpoint.Region(), near)
		}
	}
	return "check the region or the endpoint (--endpoint or " + envEndpoint + "), the network and HTTPS_PROXY; running it again is safe"
}

// acceptedHint differs for a change of a CA registered before: it cannot be submitted twice.
func acceptedHint(e *workflow.AcceptedError) string {
	if e.What != "" {
		return "run it again: it looks at the list first; if the change does not appear, contact the vendor's support with the request id"
	}
	return "run 'mqttca confirm' until it succeeds: while the CA is not listed, register would submit it again; " +
		"if it does not appear, contact the vendor's support with the request id"
}

// describeUsage puts the name of the command ahead, and points to its help.
func describeUsage(cmd *cobra.Command, err error, f *failure) bool {
	wrong, ok := errors.AsType[*usageError](err)
	if !ok {
		return false
	}
	f.meaning, f.Hint = meaning{exitUsage, "usage", "no", outcomeFailed}, text(wrong.hint)
	if wrong.hint == "" {
		f.Hint = text("see '" + cmd.CommandPath() + " --help'")
	}
	if !wrong.whole {
		f.Message = cmd.CommandPath() + ": " + f.Message
	}
	return true
}
