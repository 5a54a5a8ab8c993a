package cmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync/atomic"

	"golang.org/x/term"

	"mqttca/cmd/terminal"
	"mqttca/pki"
)

// terminal is standard input if it is a terminal; ok is false if there is nobody to ask.
func (c *console) terminal() (file *os.File, ok bool) {
	file, isFile := c.in.(*os.File)
	return file, isFile && term.IsTerminal(int(file.Fd()))
}

// canAgree fails if there is a question to ask and nobody to answer it.
func (c *console) canAgree(agreed bool) error {
	if _, canAsk := c.terminal(); !agreed && !canAsk {
		return usage("--yes missing: there is no terminal to ask on")
	}
	return nil
}

// askYes asks a question on the terminal and fails with refused unless the answer is yes.
func (c *console) askYes(ctx context.Context, question string, refused error) error {
	c.prompt(c.err.Question(question))
	answer, err := await(ctx, func() (string, error) {
		line, err := bufio.NewReader(c.in).ReadString('\n')
		if err != nil {
			return "", errInterrupted // the terminal is gone, or ^D was typed
		}
		return strings.TrimSpace(line), nil
	})
	switch {
	case err != nil:
		c.prompt("\n")
	case answer != "yes":
		err = refused
	}
	return err
}

// prompt writes to the person at the terminal, also if stderr is a log file.
func (c *console) prompt(text string) {
	c.announce()
	if !c.err.IsTerminal() {
		if tty, err := os.OpenFile("/dev/tty", os.O_WRONLY, 0); err == nil {
			defer tty.Close()
			fmt.Fprint(tty, text)
			return
		}
	}
	fmt.Fprint(c.err, text)
}

// envKeyPassword names the environment variable with the password or PIN of the CA key. An
// empty value counts as unset.
const envKeyPassword = "MQTTCA_KEY_PASSWORD"

var (
	errManyLines = errors.New("it has several lines; keep the password as its only line")
	errTooLong   = errors.New("it is too large for a password file")
)

// A passwordAsker finds the password of a key: in a file, in the environment, or by asking
// on the terminal.
type passwordAsker struct {
	*console
	file  string
	state atomic.Pointer[term.State] // of the terminal before its echo was turned off; nil once it is on again
}

// password is a [pki.Password].
func (p *passwordAsker) password(what string) (string, error) {
	if p.file != "" {
		return p.readPassword()
	}
	if text := os.Getenv(envKeyPassword); text != "" {
		return text, nil
	}
	file, ok := p.terminal()
	if !ok {
		return "", pki.ErrNoPassword
	}
	return p.askUnseen(file, what)
}

func (p *passwordAsker) readPassword() (string, error) {
	return p.readSecret(p.file, "--key-password-file", ", or set "+envKeyPassword)
}

// readSecret reads the one line of a file, with its carriage return if it has one: pki tries both.
// Blank lines may follow. The path of an unreadable file is not shown: it may be the password
// itself.
func (c *console) readSecret(path, flag, otherwise string) (string, error) {
	text, err := c.read(path, lineSize)
	var opened *fs.PathError
	switch {
	case errors.As(err, &opened) && opened.Op == "open":
		return "", &fileError{"read", "the file of " + flag, opened, "give the path of a file that holds the password" + otherwise}
	case errors.Is(err, pki.ErrTooLarge):
		return "", cannotRead(path, errTooLong)
	case err != nil:
		return "", err
	}
	line, rest, _ := strings.Cut(text, "\n")
	if strings.Trim(rest, "\r\n") != "" || strings.Contains(strings.TrimRight(line, "\r"), "\r") {
		return "", cannotRead(path, errManyLines)
	}
	return line, nil
}

// askUnseen reads a line without echo.
func (p *passwordAsker) askUnseen(file *os.File, what string) (string, error) {
	state, err := term.GetState(int(file.Fd()))
	if err != nil {
		return "", pki.ErrNoPassword
	}
	p.state.Store(state)
	p.prompt(terminal.Escape(what) + ": ")
	text, err := term.ReadPassword(int(file.Fd()))
	if err != nil {
		err = pki.ErrNoPassword // the terminal is gone
	}
	if p.state.Swap(nil) != nil {
		p.prompt("\n")
	}
	return string(text), err
}

// abandon restores the terminal's echo after an interrupt: nobody waits for the reader to
// do it.
func (p *passwordAsker) abandon() {
	if state := p.state.Swap(nil); state != nil {
		term.Restore(int(p.in.(*os.File).Fd()), state)
		p.prompt("\n")
	}
}
