package cmd

import (
	"context"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"mqttca/api/emulator"
)

// A process that an interrupt does not end, here because nobody takes its output, ends by
// a second one.
func TestSecondSignalEndsTheProcess(t *testing.T) {
	program, err := exec.LookPath("mqttca")
	if err != nil {
		t.Fatal(err)
	}
	options := emulatorOptions()
	options.Strangers = 500 // more than a pipe holds
	service, err := emulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(service)
	defer server.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	command := exec.CommandContext(ctx, program, "list", "--json", "--instance", emulatedInstance)
	command.Env = os.Environ()
	for name, value := range newEmulateDocument(server.URL, "").Environment {
		command.Env = append(command.Env, name+"="+value)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	// Its first byte is there: all that remains is to write.
	if _, err := io.ReadFull(stdout, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	command.Process.Signal(os.Interrupt)
	ended := make(chan struct{})
	go func() { command.Wait(); close(ended) }()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		select {
		case <-again.C:
			command.Process.Signal(syscall.SIGTERM)
			continue
		case <-ended:
		}
		break
	}
	if status := command.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGTERM {
		t.Errorf("it ended by %v, want %v", status.Signal(), syscall.SIGTERM)
	}
}
