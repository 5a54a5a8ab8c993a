package api

import (
	"slices"
	"strings"
)

// A Kind is what a refusal means to a caller, whatever its Code and HTTP status.
type Kind int

// The kinds of refusal.
const (
	Refused      Kind = iota // a refusal that stays one
	Denied                   // the credentials are not accepted
	Unpermitted              // the credentials do not permit the operation on this instance
	Unavailable              // the service was not able to do it now, and has not done it
	Uncertain                // the service may have done it all the same
	StaleCode                // the verification certificate's code is not, or no longer, the one expected
	Duplicate                // a CA certificate of this serial number is registered already
	Undocumented             // a Code that the table does not know
)

// A Rule says what one Code, or all Codes that begin alike, mean.
type Rule struct {
	Code     string // the vendor's; a final * stands for any ending
	Kind     Kind
	Retry    bool // the same request, signed anew, may succeed
	ExitCode int  // what a command that fails of it exits with
}

// rules is the one place where a Code gets its meaning. The HTTP status has no say:
// the vendor's pages give the same Code with different ones, and a 401 here has
// nothing to do with credentials. Codes from the reference pages of the operations,
// the vendor's notice on changed status codes, and the API gateway.
var rules = []Rule{
	{Code: "InvalidAccessKeyId*", Kind: Denied, ExitCode: 4},
	{Code: "SignatureDoesNotMatch", Kind: Denied, ExitCode: 4},
	{Code: "MissingSecurityToken", Kind: Denied, ExitCode: 4},
	{Code: "InvalidSecurityToken*", Kind: Denied, ExitCode: 4},
	{Code: "CheckAccountInfoFailed", Kind: Denied, ExitCode: 4},

	{Code: "NoPermission", Kind: Unpermitted, ExitCode: 4},
	{Code: "Forbidden*", Kind: Unpermitted, ExitCode: 4},
	{Code: "MqttOwnerCheckError", Kind: Unpermitted, ExitCode: 4},
	{Code: "InstancePermissionCheckFailed", Kind: Unpermitted, ExitCode: 4},
	{Code: "PermissionCheckFailed", Kind: Unpermitted, ExitCode: 4},

	{Code: "Throttling*", Kind: Unavailable, Retry: true, ExitCode: 6},
	{Code: "SystemOverFlow", Kind: Unavailable, Retry: true, ExitCode: 6},
	{Code: "GetCaNumError", Kind: Unavailable, Retry: true, ExitCode: 6},
	{Code: "ServiceUnavailable", Kind: Unavailable, Retry: true, ExitCode: 6},
	{Code: "InternalError", Kind: Uncertain, Retry: true, ExitCode: 6},
	// net/http sends a GET again by itself, unchanged, where a kept connection turns
	// out dead: then it is our own nonce that was used.
	{Code: "SignatureNonceUsed", Kind: Uncertain, Retry: true, ExitCode: 5},

	{Code: "RegisterCodeError", Kind: StaleCode, ExitCode: 5},
	{Code: "RegisterCodeUsed", Kind: StaleCode, ExitCode: 5},
	{Code: "SnNotUnique", Kind: Duplicate, ExitCode: 5},

	{Code: "ParameterFieldCheckFailed", Kind: Refused, ExitCode: 5},
	{Code: "MqttInstanceNotFound", Kind: Refused, ExitCode: 5},
	{Code: "CertificateContentError", Kind: Refused, ExitCode: 5},
	{Code: "CaNumExceed", Kind: Refused, ExitCode: 5},
	{Code: "FindCaBySnError", Kind: Refused, ExitCode: 5},
	{Code: "ApiNotSupport", Kind: Refused, ExitCode: 5},
	{Code: "InvalidTimeStamp*", Kind: Refused, ExitCode: 5},
	{Code: "IncompleteSignature", Kind: Refused, ExitCode: 5},
	{Code: "InvalidVersion", Kind: Refused, ExitCode: 5},
	{Code: "InvalidAction*", Kind: Refused, ExitCode: 5},
	{Code: "UnsupportedHTTPMethod", Kind: Refused, ExitCode: 5},
}

// Rules are all rows of the table, in its order, for documentation.
func Rules() []Rule { return slices.Clone(rules) }

// RuleFor is the rule of a Code. One that no row names is [Undocumented], or, where it
// says in the vendor's manner that something exists (EntityAlreadyExists.User),
// [Duplicate].
func RuleFor(code string) Rule {
	for _, rule := range rules {
		prefix, open := strings.CutSuffix(rule.Code, "*")
		if rule.Code == code || open && strings.HasPrefix(code, prefix) {
			return rule
		}
	}
	if strings.Contains(code, "AlreadyExist") {
		return Rule{Code: code, Kind: Duplicate, ExitCode: 5}
	}
	return Rule{Code: code, Kind: Undocumented, ExitCode: 5}
}
