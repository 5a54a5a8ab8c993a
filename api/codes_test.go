package api

import (
	"slices"
	"testing"
)

func TestRuleFor(t *testing.T) {
	tests := []struct {
		code string
		want Kind
	}{
		{"InvalidAccessKeyId.NotFound", Denied},
		{"InvalidAccessKeyId.Inactive", Denied},
		{"SignatureDoesNotMatch", Denied},
		{"MissingSecurityToken", Denied},
		{"InvalidSecurityToken.Expired", Denied},
		{"CheckAccountInfoFailed", Denied},
		{"NoPermission", Unpermitted},
		{"Forbidden.RAM", Unpermitted},
		{"MqttOwnerCheckError", Unpermitted},
		{"InstancePermissionCheckFailed", Unpermitted},
		{"PermissionCheckFailed", Unpermitted},
		{"Throttling", Unavailable},
		{"Throttling.User", Unavailable},
		{"Throttling.Api", Unavailable},
		{"SystemOverFlow", Unavailable},
		{"GetCaNumError", Unavailable},
		{"InternalError", Uncertain},
		{"SignatureNonceUsed", Repeated},
		{"ServiceUnavailable", Unavailable},
		{"RegisterCodeError", StaleCode},
		{"RegisterCodeUsed", StaleCode},
		{"SnNotUnique", Duplicate},
		{"ParameterFieldCheckFailed", Refused},
		{"MqttInstanceNotFound", Refused},
		{"InvalidTimeStamp.Expired", Refused},
		{"NoPermissionOfAnotherKind", Undocumented},
		{"NeverSeenBefore", Undocumented},
		{"", Undocumented},
		{"CaAlreadyExisted", Duplicate},
		{"Request.Throttled", Unavailable},
		{"QpsFlowControl", Unavailable},
		{"TooManyRequests.User", Unavailable},
	}
	for _, tt := range tests {
		if got := RuleFor(tt.code).Kind; got != tt.want {
			t.Errorf("%s is of kind %v, want %v", tt.code, got, tt.want)
		}
	}
}

// What may be sent again, and what may have been done.
func TestKinds(t *testing.T) {
	for kind, want := range map[Kind][2]bool{
		Refused: {false, false}, Denied: {false, false}, Unpermitted: {false, false}, StaleCode: {false, false}, Duplicate: {false, false},
		Undocumented: {false, false}, Unavailable: {true, false}, Uncertain: {true, true}, Repeated: {true, true},
	} {
		if got := [2]bool{kind.Retry(), kind.MaybeDone()}; got != want {
			t.Errorf("kind %v: %v, want %v", kind, got, want)
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
