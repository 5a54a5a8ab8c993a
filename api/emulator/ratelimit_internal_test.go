package emulator

import (
	"testing"
	"time"
)

// An address that is over 300 calls a second is blocked for a minute, and no other.
func TestLimitOfAnAddress(t *testing.T) {
	limits, now := Options{RateLimit: true}.rateLimits(), time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	call := func(address string, after time.Duration) code {
		if refused := limits.ofAddress(address, now.Add(after)); refused != nil {
			return refused.code
		}
		return ""
	}
	for n := range 600 {
		if got := call("127.0.0.1:1", time.Duration(n)*time.Second/299); got != "" {
			t.Fatalf("call %d of 299 a second: %s", n, got)
		}
	}
	for n := range 301 {
		if got := call("127.0.0.2:1", 0); (got != "") != (n == 300) || got != "" && got != "Throttling" {
			t.Fatalf("call %d in a second: %q", n, got)
		}
	}
	for after, want := range map[time.Duration]code{0: "Throttling", 59 * time.Second: "Throttling", 60 * time.Second: ""} {
		if got := call("127.0.0.2:2", after); got != want {
			t.Errorf("after %v: %q, want %q", after, got, want)
		}
	}
	if got := call("127.0.0.3:1", 0); got != "" {
		t.Errorf("another address: %s", got)
	}
}

// A user has 500 calls a second of each operation.
func TestLimitOfAUser(t *testing.T) {
	limits := Options{RateLimit: true}.rateLimits()
	refusals := map[string]int{}
	for _, operation := range []string{"ListCaCertificate", "GetRegisterCode"} {
		for range 510 {
			if limits.ofUser(&call{claim: claim{operation: operation}, credential: Credential{AccessKeyID: "id"}}) != nil {
				refusals[operation]++
			}
		}
	}
	if refusals["ListCaCertificate"] != 10 || refusals["GetRegisterCode"] != 10 {
		t.Errorf("%v", refusals)
	}
}

// A quota counts all calls of a user together, and those of no other user.
func TestQuota(t *testing.T) {
	limits, now := Options{Quota: 50}.rateLimits(), time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	refused := map[string]int{}
	for n := range 300 { // in 3 seconds
		for _, user := range []string{"busy", "idle"} {
			if user == "idle" && n%10 != 0 {
				continue
			}
			c := &call{now: now.Add(time.Duration(n) * 10 * time.Millisecond), claim: claim{operation: []string{"ListCaCertificate", "GetRegisterCode"}[n%2]}, credential: Credential{AccessKeyID: user}}
			if limits.ofUser(c) != nil || limits.ofAddress("127.0.0.1:1", c.now) != nil {
				refused[user]++
			}
		}
	}
	if refused["busy"] != 150 || refused["idle"] != 0 {
		t.Errorf("%v", refused)
	}
}
