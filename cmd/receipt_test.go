package cmd

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mqttca/api/emulator"
	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
)

// An activation that the service accepted is evidence, also if the list does not confirm it.
func TestReceiptOfAnUnconfirmedActivation(t *testing.T) {
	s := newStage(t, "inactive")
	s.service.Inject(emulator.Fault{Kind: emulator.FaultRefuse, Code: "NoPermission", Operation: "ListCaCertificate", Call: 2})
	path := filepath.Join(t.TempDir(), "receipt.json")
	code, _, stderr := runHere(s.line("register --ca-cert CERT --ca-key KEY --activate --receipt " + path)...)
	got, err := (&app{}).readReceipt(path)
	if code != exitNotListed || err != nil || got.Outcome != outcomeUnconfirmed || got.RequestID == "" || got.VerificationCertificate == "" {
		t.Errorf("exit code %d, receipt %+v, %v, %s", code, got, err, stderr)
	}
}

// A receipt is for others to read, and shows a CA that is about to expire.
func TestReceiptForOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "receipt.json")
	c := &console{quiet: true}
	if err := c.keep(&session{}, path, receipt{}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	soon := receipt{runDocument: runDocument{Outcome: workflow.Confirmed}, CA: caDocument{certificateDocument: certificateDocument{NotAfter: instantOf(time.Now().Add(time.Hour))}}}
	var out strings.Builder
	if err := (terminal.Display{Colour: true}).Layout(soon.plain)(&out); err != nil || !strings.Contains(out.String(), "\x1b[33m"+string(soon.CA.NotAfter)) {
		t.Errorf("%q, %v", out.String(), err)
	}
}

// What somebody puts in the place of a receipt stays, and the receipt is written beside it,
// before the submission and at the end.
func TestForeignFilePutThereMeanwhile(t *testing.T) {
	put := map[string]func(path string) error{
		"notes":           func(path string) error { return os.WriteFile(path, []byte("notes"), 0o600) },
		"another receipt": func(path string) error { return os.WriteFile(path, []byte(`{"run_id": "00000000"}`), 0o600) },
		"a link":          func(path string) error { return os.Symlink("elsewhere", path) },
		"a folder":        func(path string) error { return os.Mkdir(path, 0o700) },
	}
	for name, put := range put {
		for _, moment := range []string{"sign ", "confirm "} {
			t.Run(name+" at "+moment, func(t *testing.T) {
				_, caCert, caKey := newEmulated(t)
				folder := t.TempDir()
				path := filepath.Join(folder, "r.json")
				var before os.FileInfo
				stderr := &hook{match: moment, do: func() {
					os.Remove(path)
					if err := put(path); err != nil {
						t.Error(err)
					}
					before, _ = os.Lstat(path)
				}}
				a := &app{console: console{out: io.Discard, err: terminal.NewScreen(stderr, terminal.Display{})}}
				code := a.run(context.Background(), []string{"register", "--instance", emulatedInstance, "--ca-cert", caCert, "--ca-key", caKey, "--receipt", path})
				after, err := os.Lstat(path)
				if code != exitOK || err != nil || !os.SameFile(before, after) || before.Size() != after.Size() || !before.ModTime().Equal(after.ModTime()) {
					t.Errorf("exit code %d, before %v, after %v, %v, %s", code, before, after, err, stderr)
				}
				siblings, _ := filepath.Glob(path + ".*Z-*.json")
				if len(siblings) != 1 {
					t.Fatalf("siblings %q", siblings)
				}
				if r, err := (&console{}).readReceipt(siblings[0]); err != nil || r.Outcome != workflow.Registered || !strings.Contains(stderr.String(), "wrote the receipt "+siblings[0]) {
					t.Errorf("%+v, %v, %s", r, err, stderr)
				}
			})
		}
	}
}

// Two processes that submit the same CA at once, with one --receipt: two receipts.
func TestTwoProcessesWithOneReceipt(t *testing.T) {
	program, err := exec.LookPath("mqttca")
	if err != nil {
		t.Fatal(err)
	}
	service, caCert, caKey := newEmulated(t)
	// Both see that the CA is not there before either submits.
	var looked, submitted sync.WaitGroup
	looked.Add(2)
	submitted.Add(2)
	var first atomic.Int32
	both := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if first.Add(1) <= 2 {
			looked.Done()
			looked.Wait()
		}
		service.ServeHTTP(w, r)
	}))
	defer both.Close()
	t.Setenv(envEndpoint, both.URL)
	path := filepath.Join(t.TempDir(), "r.json")
	for range 2 {
		go func() {
			defer submitted.Done()
			command := exec.Command(program, "register", "--instance", emulatedInstance, "--ca-cert", caCert, "--ca-key", caKey, "--receipt", path)
			if output, err := command.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, output)
			}
		}()
	}
	submitted.Wait()
	runs, outcomes := map[string]bool{}, map[workflow.Outcome]bool{}
	paths := findReceipts(path, nil)
	for _, path := range paths {
		r, err := (&console{}).readReceipt(path)
		if err != nil || r.VerificationCertificate == "" {
			t.Errorf("%s: %v, %+v", path, err, r)
		}
		runs[r.RunID], outcomes[r.Outcome] = true, true
	}
	if len(paths) != 2 || len(runs) != 2 || !outcomes[workflow.Registered] || outcomes[workflow.Submitting] || len(service.Registrations()) != 1 {
		t.Errorf("receipts %q of runs %v, outcomes %v, %d registrations", paths, runs, outcomes, len(service.Registrations()))
	}
}
