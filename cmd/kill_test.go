package cmd

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"mqttca/api/emulator"
	"mqttca/cmd/workflow"
)

// Killed softly or not, when a request has arrived or when it is done and not yet answered:
// never two registrations, never half a receipt; and run again to the end, exactly one
// registration and exit 0. A run that is interrupted after it submitted leaves a receipt, one
// that is killed the receipt from before its submission: the next run tells of it.
func TestKilledAtEachRequest(t *testing.T) {
	program, err := exec.LookPath("mqttca")
	if err != nil {
		t.Fatal(err)
	}
	requests := []string{"ListCaCertificate", "GetRegisterCode", "RegisterCaCertificate", "ListCaCertificate"}
	for nth, operation := range requests {
		for _, done := range []bool{false, true} {
			for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM, os.Kill} {
				t.Run(fmt.Sprintf("%d %s, done %v, %v", nth+1, operation, done, signal), func(t *testing.T) {
					v := newVictim(t, program, moment{int32(nth + 1), done, signal})
					want := exitInterrupted
					if signal == os.Kill {
						want = -1
					}
					if code := v.run(); code != want {
						t.Errorf("killed: exit code %d, want %d", code, want)
					}
					// Before it is done the request is lost with the process.
					if registered := v.registrations() == 1; registered != (nth > 2 || nth == 2 && done) || v.received.Load() != int32(nth+1) {
						t.Errorf("killed: registered %v after %d requests", registered, v.received.Load())
					}
					killed := v.receipts()
					if (len(killed) == 1) != (nth >= 2) {
						t.Errorf("killed: receipts %v", killed)
					}
					if code := v.run(); code != exitOK || v.registrations() != 1 {
						t.Errorf("run again: exit code %d, %d registrations", code, v.registrations())
					}
					v.checkAgain(killed)
				})
			}
		}
	}
}

// A victim is a registration that gets killed.
type victim struct {
	t        *testing.T
	program  string
	folder   string
	service  *emulator.Service
	url      string
	received atomic.Int32 // requests of all runs
	process  chan *os.Process
	moment   moment
	stderr   bytes.Buffer // of the last run
}

// A moment is when a victim is killed, and by which signal.
type moment struct {
	request int32 // counted from 1
	done    bool  // when its work is done, not before
	signal  os.Signal
}

func newVictim(t *testing.T, program string, when moment) *victim {
	t.Helper()
	service, err := emulator.New(emulatorOptions())
	if err != nil {
		t.Fatal(err)
	}
	v := &victim{t: t, program: program, folder: t.TempDir(), service: service, process: make(chan *os.Process, 1), moment: when}
	server := httptest.NewServer(v)
	t.Cleanup(server.Close)
	v.url = server.URL
	return v
}

// ServeHTTP kills the process at its moment, and waits until that has left.
func (v *victim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if v.received.Add(1) != v.moment.request {
		v.service.ServeHTTP(w, r)
		return
	}
	if v.moment.done {
		v.service.ServeHTTP(httptest.NewRecorder(), r)
	}
	process := <-v.process
	process.Signal(v.moment.signal)
	<-r.Context().Done()
}

// run runs a registration and returns its exit code, -1 where a signal ended it.
func (v *victim) run() int {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	ca := filepath.Join(testdata(), "ca", "openssl.p256")
	command := exec.CommandContext(ctx, v.program, "register", "--instance", emulatedInstance,
		"--ca-cert", ca+".crt", "--ca-key", ca+".pkcs8.key", "--receipt", filepath.Join(v.folder, "receipt.json"))
	command.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=10")
	for name, value := range newEmulateDocument(v.url, "").Environment {
		command.Env = append(command.Env, name+"="+value)
	}
	v.stderr.Reset()
	command.Stderr = &v.stderr
	if err := command.Start(); err != nil {
		v.t.Fatal(err)
	}
	select {
	case v.process <- command.Process:
	default:
	}
	command.Wait()
	return command.ProcessState.ExitCode()
}

func (v *victim) registrations() int { return len(v.service.Registrations()) }

// receipts are the receipts in the folder, by file name. It fails if half a file is there.
func (v *victim) receipts() map[string]receipt {
	v.t.Helper()
	entries, err := os.ReadDir(v.folder)
	if err != nil {
		v.t.Fatal(err)
	}
	found := map[string]receipt{}
	for _, entry := range entries {
		// A SIGKILL leaves what was being written beside the receipt's place.
		if strings.HasPrefix(entry.Name(), ".mqttca-") {
			continue
		}
		r, err := (&console{}).readReceipt(filepath.Join(v.folder, entry.Name()))
		if err != nil || r.RunID == "" {
			v.t.Errorf("%s: %v", entry.Name(), err)
		}
		found[entry.Name()] = r
	}
	return found
}

// checkAgain looks at the receipts after the second run: the first run's is as it was, the
// second run has told of it if it has no end, and has one of its own if it submitted.
func (v *victim) checkAgain(killed map[string]receipt) {
	v.t.Helper()
	found := v.receipts()
	submitted := strings.Contains(v.stderr.String(), "\nsubmit ")
	if len(found) == 0 || len(found) > 1 && !submitted || len(killed) == 1 && submitted != (len(found) == 2) {
		v.t.Errorf("run again: submitted %v, receipts %v", submitted, found)
	}
	for name, first := range killed {
		if !reflect.DeepEqual(found[name], first) {
			v.t.Errorf("run again: %s was %+v and is %+v", name, first, found[name])
		}
		told := strings.Contains(v.stderr.String(), "run "+first.RunID+", started at ") && strings.Contains(v.stderr.String(), string(first.CA.RegistrationCode))
		if told != (v.moment.signal == os.Kill) || (first.Outcome == workflow.Submitting) != told {
			v.t.Errorf("run again, after outcome %s: %s", first.Outcome, v.stderr.String())
		}
	}
}
