package cmd

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"mqttca/api/emulator"
)

// Killed at any moment, softly or not: never two registrations, never half a file; and run
// again to the end, exactly one registration and exit 0.
func TestKilledAtRandomMoments(t *testing.T) {
	const runs, latency = 40, 5 * time.Millisecond
	program, err := exec.LookPath("mqttca")
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	registered := 0
	for range runs {
		signal := []os.Signal{os.Interrupt, syscall.SIGTERM, os.Kill}[random.IntN(3)]
		killed := newVictim(t, program, latency)
		killed.start(time.Duration(random.Int64N(int64(8*latency))), signal)
		registered += killed.registrations()
		killed.receiptIsWholeOrAbsent()
		if code := killed.start(0, nil); code != exitOK || killed.registrations() != 1 {
			t.Errorf("run again: exit code %d, %d registrations", code, killed.registrations())
		}
		killed.receiptIsWholeOrAbsent()
	}
	t.Logf("%d runs were killed, %d of them after the registration", runs, registered)
}

// A victim is a registration that gets killed.
type victim struct {
	t       *testing.T
	program string
	folder  string
	service *emulator.Service
	url     string
}

func newVictim(t *testing.T, program string, latency time.Duration) *victim {
	t.Helper()
	service, err := emulator.New(emulatorOptions())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(latency):
		case <-r.Context().Done():
		}
		service.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return &victim{t, program, t.TempDir(), service, server.URL}
}

// start runs a registration, sends the signal after a while where there is one, and returns
// the exit code.
func (v *victim) start(after time.Duration, signal os.Signal) int {
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
	if err := command.Start(); err != nil {
		v.t.Fatal(err)
	}
	if signal != nil {
		timer := time.AfterFunc(after, func() { command.Process.Signal(signal) })
		defer timer.Stop()
	}
	command.Wait()
	return command.ProcessState.ExitCode()
}

func (v *victim) registrations() int { return len(v.service.Registrations()) }

func (v *victim) receiptIsWholeOrAbsent() {
	v.t.Helper()
	entries, err := os.ReadDir(v.folder)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, entry := range entries {
		// A SIGKILL leaves what was being written beside the receipt's place.
		if strings.HasPrefix(entry.Name(), ".mqttca-") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(v.folder, entry.Name()))
		if entry.Name() != "receipt.json" || err != nil || !json.Valid(data) {
			v.t.Errorf("%s: %v, %q", entry.Name(), err, data)
		}
	}
}
