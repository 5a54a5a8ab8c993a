package cmd

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// The first process of a container without a terminal gets no signal that it does not handle.
// One SIGTERM, as of docker stop or of a pod that is deleted, ends the run with its receipt.
func TestFirstProcessOfAContainer(t *testing.T) {
	program, err := exec.LookPath("mqttca")
	if err != nil {
		t.Fatal(err)
	}
	service, caCert, caKey := newEmulated(t)
	submitted := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("x-acs-action") == "RegisterCaCertificate" {
			close(submitted)
			<-r.Context().Done()
			return
		}
		service.ServeHTTP(w, r)
	}))
	defer server.Close()
	path := filepath.Join(t.TempDir(), "r.json")
	var stderr bytes.Buffer
	command := exec.Command(program, "register", "--instance", emulatedInstance, "--ca-cert", caCert, "--ca-key", caKey, "--receipt", path)
	command.Stderr = &stderr
	command.Env = []string{"GORACE=atexit_sleep_ms=10"}
	for name, value := range newEmulateDocument(server.URL, "").Environment {
		command.Env = append(command.Env, name+"="+value)
	}
	command.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWPID,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
	}
	if err := command.Start(); err != nil {
		t.Skipf("no namespace of processes can be made here: %v", err)
	}
	ended := make(chan struct{})
	go func() { command.Wait(); close(ended) }()
	select {
	case <-submitted:
		command.Process.Signal(syscall.SIGTERM)
		<-ended
	case <-ended:
	}
	r, err := (&console{}).readReceipt(path)
	if code := command.ProcessState.ExitCode(); code != exitInterrupted || err != nil || r.Outcome != outcomeInterrupted {
		t.Errorf("exit code %d, receipt %+v, %v, %s", code, r, err, stderr.String())
	}
}
