package emulator_test

import (
	"regexp"
	"testing"
	"time"

	"mqttca/api/emulator"
)

// submit submits a new CA with a code and returns the error code of the answer.
func (c *client) submit(code string, ca *authority) string {
	c.t.Helper()
	return c.send(registerRequest(instanceID, "ca", ca.pem, ca.verification(c.t, code, nil))).code()
}

func TestRotateCodes(t *testing.T) {
	c := start(t, func(o *emulator.Options) { o.RotateCodes = true })
	first, second := c.registerCode(instanceID), c.registerCode(instanceID)
	if first == second {
		t.Fatal("the code stayed")
	}
	ca := numbered(t, 1)
	if got := c.submit(first, ca); got != "RegisterCodeError" {
		t.Errorf("the older code: %q", got)
	}
	if got := c.submit(second, ca); got != "" {
		t.Errorf("the current code: %q", got)
	}
}

func TestCodeLifetime(t *testing.T) {
	c := start(t, func(o *emulator.Options) { o.CodeLifetime = time.Minute })
	first := c.registerCode(instanceID)
	c.clock.advance(time.Minute - 1)
	if again := c.registerCode(instanceID); again != first {
		t.Error("the code changed within its lifetime")
	}
	c.clock.advance(1)
	ca := numbered(t, 1)
	if got := c.submit(first, ca); got != "RegisterCodeError" {
		t.Errorf("an expired code: %q", got)
	}
	if got := c.submit(c.registerCode(instanceID), ca); got != "" {
		t.Errorf("the next code: %q", got)
	}
}

func TestSingleUseCodes(t *testing.T) {
	for _, single := range []bool{false, true} {
		c := start(t, func(o *emulator.Options) { o.SingleUseCodes = single })
		// No code is fetched yet, so none is used up.
		for range 2 {
			if got := c.submit("", numbered(t, 3)); got != "RegisterCodeError" {
				t.Errorf("single use %v: no code: %q", single, got)
			}
		}
		taken := numbered(t, 1)
		c.register(instanceID, taken)
		code := c.registerCode(instanceID)
		if got := c.submit(code, taken); got != "SnNotUnique" {
			t.Fatalf("a serial number again: %q", got)
		}
		want := map[bool]string{false: "", true: "RegisterCodeUsed"}[single]
		if got := c.submit(code, numbered(t, 2)); got != want {
			t.Errorf("single use %v: the code again: %q, want %q", single, got, want)
		}
		// A refused submission uses up no code of another instance, and not the instance's own code if it has another or none.
		others, own := c.registerCode(otherInstanceID), c.registerCode(instanceID)
		for _, wrong := range []string{others, "", ""} {
			if got := c.submit(wrong, numbered(t, 3)); got != "RegisterCodeError" {
				t.Errorf("single use %v: the code %q: %q", single, wrong, got)
			}
		}
		if again := c.registerCode(instanceID); again != own {
			t.Errorf("single use %v: the code changed", single)
		}
		ca := numbered(t, 3)
		if got := c.send(registerRequest(otherInstanceID, "ca", ca.pem, ca.verification(t, others, nil))); got.code() != "" {
			t.Errorf("single use %v: the other instance's code: %q", single, got.code())
		}
	}
}

func TestCodeLength(t *testing.T) {
	for _, length := range []int{36, 37, 46, 63, 64} {
		c := start(t, func(o *emulator.Options) { o.CodeLength = length })
		if code := c.registerCode(instanceID); len(code) != length {
			t.Errorf("code %q has not %d characters", code, length)
		}
	}
}

func TestRegisterCodeStaysUntilUsed(t *testing.T) {
	c := start(t, nil)
	got := c.send(codeRequest(instanceID))
	checkHeaders(t, got)
	first := got.Body["RegisterCode"].(string)
	if shape := regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}[0-9]{10}$`); !shape.MatchString(first) {
		t.Errorf("code %q has not the vendor's shape", first)
	}
	if again := c.registerCode(instanceID); again != first {
		t.Errorf("code changed from %q to %q unused", first, again)
	}
	if other := c.registerCode(otherInstanceID); other == first {
		t.Error("two instances share a code")
	}
	c.register(instanceID, newAuthority(t, nil, nil))
	if next := c.registerCode(instanceID); next == first {
		t.Error("a used code is still current")
	}
}
