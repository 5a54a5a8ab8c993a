package cmd

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// pretends accepts the operation without doing it, so that the list never shows the change.
// It closes each connection: an idle one would hold a synctest bubble's clock.
func pretends(operation string, emulated http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		if operation != "" && r.Header.Get("x-acs-action") == operation {
			io.WriteString(w, `{"RequestId":"r","Sn":"1"}`)
			return
		}
		emulated.ServeHTTP(w, r)
	})
}

// Every command that has --wait watches the list for that long, beside the two minutes that
// its other requests may take, and then says that the change is not confirmed.
func TestEachWaitIsWaited(t *testing.T) {
	for _, tt := range []struct{ args, state, change string }{
		{"register --ca-cert CERT --ca-key KEY", "absent", "RegisterCaCertificate"},
		{"register --ca-cert CERT --ca-key KEY --activate", "inactive", "ActiveCaCertificate"},
		{"submit --ca-cert CERT --verification-cert PROOF", "absent", "RegisterCaCertificate"},
		{"confirm --ca-cert CERT", "absent", ""},
		{"activate --ca-cert CERT", "inactive", "ActiveCaCertificate"},
		{"deactivate --ca-cert CERT", "active", "InactivateCaCertificate"},
		{"delete --ca-cert CERT --yes", "inactive", "DeleteCaCertificate"},
	} {
		for wait, want := range map[string]time.Duration{" --wait 0s": 0, "": time.Minute, " --wait 5m": 5 * time.Minute} {
			t.Run(strings.ReplaceAll(tt.args+wait, " ", "_"), func(t *testing.T) {
				s := newStage(t, tt.state)
				server := httptest.NewServer(pretends(tt.change, s.service))
				defer server.Close()
				t.Setenv(envEndpoint, server.URL)
				now := time.Now()
				synctest.Test(t, func(t *testing.T) {
					time.Sleep(time.Until(now)) // a bubble's clock begins in 2000
					start := time.Now()
					code, _, stderr := runHere(s.line(tt.args + wait)...)
					if took := time.Since(start); code != exitNotListed || took != want {
						t.Errorf("exit code %d after %v, want %d after %v: %s", code, took, exitNotListed, want, stderr)
					}
				})
			})
		}
	}
}
