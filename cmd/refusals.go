package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"mqttca/api"
)

// describeRefusal is the row for refusals by the service. The kind of the refusal decides
// the exit code; the Code, or else the kind, the hint.
func describeRefusal(cmd *cobra.Command, err error, f *failure) bool {
	refusal, ok := errors.AsType[*api.Error](err)
	if !ok {
		return false
	}
	kind := refusal.Rule().Kind
	f.ExitCode, f.outcome = exitOfKind(kind), outcomeRefused
	switch {
	case refusal.Code == "MqttInstanceNotFound":
		f.Hint = "an instance lives in one region, and the one asked was " + refusal.Host + ": check --region (or the endpoint, where " + envEndpoint + " or --endpoint names one) and the instance id; 'mqttca instances --all-regions' lists those of the account"
	case codeHints[refusal.Code] == "" && kind == api.Unpermitted:
		f.Hint = permissionHint(refusal.Call, cmp.Or(rowOf(cmd).calls, api.ToRegister))
	default:
		f.Hint = cmp.Or(codeHints[refusal.Code], kindHints[kind])
	}
	return true
}

// exitOfKind is the exit code of a refusal.
func exitOfKind(kind api.Kind) int {
	switch kind {
	case api.Denied, api.Unpermitted:
		return exitDenied
	case api.Unavailable, api.Uncertain:
		return exitUnavailable
	}
	return exitRefused
}

// codeHints are the hints for refusals, by the service's Code.
var codeHints = map[string]string{
	"SnNotUnique": "a CA of this serial number, perhaps this very one, is registered elsewhere in the service: " +
		"another instance, region or account; if it is not this one, " + reissue,
	"ParameterFieldCheckFailed":   badParameter,
	"ParameterCheckFailed":        badParameter,
	"CertificateContentError":     "if the CA certificate is as it should be, make the verification certificate with OpenSSL and submit that one",
	"CaNumExceed":                 "the instance has as many CAs as it may have: delete one that is not needed any more, or ask the vendor for more",
	"RegisterCodeError":           freshCode,
	"RegisterCodeUsed":            freshCode,
	"MqttOwnerCheckError":         "the instance belongs to another account than the credentials: check the instance id and --profile; 'mqttca check --online' shows the account",
	"SignatureDoesNotMatch":       "the AccessKey secret does not belong to the AccessKey ID: copy both again",
	"InvalidAccessKeyId.NotFound": "the AccessKey does not exist or was deleted: check its ID",
	"InvalidAccessKeyId.Inactive": "the AccessKey is disabled: have it enabled, or use another",
	"InvalidTimeStamp.Expired":    "the clock of this machine is more than 15 minutes off: set it",
	"FindCaBySnError":             "the CA is not there, or not any more: 'mqttca list' shows those that are",
	"FindDeviceBySnError":         "the device certificate is not there, or not any more: 'mqttca devices' lists those that are",
	"IncompleteSignature":         alteredRequest,
	"InvalidVersion":              alteredRequest,
	"UnsupportedHTTPMethod":       alteredRequest,
	"ApiNotSupport":               "only Enterprise Platinum (by some pages also Professional) instances take CA certificates",
}

const badParameter = "check the instance id and the name: --name gives another"

const alteredRequest = "the endpoint is another product's, or something on the way alters requests: check --endpoint and the proxy"

const freshCode = "a code serves once and can be replaced: fetch a fresh one with 'mqttca code', sign it with 'mqttca sign' and submit that certificate"

// kindHints serve for the codes that have none of their own.
var kindHints = map[api.Kind]string{
	api.Denied:      "check the credentials, and whether they have expired",
	api.Unavailable: "try again in a while: running it again is safe",
	api.Uncertain:   "try again in a while: running it again is safe",
	api.Repeated:    "try again in a while: running it again is safe",
}

// permissionHint names the actions that a refused call needs, and the command that makes
// the policy for the purpose of the command. register --activate needs one more purpose.
func permissionHint(call api.Call, purpose api.Purpose) string {
	actions := api.ActionsFor(call.Operation)
	needed := string(purpose)
	for _, other := range api.Purposes() {
		if !purpose.Allows(call.Operation) && other.Allows(call.Operation) {
			needed += " --for " + string(other)
			break
		}
	}
	region := "REGION"
	if endpoint, err := api.ParseEndpoint(call.Host); err == nil {
		region = cmp.Or(endpoint.Region(), region)
	}
	return fmt.Sprintf("the RAM user or role has to be allowed %s on this instance: 'mqttca policy --region %s --account ACCOUNT --instance %s --for %s' makes such a policy",
		strings.Join(actions, " and "), region, call.Instance, needed)
}
