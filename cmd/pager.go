package cmd

import (
	"context"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"
)

// page prints help, through the pager if it is longer than the terminal. The pager gets every
// interrupt of the keyboard, and ends with the run.
func (a *app) page(ctx context.Context, text string) error {
	command := pagerCommand()
	plainly := func() error {
		_, err := io.WriteString(a.out, text)
		return cannotPrint(err)
	}
	_, rows, _ := term.GetSize(int(os.Stdout.Fd()))
	if command == "" || command == "cat" || !a.shown.Redraws || rows == 0 || strings.Count(text, "\n") < rows {
		return plainly()
	}
	if !strings.ContainsAny(command, "=|&;<>(") {
		command = "exec " + command // makes the pager the process to end
	}
	signal.Reset(syscall.SIGPIPE) // or the pager would inherit it as ignored
	pager := exec.CommandContext(ctx, "sh", "-c", command)
	pager.Stdin, pager.Stdout, pager.Stderr = strings.NewReader(text), os.Stdout, os.Stderr
	pager.Env = append([]string{"LESSCHARSET=utf-8"}, os.Environ()...)           // less goes by a locale, which the host may lack
	pager.Cancel = func() error { return pager.Process.Signal(syscall.SIGTERM) } // it restores the terminal
	pager.WaitDelay = time.Second
	if pager.Start() != nil {
		return plainly()
	}
	signal.Ignore(os.Interrupt, syscall.SIGQUIT)
	if pager.Wait(); pager.ProcessState.ExitCode() == 127 { // not found
		return plainly()
	}
	return nil
}

// pagerCommand is the command in the environment, else less if it is installed.
func pagerCommand() string {
	command, set := os.LookupEnv("MQTTCA_PAGER")
	if !set {
		command, set = os.LookupEnv("PAGER")
	}
	if _, err := exec.LookPath("less"); !set && err == nil {
		return "less -FRX"
	}
	return command
}
