//go:build unix

package credentials

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// What a command has started ends with it where it is given up: the process here that holds
// a named pipe open for a minute.
func TestCommandThatIsGivenUp(t *testing.T) {
	if terminal, err := os.OpenFile("/dev/tty", os.O_RDWR, 0); err == nil {
		terminal.Close()
		t.Skip("on a terminal a command has no process group of its own")
	}
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	provider := commandProfile(t, "sleep 60 >'"+pipe+"' & wait")
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := provider.Credentials(ctx)
		if unheld, err := os.OpenFile(pipe, os.O_WRONLY|unix.O_NONBLOCK, 0); err == nil {
			unheld.Close() // nobody waits for the process any more, should it never have come
		}
		ended <- err
	}()
	held, err := os.Open(pipe) // once the process has opened it
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := held.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(held); err != nil {
		t.Errorf("the process is left behind: %v", err)
	}
}

// What a command has left behind ends when the command has ended, though it did what it should.
func TestProcessesLeftBehind(t *testing.T) {
	if terminal, err := os.OpenFile("/dev/tty", os.O_RDWR, 0); err == nil {
		terminal.Close()
		t.Skip("on a terminal a command has no process group of its own")
	}
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	provider := commandProfile(t, "exec 3>'"+pipe+"'; sleep 60 >/dev/null & echo '{\"access_key_id\": \"id\", \"access_key_secret\": \"s\"}'")
	ended := make(chan error, 1)
	go func() {
		_, err := provider.Credentials(context.Background())
		ended <- err
	}()
	held, err := os.Open(pipe)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := held.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(held); err != nil {
		t.Errorf("the process is left behind: %v", err)
	}
}
