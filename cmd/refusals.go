package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/api/credentials"
)

// describeRefusal is the row for refusals by the service. The kind of the refusal decides its
// meaning; the Code, or else the kind, the hint.
func describeRefusal(cmd *cobra.Command, err error, f *failure) bool {
	refusal, ok := errors.AsType[*api.Error](err)
	if !ok {
		return false
	}
	kind := refusal.Rule().Kind
	if kind == api.Undocumented && api.MayPass(refusal) {
		kind = api.Unavailable
	}
	f.meaning = kindRows[kind].meaning
	if kind == api.Unavailable && api.Throttled(refusal) {
		f.Reason = "throttled"
	}
	hint := cmp.Or(codeHints[refusal.Code], kindRows[kind].hint)
	switch {
	case refusal.Code == "MqttInstanceNotFound":
		hint = "check the instance id and the region (--region, --endpoint or " + envEndpoint + "): an instance is in one region, and " + refusal.Host + " was asked; 'mqttca instances --all-regions' searches every region with a published endpoint"
	case refusal.Code == credentials.ExpiredCode && refusal.Renewal != "":
		hint = refusal.Renewal
	case codeHints[refusal.Code] == "" && kind == api.Unpermitted:
		hint = permissionHint(refusal.Call, cmp.Or(rowOf(cmd).calls, api.ToRegister))
	}
	f.Hint = text(hint)
	return true
}

// A kindRow is the row of a kind of refusal. Its hint counts if the Code has none.
type kindRow struct {
	meaning
	hint string
}

const again = "try again later: running it again is safe"

// kindRows are the table of refusals. If the Code is unknown and the HTTP status may pass, the kind
// is Unavailable.
var kindRows = map[api.Kind]kindRow{
	api.Refused:      {meaning{exitRefused, "refused", "no", outcomeRefused}, ""},
	api.Undocumented: {meaning{exitRefused, "refused", "no", outcomeRefused}, ""},
	api.StaleCode:    {meaning{exitRefused, "stale_code", "no", outcomeRefused}, ""},
	api.Duplicate:    {meaning{exitRefused, "serial_taken", "no", outcomeRefused}, ""},
	api.Denied:       {meaning{exitDenied, "credentials", "no", outcomeRefused}, "check the credentials, and whether they have expired"},
	api.Unpermitted:  {meaning{exitDenied, "denied", "no", outcomeRefused}, ""},
	api.Unavailable:  {meaning{exitUnavailable, "unavailable", "later", outcomeRefused}, again},
	api.Uncertain:    {meaning{exitUnavailable, "unavailable", "later", outcomeRefused}, again},
	api.Repeated:     {meaning{exitRefused, "refused", "no", outcomeRefused}, "check the proxy, which seems to send requests twice, then try again; running it again is safe"},
}

// codeHints are the hints for refusals, by the service's Code.
var codeHints = map[string]string{
	"SnNotUnique":                   "look for this CA, or another with its serial number, on other instances, in other regions and accounts (one page of the vendor allows a CA on one instance of a region only); if it is another CA, " + reissue,
	"ParameterFieldCheckFailed":     badParameter,
	"ParameterCheckFailed":          badParameter,
	"CertificateContentError":       "check the CA with 'mqttca check'; if it has no fault, make the verification certificate with OpenSSL and submit that one",
	"CaNumExceed":                   "the instance has reached its limit of CAs: delete one with 'mqttca delete', or contact the vendor's support",
	"RegisterCodeError":             freshCode,
	"RegisterCodeUsed":              freshCode,
	"MqttOwnerCheckError":           "check the instance id and --profile: the instance may belong to another account; 'mqttca check --online' shows yours",
	"InstancePermissionCheckFailed": "check which account owns the instance ('mqttca check --online' shows yours) and the permissions of the RAM user or role ('mqttca policy' makes a policy)",
	"SignatureDoesNotMatch":         "the AccessKey secret does not belong to the AccessKey ID: copy both again",
	"InvalidAccessKeyId.NotFound":   "the AccessKey does not exist or was deleted: check its ID",
	"InvalidAccessKeyId.Inactive":   "the AccessKey is disabled: have it enabled, or use another",
	"InvalidTimeStamp.Expired":      "set this machine's clock: it is more than 15 minutes off",
	"FindCaBySnError":               "run 'mqttca list': the CA was never registered with this instance, or was deleted",
	"FindDeviceBySnError":           "run 'mqttca list' and 'mqttca devices': the CA or the device certificate is not registered, or the CA has no devices",
	"IncompleteSignature":           alteredRequest,
	"InvalidVersion":                alteredRequest,
	"UnsupportedHTTPMethod":         alteredRequest,
	"ApiNotSupport":                 "check --endpoint, and the edition with 'mqttca instances': CA certificates need Platinum, or by some pages Professional; the vendor does not explain this code",
}

const badParameter = "check the instance id and the name, or give another with --name"

const alteredRequest = "check --endpoint and the proxy: the endpoint is another product's, or the proxy alters requests"

const freshCode = "fetch a new code with 'mqttca code', sign it with 'mqttca sign' and submit that certificate: a code may work only once, and a newer one may replace it"

// permissionHint names the actions needed by a refused call, and the command to make the policy for
// the purpose of the command. register --activate and deactivate --with-devices need one more.
func permissionHint(call api.Call, purpose api.Purpose) string {
	actions := api.ActionsFor(call.Operation)
	if len(actions) == 0 {
		return "ask the administrator of the account: the vendor's page names no permission for " + call.Operation
	}
	needed := string(purpose)
	for _, other := range []api.Purpose{api.ToLifecycle, api.ToDevices} {
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
