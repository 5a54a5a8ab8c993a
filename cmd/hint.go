package cmd

import (
	"context"
	"errors"

	"mqttca/api"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

const reissue = "reissue the CA certificate with a random serial number and the same key"

// codeHints say what to do about a refusal, by the service's Code.
var codeHints = map[string]string{
	"SnNotUnique": "a CA of this serial number, perhaps this very one, is registered elsewhere in the service: " +
		"another instance, region or account; if it is not this one, " + reissue,
	"ParameterFieldCheckFailed":   "check the instance id and the name: --name gives another",
	"CertificateContentError":     "if the CA certificate is as it should be, make the verification certificate with OpenSSL and submit that one",
	"CaNumExceed":                 "the instance has as many CAs as it may have: delete one that is not needed any more, or ask the vendor for more",
	"RegisterCodeError":           freshCode,
	"RegisterCodeUsed":            freshCode,
	"NoPermission":                lacksPermission,
	"Forbidden.RAM":               lacksPermission,
	"SignatureDoesNotMatch":       "the AccessKey secret does not belong to the AccessKey ID: copy both again",
	"InvalidAccessKeyId.NotFound": "the AccessKey does not exist or was deleted: check its ID",
	"InvalidAccessKeyId.Inactive": "the AccessKey is disabled: have it enabled, or use another",
	"InvalidTimeStamp.Expired":    "the clock of this machine is more than 15 minutes off: set it",
	"ApiNotSupport":               "only Enterprise Platinum (by some pages also Professional) instances take CA certificates",
}

const (
	freshCode       = "a code serves once and can be replaced: fetch a fresh one with 'mqttca code', sign it with 'mqttca sign' and submit that certificate"
	lacksPermission = "the RAM user or role lacks a permission for this operation on this instance"
)

// kindHints serve for the codes that have none of their own.
var kindHints = map[api.Kind]string{
	api.Denied:      "check the credentials, whether they have expired, and what their RAM policy permits",
	api.Unavailable: "try again in a while: running it again is safe",
}

// hint says what to do about an error, "" where there is nothing to add.
func hint(err error) string {
	if text := workflowHint(err); text != "" {
		return text
	}
	var (
		own     interface{ Hint() string }
		refusal *api.Error
		lost    *api.NoAnswerError
	)
	switch {
	case errors.Is(err, pki.ErrNoPassword):
		return "give it by --key-password-file or " + envKeyPassword + ", or run where it can be asked for on a terminal"
	case errors.As(err, &own):
		return own.Hint()
	case errors.As(err, &refusal):
		return refusalHint(refusal)
	case errors.Is(err, context.Canceled):
		return ""
	case errors.As(err, &lost):
		return "check the endpoint, the network and HTTPS_PROXY; running it again is safe"
	}
	return ""
}

func refusalHint(refusal *api.Error) string {
	if refusal.Code == "MqttInstanceNotFound" {
		return "an instance lives in one region, and the one asked was " + refusal.Host + ": check --region and the instance id"
	}
	return firstOf(codeHints[refusal.Code], kindHints[refusal.Rule().Kind])
}

// workflowHint comes before any other: what became of a submission counts more than why.
func workflowHint(err error) string {
	var (
		unknown  *workflow.UnknownError
		accepted *workflow.AcceptedError
		inactive *workflow.InactiveError
		conflict *workflow.SerialConflictError
		absent   *workflow.NotListedError
		usedUp   *workflow.CodesUsedUpError
		sameCode *workflow.SameCodeError
		oddCode  *workflow.OddCodeError
	)
	switch {
	case errors.As(err, &unknown):
		return "run it again: it looks at the list first, and submits only where the CA is not there"
	case errors.As(err, &accepted):
		return "look with 'mqttca confirm' until it is there and active: register would submit it anew while it is not listed; " +
			"name the request id to the vendor's support if it does not come"
	case errors.As(err, &inactive):
		return "find out who deactivated it and why; then 'mqttca register --activate' makes it active again"
	case errors.As(err, &conflict):
		return reissue
	case errors.As(err, &usedUp):
		return "somebody else seems to be registering CAs with this instance: run it again when they are done"
	case errors.As(err, &sameCode), errors.As(err, &oddCode):
		return "name the request ids, which --verbose shows, to the vendor's support"
	case errors.As(err, &absent):
		return "check the instance id and the region; if it was never registered, run 'mqttca register'"
	}
	return ""
}
