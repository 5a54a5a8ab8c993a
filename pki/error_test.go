package pki

import (
	"errors"
	"io/fs"
	"testing"
)

func TestError(t *testing.T) {
	_, err := readKey("no/such/ca.key", nil)
	wantError(t, err, "read CA key no/such/ca.key: no such file")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Error("the cause is lost")
	}
	hinted := &Error{Action: "read", Object: "x", Reason: "y", Advice: "do z"}
	if hinted.Hint() != "do z" || hinted.Error() != "read x: y" {
		t.Errorf("hint %q, error %q", hinted.Hint(), hinted)
	}
}

func TestSeverity(t *testing.T) {
	if Fault.String() != "error" || Warning.String() != "warning" {
		t.Errorf("%s, %s", Fault, Warning)
	}
}
