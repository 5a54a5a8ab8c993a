package cmd

import (
	"errors"

	"mqttca/api"
	"mqttca/cmd/workflow"
)

// codeHints say what to do about a refusal, by the service's Code.
var codeHints = map[string]string{
	"MqttInstanceNotFound":        "an instance lives in one region: check the instance id, and the region with --region",
	"SnNotUnique":                 "a CA of this serial number, perhaps this very one, is registered elsewhere in the service: another instance, region or account; if it is not yours, reissue the CA certificate with a random serial number and the same key",
	"ParameterFieldCheckFailed":   "check the instance id and the name (--name)",
	"RegisterCodeError":           "fetch a fresh code with 'mqttca code', sign it with 'mqttca sign' and submit that certificate",
	"RegisterCodeUsed":            "a code serves once: fetch a fresh one with 'mqttca code', sign it with 'mqttca sign' and submit that certificate",
	"NoPermission":                "the RAM user or role lacks a permission for this operation on this instance",
	"Forbidden.RAM":               "the RAM user or role lacks a permission for this operation on this instance",
	"SignatureDoesNotMatch":       "the AccessKey secret does not belong to the AccessKey ID: copy both again",
	"InvalidAccessKeyId.NotFound": "the AccessKey does not exist or is deleted: check " + api.EnvAccessKeyID,
	"InvalidTimeStamp.Expired":    "the clock of this machine is more than 15 minutes off: set it",
	"ApiNotSupport":               "only Enterprise Platinum (by some pages also Professional) instances take CA certificates",
}

// hint says what to do about an error, "" where there is nothing to add.
func hint(err error) string {
	var (
		own      interface{ Hint() string }
		refusal  *api.Error
		unknown  *workflow.UnknownError
		accepted *workflow.AcceptedError
		inactive *workflow.InactiveError
		conflict *workflow.SerialConflictError
		absent   *workflow.NotListedError
	)
	switch {
	case errors.As(err, &unknown):
		return "run it again: it looks at the list first, and submits only where the CA is not there"
	case errors.As(err, &accepted):
		return "do not register it again: look with 'mqttca confirm', and name the request id to the vendor's support if it does not come"
	case errors.As(err, &inactive):
		return "find out who deactivated it and why; then 'mqttca register --activate' makes it active again"
	case errors.As(err, &conflict):
		return "reissue the CA certificate with a random serial number and the same key"
	case errors.As(err, &absent):
		return "check the instance id and the region; if it was never registered, run 'mqttca register'"
	case errors.As(err, &own):
		return own.Hint()
	case errors.As(err, &refusal):
		return codeHints[refusal.Code]
	}
	return ""
}
