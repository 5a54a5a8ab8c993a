package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mqttca/api/credentials"
	"mqttca/api/emulator"
	"mqttca/cmd/terminal"
)

// newEmulated is an emulator on loopback with the environment to call it, and a CA in
// files: what a command needs that runs in this process.
func newEmulated(t *testing.T) (service *emulator.Service, caCert, caKey string) {
	t.Helper()
	options := emulatorOptions()
	options.Journal = true
	service, err := emulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	server, err := emulator.Listen("127.0.0.1:0", false, service)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	for name, value := range newEmulateDocument(server.URL, "").Environment {
		t.Setenv(name, value)
	}
	fixtures := filepath.Join("..", "testdata", "ca")
	return service, filepath.Join(fixtures, "openssl.p256.crt"), filepath.Join(fixtures, "openssl.p256.pkcs8.key")
}

// A hook runs when what is written matches.
type hook struct {
	bytes.Buffer
	match string
	do    func()
}

func (h *hook) Write(p []byte) (int, error) {
	if h.do != nil && strings.Contains(string(p), h.match) {
		h.do()
		h.do = nil
	}
	return h.Buffer.Write(p)
}

// A brokenWriter is a disk that has filled up by the time the result is there.
type brokenWriter struct{}

func (brokenWriter) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	return 0, errors.New("no space left on device")
}

// A receipt that cannot be written any more does not hide that the CA is registered. With
// --json that is an error object, and not a document beside it.
func TestReceiptLostUnderway(t *testing.T) {
	for _, json := range []bool{false, true} {
		service, caCert, caKey := newEmulated(t)
		folder := filepath.Join(t.TempDir(), "folder")
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		// The receipt can be written until the CA is submitted.
		gone := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("x-acs-action") == "RegisterCaCertificate" {
				os.RemoveAll(folder)
			}
			service.ServeHTTP(w, r)
		}))
		defer gone.Close()
		t.Setenv(envEndpoint, gone.URL)
		code, stdout, stderr := runHere("register", "--instance", emulatedInstance, fmt.Sprintf("--json=%v", json),
			"--ca-cert", caCert, "--ca-key", caKey, "--receipt", filepath.Join(folder, "receipt.json"))
		const want = `is registered and active, but its receipt could not be written: write `
		if code != exitLocal || len(service.Registrations()) != 1 || !strings.Contains(stderr, want) {
			t.Errorf("exit code %d, %d registered, stderr %s", code, len(service.Registrations()), stderr)
		}
		if json {
			endsInErrorObject(t, stderr, exitLocal)
		}
		if shown := strings.Contains(stdout, "registered and active"); shown == json || json && stdout != "" {
			t.Errorf("--json=%v: stdout %q", json, stdout)
		}
	}
}

// Nor does a standard output that takes nothing, or a receipt lost beside a refusal.
func TestOutputLostUnderway(t *testing.T) {
	service, caCert, caKey := newEmulated(t)
	code, stderr := runTo(brokenWriter{}, "register", "--instance", emulatedInstance, "--ca-cert", caCert, "--ca-key", caKey)
	if code != exitLocal || len(service.Registrations()) != 1 || !strings.Contains(stderr, "is registered and active, but the result could not be printed: write standard output: no space left on device") {
		t.Errorf("exit code %d, stderr %s", code, stderr)
	}
}

// A result that cannot be printed is an error of every command.
func TestEachResultLost(t *testing.T) {
	lost := func(args ...string) {
		t.Helper()
		for _, json := range []bool{false, true} {
			code, stderr := runTo(brokenWriter{}, append(args, fmt.Sprintf("--json=%v", json))...)
			if code != exitLocal || !strings.Contains(stderr, "write standard output: no space left on device") {
				t.Errorf("%q, --json=%v: exit code %d, %s", args, json, code, stderr)
			}
		}
	}
	for _, tt := range networkCommands {
		lost(newStage(t, tt.state).line(tt.args)...)
	}
	s := newStage(t, "absent")
	for _, args := range []string{"check --ca-cert CERT", "sign --ca-cert CERT --ca-key KEY --code x", "policy --region cn-hangzhou --account 1 --instance i --for read", "rehearse", "version"} {
		lost(strings.Fields(s.files.Replace(args))...)
	}
}

// What passes through a process's output never holds the secret, nor a private key.
func TestNoSecretInOutput(t *testing.T) {
	const secret, token = "very-secret-AccessKeySecret", "very-secret-SecurityToken"
	_, caCert, caKey := newEmulated(t)
	t.Setenv(credentials.EnvAccessKeySecret, secret)
	t.Setenv(credentials.EnvSecurityToken, token)
	for _, args := range [][]string{
		{"register", "--verbose", "--instance", emulatedInstance, "--ca-cert", caCert, "--ca-key", caKey},
		{"register", "--json", "--verbose", "--instance", emulatedInstance, "--ca-cert", caCert, "--ca-key", caKey},
		{"list", "--instance", emulatedInstance, "--endpoint", "https://127.0.0.1:1"},
	} {
		var output bytes.Buffer
		a := &app{console: console{out: &output, err: terminal.NewScreen(&output, terminal.Display{})}}
		if code := a.run(context.Background(), args); code == exitOK {
			t.Errorf("%q succeeded with a wrong secret", args)
		}
		for _, hidden := range []string{secret, token, "PRIVATE KEY"} {
			if strings.Contains(output.String(), hidden) {
				t.Errorf("%q shows %q:\n%s", args, hidden, output.String())
			}
		}
	}
}

// A receipt that is lost beside a refusal is said to be, and the refusal stays what counts.
func TestReceiptLostBesideARefusal(t *testing.T) {
	service, caCert, caKey := newEmulated(t)
	service.Inject(emulator.Fault{Kind: emulator.FaultRefuse, Code: "CaNumExceed", Operation: "RegisterCaCertificate"})
	folder := filepath.Join(t.TempDir(), "folder")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	stderr := &hook{match: "submit ", do: func() { os.RemoveAll(folder) }}
	var stdout bytes.Buffer
	a := &app{console: console{out: &stdout, err: terminal.NewScreen(stderr, terminal.Display{})}}
	path := filepath.Join(folder, "receipt.json")
	code := a.run(context.Background(), []string{"register", "--instance", emulatedInstance, "--ca-cert", caCert, "--ca-key", caKey, "--receipt", path})
	want := "warning: the receipt could not be written: write " + path + ": no such folder\n"
	if code != exitRefused || stdout.Len() > 0 || !strings.Contains(stderr.String(), want) {
		t.Errorf("exit code %d, stdout %q, stderr %s", code, stdout.String(), stderr.String())
	}
}
