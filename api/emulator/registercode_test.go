package emulator_test

import (
	"net/http"
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
		// Somebody else's code is not spent by naming it.
		c.registerCode(otherInstanceID)
		if got := c.submit(c.registerCode(instanceID), numbered(t, 3)); got != "" {
			t.Errorf("a fresh code: %q", got)
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

// TestFlicker: after the delay the CA is there at every other look, at the first not, and in the end always.
func TestFlicker(t *testing.T) {
	c := start(t, func(o *emulator.Options) { o.ListDelay, o.Flicker = time.Second, time.Minute })
	sn := c.register(instanceID, numbered(t, 1))
	look := func(wants ...bool) {
		t.Helper()
		for i, want := range wants {
			if got := len(c.list(instanceID, "1", "1").Sns) == 1; got != want {
				t.Errorf("look %d: listed %v, want %v", i, got, want)
			}
		}
	}
	look(false, false, false)
	c.clock.advance(time.Second)
	look(false, true, false, true)
	if got := c.send(snRequest(http.MethodGet, "GetCaCertificate", sn)); got.code() != "FindCaBySnError" {
		t.Errorf("GetCaCertificate is a look, too: %q", got.code())
	}
	c.clock.advance(time.Minute)
	look(true, true, true)
}

// TestFlickerIsOneLook: the pages of one list agree.
func TestFlickerIsOneLook(t *testing.T) {
	c := start(t, func(o *emulator.Options) { o.Flicker = time.Minute })
	c.register(instanceID, numbered(t, 1))
	c.register(instanceID, numbered(t, 2))
	for _, want := range []int{0, 1, 0, 1} {
		first, second := c.list(instanceID, "1", "1"), c.list(instanceID, "2", "1")
		if len(first.Sns) != want || len(second.Sns) != want {
			t.Errorf("pages %v, %v: want %d on each", first, second, want)
		}
	}
}
