package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"mqttca/api/credentials"
)

// cmdTerminal runs a program on a terminal of its own, types the text when a prompt
// matches, and wants the exit code: terminal [-echo] [-columns N] [-rows N] CODE PROMPT TEXT PROGRAM
// ARG.... ^C in the text is that key, ^J the end of a line, which follows a text with neither by itself. What is typed does
// not show, unless -echo is given. What the terminal showed is left in .tmp/stdout: all of
// it, or of one with so many columns what stands there at the end. The terminal must echo
// again at the end.
func cmdTerminal(ts *testscript.TestScript, neg bool, args []string) {
	ready := waitForSilence
	if args[0] == "-echo" {
		args, ready = args[1:], func(*os.File) {}
	}
	columns, rows := 0, 0
	for option, value := range map[string]*int{"-columns": &columns, "-rows": &rows} {
		if at := slices.Index(args, option); at >= 0 && at < 4 {
			*value, _ = strconv.Atoi(args[at+1])
			args = slices.Delete(args, at, at+2)
		}
	}
	code, prompt, text := args[0], args[1], args[2]
	screen, keyboard := openTerminal(ts)
	defer screen.Close()
	ts.Check(unix.IoctlSetWinsize(int(screen.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: uint16(columns), Row: uint16(rows)}))
	program, err := exec.LookPath(args[3])
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, program, args[4:]...)
	command.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "GORACE", "GOCOVERDIR", "TERM", "NO_COLOR", "CLICOLOR_FORCE", envEndpoint, envBroker, envBrokerCA, credentials.EnvAccessKeyID, credentials.EnvAccessKeySecret} {
		command.Env = append(command.Env, name+"="+ts.Getenv(name))
	}
	for _, name := range []string{"MQTTCA_PAGER", "PAGER"} { // an empty one is not an unset one
		if value := ts.Getenv(name); value != "" {
			command.Env = append(command.Env, name+"="+value)
		}
	}
	command.Stdin, command.Stdout, command.Stderr = keyboard, keyboard, keyboard
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	ts.Check(command.Start())
	shown := make(chan string)
	go func() { shown <- typeAt(screen, prompt, text, ready) }()
	err = command.Wait()
	echoes := echoes(ts, keyboard)
	keyboard.Close()
	all := <-shown
	if columns > 0 {
		all = standing(all, columns)
	}
	keep(ts, all, "")
	wantExit(ts, code, err)
	if !echoes {
		ts.Fatalf("the terminal is left without echo")
	}
}

// openTerminal makes a pseudo terminal: pts(4).
func openTerminal(ts *testscript.TestScript) (screen, keyboard *os.File) {
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	ts.Check(err)
	ts.Check(unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0))
	number, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	ts.Check(err)
	keyboard, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	ts.Check(err)
	return screen, keyboard
}

// typeAt types the text when the prompt is shown and the terminal is ready, and returns all that was shown until the last program left.
func typeAt(screen *os.File, prompt, text string, ready func(*os.File)) string {
	keys := strings.NewReplacer("^C", "\x03", "^J", "\n").Replace(text)
	if keys == text {
		keys += "\n"
	}
	var all bytes.Buffer
	buffer := make([]byte, 4096)
	typed := false
	for {
		n, err := screen.Read(buffer)
		all.Write(buffer[:n])
		if !typed && strings.Contains(all.String(), prompt) {
			typed = true
			ready(screen)
			screen.WriteString(keys)
		}
		if err != nil {
			return strings.ReplaceAll(all.String(), "\r\n", "\n")
		}
	}
}

// waitForSilence ends when the terminal does not echo, so that a key typed is one read
// without echo; the screen has the terminal's settings too.
func waitForSilence(screen *os.File) {
	for {
		settings, err := unix.IoctlGetTermios(int(screen.Fd()), unix.TCGETS)
		if err != nil || settings.Lflag&unix.ECHO == 0 {
			return
		}
	}
}

func echoes(ts *testscript.TestScript, terminal *os.File) bool {
	settings, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
	if errors.Is(err, os.ErrClosed) {
		return false
	}
	ts.Check(err)
	return settings.Lflag&unix.ECHO != 0
}
