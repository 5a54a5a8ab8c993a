package emulator

import (
	"strconv"
	"testing"
	"time"
)

func TestNoncesAreForgotten(t *testing.T) {
	n := nonces{until: map[string]time.Time{}}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for i := range 3 * 60 {
		// Ahead of the clock as far as is let in, the longest that a nonce has to be remembered.
		n.use("id", strconv.Itoa(i), now.Add(clockTolerance), now)
		now = now.Add(time.Minute)
	}
	if got, want := len(n.until), 32; got > want {
		t.Errorf("%d nonces remembered of one a minute, want at most %d", got, want)
	}
	if n.use("id", "150", now, now) {
		t.Error("a nonce was forgotten while its timestamp could still pass")
	}
}
