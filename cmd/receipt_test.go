package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mqttca/api/emulator"
	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// An activation that the service accepted is evidence, also if the list does not confirm it.
func TestReceiptOfAnUnconfirmedActivation(t *testing.T) {
	s := newStage(t, "inactive")
	s.service.Inject(emulator.Fault{Kind: emulator.FaultRefuse, Code: "NoPermission", Operation: "ListCaCertificate", Call: 2})
	path := filepath.Join(t.TempDir(), "receipt.json")
	code, _, stderr := runHere(s.line("register --ca-cert CERT --ca-key KEY --activate --receipt " + path)...)
	got, err := (&app{}).readReceipt(path)
	if code != exitNotListed || err != nil || got.Outcome != outcomeUnconfirmed || got.RequestID == "" || got.VerificationCertificate != "" {
		t.Errorf("exit code %d, receipt %+v, %v, %s", code, got, err, stderr)
	}
}

// A receipt is for others to read, and shows a CA that is about to expire.
func TestReceiptForOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "receipt.json")
	c := &console{quiet: true}
	if err := c.keep(path, receipt{}, workflow.Result{}, nil); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	soon := receipt{Outcome: workflow.Confirmed, CA: caDocument{certificateDocument: certificateDocument{NotAfter: pki.Timestamp(time.Now().Add(time.Hour))}}}
	var out strings.Builder
	if err := (terminal.Display{Colour: true}).Layout(soon.plain)(&out); err != nil || !strings.Contains(out.String(), "\x1b[33m"+soon.CA.NotAfter) {
		t.Errorf("%q, %v", out.String(), err)
	}
}

// A receipt is kept where it is of the run that changed something, by the same service,
// and the new one only says that nothing was to do.
func TestKeepsOlder(t *testing.T) {
	of := func(outcome workflow.Outcome, endpoint string) receipt {
		return receipt{Outcome: outcome, origin: origin{Endpoint: endpoint}}
	}
	tests := []struct {
		name     string
		old, new receipt
		want     bool
	}{
		{"registered, then found there", of(workflow.Registered, "a"), of(workflow.AlreadyRegistered, "a"), true},
		{"reactivated, then found there", of(workflow.Reactivated, "a"), of(workflow.AlreadyRegistered, "a"), true},
		{"another service", of(workflow.Registered, "a"), of(workflow.AlreadyRegistered, "b"), false},
		{"registered again, deleted meanwhile", of(workflow.Registered, "a"), of(workflow.Registered, "a"), false},
		{"registered, then unknown", of(workflow.Registered, "a"), of(outcomeUnknown, "a"), false},
		{"found there twice", of(workflow.AlreadyRegistered, "a"), of(workflow.AlreadyRegistered, "a"), false},
		{"unknown, then found there", of(outcomeUnknown, "a"), of(workflow.AlreadyRegistered, "a"), false},
	}
	for _, tt := range tests {
		path := filepath.Join(t.TempDir(), "receipt.json")
		data, err := encode(tt.old)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := (&app{}).keepsOlder(path, tt.new); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	if (&app{}).keepsOlder(filepath.Join(t.TempDir(), "none.json"), of(workflow.AlreadyRegistered, "a")) {
		t.Error("a receipt that is not there attests nothing")
	}
}
