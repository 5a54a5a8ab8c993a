package cmd

import (
	"errors"
	"io"
	"os"
	"strings"
	"sync"

	"mqttca/cmd/terminal"

	"golang.org/x/term"

	"mqttca/pki"
)

// envKeyPassword names the environment variable with the password or PIN of the CA key. Empty
// is as good as unset.
const envKeyPassword = "MQTTCA_KEY_PASSWORD"

// maxPasswordFile is far more than a password can have.
const maxPasswordFile = 4096

var (
	errManyLines = errors.New("it has more than one line, where the password is expected and nothing else")
	errTooLong   = errors.New("it is larger than a password file can be")
)

// A passwordAsker finds the password of a key: in a file, in the environment, or by
// asking on the terminal.
type passwordAsker struct {
	*app
	file string

	mutex sync.Mutex
	state *term.State // of the terminal, before it stopped to echo
}

// password is a [pki.Password].
func (p *passwordAsker) password(what string) (string, error) {
	if p.file != "" {
		return p.read()
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

// read takes the one line of a file, without its end and without a byte order mark.
func (p *passwordAsker) read() (string, error) {
	source := p.in
	if p.file != "-" {
		file, err := os.Open(p.file)
		if err != nil { // the path is not shown: it may be the password itself
			return "", &fileError{"read", "the file of --key-password-file", err, "give the path of a file that holds the password, or the password itself by " + envKeyPassword}
		}
		defer file.Close()
		source = file
	}
	data, err := io.ReadAll(io.LimitReader(source, maxPasswordFile+1))
	if err != nil {
		return "", cannotRead(p.file, err)
	}
	text := strings.TrimPrefix(string(data), "\ufeff")
	text = strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
	switch {
	case len(data) > maxPasswordFile:
		return "", cannotRead(p.file, errTooLong)
	case strings.ContainsRune(text, 0):
		return "", &fileError{"read", p.file, errUTF16, "save it as ASCII or UTF-8: Set-Content -Encoding ascii"}
	case strings.ContainsAny(text, "\r\n"):
		return "", cannotRead(p.file, errManyLines)
	}
	return text, nil
}

// askUnseen reads a line without echo.
func (p *passwordAsker) askUnseen(file *os.File, what string) (string, error) {
	if err := p.keep(file); err != nil {
		return "", pki.ErrNoPassword
	}
	p.prompt(terminal.Escape(what) + ": ")
	text, err := term.ReadPassword(int(file.Fd()))
	if err != nil {
		err = pki.ErrNoPassword // the terminal is gone
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.state != nil {
		p.state = nil
		p.prompt("\n")
	}
	return string(text), err
}

func (p *passwordAsker) keep(file *os.File) (err error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.state, err = term.GetState(int(file.Fd()))
	return err
}

// abandon gives the terminal its echo back where asking was interrupted: nobody waits for
// the reader to do it.
func (p *passwordAsker) abandon() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.state != nil {
		term.Restore(int(p.in.(*os.File).Fd()), p.state)
		p.state = nil
		p.prompt("\n")
	}
}
