//go:build unix

package credentials

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// killsAll has all processes of a command killed when it is given up, not the first alone:
// it gets a process group of its own. If there is a terminal it stays in ours: a group in
// the background is stopped when it asks somebody there for a second factor, and Ctrl-C
// reaches all of ours.
func killsAll(command *exec.Cmd) {
	if terminal, err := os.OpenFile("/dev/tty", os.O_RDWR, 0); err == nil {
		terminal.Close()
		return
	}
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error {
		err := syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		}
		return err
	}
}
