package api

import (
	"slices"
	"testing"
)

func TestRuleFor(t *testing.T) {
	denied := Rule{Kind: Denied, ExitCode: 4}
	unpermitted := Rule{Kind: Unpermitted, ExitCode: 4}
	unavailable := Rule{Kind: Unavailable, Retry: true, ExitCode: 6}
	refused := Rule{Kind: Refused, ExitCode: 5}
	tests := []struct {
		code string
		want Rule
	}{
		{"InvalidAccessKeyId.NotFound", denied},
		{"InvalidAccessKeyId.Inactive", denied},
		{"SignatureDoesNotMatch", denied},
		{"MissingSecurityToken", denied},
		{"InvalidSecurityToken.Expired", denied},
		{"CheckAccountInfoFailed", denied},
		{"NoPermission", unpermitted},
		{"Forbidden.RAM", unpermitted},
		{"MqttOwnerCheckError", unpermitted},
		{"InstancePermissionCheckFailed", unpermitted},
		{"PermissionCheckFailed", unpermitted},
		{"Throttling", unavailable},
		{"Throttling.User", unavailable},
		{"Throttling.Api", unavailable},
		{"SystemOverFlow", unavailable},
		{"GetCaNumError", unavailable},
		{"InternalError", Rule{Kind: Uncertain, Retry: true, ExitCode: 6}},
		{"SignatureNonceUsed", Rule{Kind: Uncertain, Retry: true, ExitCode: 5}},
		{"ServiceUnavailable", unavailable},
		{"RegisterCodeError", Rule{Kind: StaleCode, ExitCode: 5}},
		{"RegisterCodeUsed", Rule{Kind: StaleCode, ExitCode: 5}},
		{"SnNotUnique", Rule{Kind: Duplicate, ExitCode: 5}},
		{"ParameterFieldCheckFailed", refused},
		{"MqttInstanceNotFound", refused},
		{"InvalidTimeStamp.Expired", refused},
		{"NoPermissionOfAnotherKind", Rule{Kind: Undocumented, ExitCode: 5}},
		{"NeverSeenBefore", Rule{Kind: Undocumented, ExitCode: 5}},
		{"", Rule{Kind: Undocumented, ExitCode: 5}},
		{"CaAlreadyExisted", Rule{Kind: Duplicate, ExitCode: 5}},
	}
	for _, tt := range tests {
		got := RuleFor(tt.code)
		got.Code = ""
		if got != tt.want {
			t.Errorf("RuleFor(%q) = %+v, want %+v", tt.code, got, tt.want)
		}
	}
}

// A row behind one that covers it would never be reached.
func TestRulesDoNotHideEachOther(t *testing.T) {
	for i, rule := range rules {
		if first := slices.IndexFunc(rules, func(r Rule) bool { return RuleFor(rule.Code).Code == r.Code }); first != i {
			t.Errorf("row %d (%s) is hidden by row %d", i, rule.Code, first)
		}
	}
}
