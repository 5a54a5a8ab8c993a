package cmd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"

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
	"MqttOwnerCheckError":         "the instance belongs to another account than the credentials: check the instance id and --profile",
	"SignatureDoesNotMatch":       "the AccessKey secret does not belong to the AccessKey ID: copy both again",
	"InvalidAccessKeyId.NotFound": "the AccessKey does not exist or was deleted: check its ID",
	"InvalidAccessKeyId.Inactive": "the AccessKey is disabled: have it enabled, or use another",
	"InvalidTimeStamp.Expired":    "the clock of this machine is more than 15 minutes off: set it",
	"FindCaBySnError":             "the CA is not there, or not any more: 'mqttca list' shows those that are",
	"IncompleteSignature":         alteredRequest,
	"InvalidVersion":              alteredRequest,
	"UnsupportedHTTPMethod":       alteredRequest,
	"ApiNotSupport":               "only Enterprise Platinum (by some pages also Professional) instances take CA certificates",
}

const alteredRequest = "the endpoint is another product's, or something on the way alters requests: check --endpoint and the proxy"

const freshCode = "a code serves once and can be replaced: fetch a fresh one with 'mqttca code', sign it with 'mqttca sign' and submit that certificate"

// kindHints serve for the codes that have none of their own.
var kindHints = map[api.Kind]string{
	api.Denied:      "check the credentials, and whether they have expired",
	api.Unavailable: "try again in a while: running it again is safe",
	api.Uncertain:   "try again in a while: running it again is safe",
}

// hint says what to do about an error, "" where there is nothing to add.
func hint(err error) string {
	if text := workflowHint(err); text != "" {
		return text
	}
	var (
		own        interface{ Hint() string }
		refusal    *api.Error
		lost       *api.NoAnswerError
		unverified *tls.CertificateVerificationError
	)
	switch {
	case errors.Is(err, pki.ErrNoPassword):
		return "give it by --key-password-file or " + envKeyPassword + ", or run where it can be asked for on a terminal"
	case errors.As(err, &own):
		return own.Hint()
	case errors.As(err, &refusal):
		return refusalHint(refusal, purposeOf(err))
	case errors.Is(err, context.Canceled):
		return ""
	case errors.As(err, &unverified):
		return "check the endpoint and this machine's clock; where a proxy on the way answers with certificates of its own, " +
			"its root certificate has to be among those of the system, or of SSL_CERT_FILE on Unix"
	case errors.As(err, &lost):
		return "check the region or the endpoint (" + envEndpoint + " counts, too), the network and HTTPS_PROXY; running it again is safe"
	}
	return ""
}

func refusalHint(refusal *api.Error, purpose api.Purpose) string {
	if refusal.Code == "MqttInstanceNotFound" {
		return "an instance lives in one region, and the one asked was " + refusal.Host + ": check --region (or the endpoint, where " + envEndpoint + " or --endpoint names one) and the instance id"
	}
	if text := codeHints[refusal.Code]; text != "" || refusal.Rule().Kind != api.Unpermitted {
		return firstOf(text, kindHints[refusal.Rule().Kind])
	}
	return permissionHint(refusal.Call, purpose)
}

// permissionHint names the actions that a refused call needs, and the command that makes
// the policy for what was to be done.
func permissionHint(call api.Call, purpose api.Purpose) string {
	actions := api.ActionsFor(call.Operation)
	region := "REGION"
	if endpoint, err := api.ParseEndpoint(call.Host); err == nil {
		region = firstOf(endpoint.Region(), region)
	}
	return fmt.Sprintf("the RAM user or role has to be allowed %s on this instance: 'mqttca policy --region %s --account ACCOUNT --instance %s --for %s' makes such a policy",
		strings.Join(actions, " and "), region, call.Instance, purpose)
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
		active   *workflow.ActiveError
		unclear  *workflow.UnclearError
		devices  *workflow.DevicesError
		several  *workflow.AmbiguousError
	)
	switch {
	case errors.As(err, &unknown):
		return "run it again: it looks at the list first, and changes something only where that is still to be done"
	case errors.As(err, &accepted) && accepted.What != "":
		return "run it again: it looks at the list first; name the request id to the vendor's support if the change does not come"
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
	case errors.As(err, &active):
		return "run 'mqttca deactivate' first, and see that every device that you need is let in all the same"
	case errors.As(err, &unclear):
		return "look at it in the vendor's console; 'mqttca deactivate' asks the service to make it inactive"
	case errors.As(err, &devices):
		return "look at them with 'mqttca devices'; if none is needed any more, give --delete-devices"
	case errors.As(err, &several):
		return "give --sn exactly as 'mqttca list' shows it, or --ca-cert"
	case errors.As(err, &absent):
		return "check the instance id and the region; if it was never registered, run 'mqttca register'"
	}
	return ""
}
