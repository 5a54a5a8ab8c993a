//go:build unix

package credentials

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// killsAll makes the end of a command kill all of its processes, and returns a function to end
// those left behind: the command gets its own process group. With a terminal it stays in ours: a
// background group would be stopped when it asks a person for a second factor, and Ctrl-C reaches
// all processes of ours.
func killsAll(command *exec.Cmd) (end func() error) {
	if terminal, err := os.OpenFile("/dev/tty", os.O_RDWR, 0); err == nil {
		terminal.Close()
		return func() error { return nil }
	}
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	end = func() error {
		if command.Process == nil {
			return nil
		}
		err := syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		}
		return err
	}
	command.Cancel = end
	return end
}
