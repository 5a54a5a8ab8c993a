//go:build unix

package credentials

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// killsAll has all processes of a command killed when it is given up, and gives a function that
// ends those that it has left behind: it gets a process group of its own. If there is a terminal
// it stays in ours: a group in the background is stopped when it asks somebody there for a
// second factor, and Ctrl-C reaches all of ours.
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
