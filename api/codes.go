package api

import (
	"slices"
	"strings"
)

// A Kind is the meaning of a refusal for the caller.
type Kind int

// The kinds of refusal.
const (
	Refused      Kind = iota // the same request will be refused again
	Denied                   // the credentials are not accepted
	Unpermitted              // the credentials do not permit the operation on this instance
	Unavailable              // the service could not do it now, and has not done it
	Uncertain                // the service may still have done it
	Repeated                 // the service has already had this very request, and may have done it
	StaleCode                // the verification certificate's code is not, or no longer, the expected one
	Duplicate                // a CA certificate with this serial number is already registered
	Undocumented             // a Code missing from the table
)

// Retry reports whether the same request, signed anew, may succeed.
func (k Kind) Retry() bool { return k == Unavailable || k == Uncertain || k == Repeated }

// MaybeDone reports whether the service may have done the refused operation.
func (k Kind) MaybeDone() bool { return k == Uncertain || k == Repeated }

// A Rule is the meaning of one Code, or of all Codes with the same beginning.
type Rule struct {
	Code string // the vendor's; a final * stands for any ending
	Kind Kind
}

// rules are the only place which gives a Code its meaning. The HTTP status does not count: the
// vendor's pages give the same Code with different ones, and a 401 here has nothing to do with
// credentials. The Codes are from the reference pages of the operations, the vendor's notice on
// changed status codes, and the API gateway.
var rules = []Rule{
	{"InvalidAccessKeyId*", Denied},
	{"SignatureDoesNotMatch", Denied},
	{"MissingSecurityToken", Denied},
	{"InvalidSecurityToken*", Denied},
	{"CheckAccountInfoFailed", Denied},

	{"NoPermission", Unpermitted},
	{"Forbidden*", Unpermitted},
	{"MqttOwnerCheckError", Unpermitted},
	{"InstancePermissionCheckFailed", Unpermitted},
	{"PermissionCheckFailed", Unpermitted},

	{"Throttling*", Unavailable},
	{"SystemOverFlow", Unavailable},
	{"GetCaNumError", Unavailable},
	{"ServiceUnavailable", Unavailable},
	{"InternalError", Uncertain},
	// If a proxy or a library sends a request twice, the used nonce is our own.
	{"SignatureNonceUsed", Repeated},

	{"RegisterCodeError", StaleCode},
	{"RegisterCodeUsed", StaleCode},
	{"SnNotUnique", Duplicate},

	{"ParameterFieldCheckFailed", Refused},
	{"ParameterCheckFailed", Refused},
	{"InvalidParameter*", Refused},
	{"Missing*", Refused}, // a parameter: MissingPageNo
	{"MqttInstanceNotFound", Refused},
	{"CertificateContentError", Refused},
	{"CaNumExceed", Refused},
	{"FindCaBySnError", Refused},
	{"FindDeviceBySnError", Refused},
	{"ApiNotSupport", Refused},
	{"InvalidTimeStamp*", Refused},
	{"IncompleteSignature", Refused},
	{"InvalidVersion", Refused},
	{"InvalidAction*", Refused},
	{"InvalidApi*", Refused},
	{"InvalidProtocol*", Refused},
	{"UnsupportedHTTPMethod", Refused},
}

// Rules returns all rows of the table in order.
func Rules() []Rule { return slices.Clone(rules) }

// RuleFor returns the rule of a Code. A Code without a row is [Duplicate] if it reports in the
// vendor's style that an object exists (EntityAlreadyExists.User), [Unavailable] if it reports
// throttling (Request.Throttled), and [Undocumented] otherwise.
func RuleFor(code string) Rule {
	for _, rule := range rules {
		prefix, open := strings.CutSuffix(rule.Code, "*")
		if rule.Code == code || open && strings.HasPrefix(code, prefix) {
			return rule
		}
	}
	switch {
	case strings.Contains(code, "AlreadyExist"):
		return Rule{code, Duplicate}
	case saysThrottling(code):
		return Rule{code, Unavailable}
	}
	return Rule{code, Undocumented}
}

// saysThrottling reports whether a Code means too many requests.
func saysThrottling(code string) bool {
	return code == "SystemOverFlow" || strings.Contains(code, "Throttl") || strings.Contains(code, "FlowControl") || strings.Contains(code, "TooManyRequests")
}
