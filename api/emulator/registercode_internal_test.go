package emulator

import (
	"regexp"
	"testing"
)

func TestRegisterCodesHaveOneLength(t *testing.T) {
	shape := regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}[0-9]{10}$`)
	seen := make(map[string]bool)
	for range 300 {
		code := newRegisterCode(defaultCodeLength)
		if !shape.MatchString(code) || seen[code] {
			t.Fatalf("code %q is misshapen or came twice", code)
		}
		seen[code] = true
	}
}
