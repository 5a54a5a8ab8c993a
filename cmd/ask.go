package cmd

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"
)

// terminal is the terminal that standard input is; ok is false where it is none, and
// nobody can be asked.
func (a *app) terminal() (file *os.File, ok bool) {
	file, isFile := a.in.(*os.File)
	return file, isFile && term.IsTerminal(int(file.Fd()))
}

// ask reads a line from the terminal.
func (a *app) ask(ctx context.Context, question string) (string, error) {
	a.prompt(a.err.Question(question))
	answer, err := await(ctx, func() (string, error) {
		line, err := bufio.NewReader(a.in).ReadString('\n')
		if err != nil {
			return "", errInterrupted // the terminal is gone, or ^D was typed
		}
		return strings.TrimSpace(line), nil
	})
	if err != nil {
		a.prompt("\n")
	}
	return answer, err
}

// prompt writes where a person sees it: stderr may be a log file.
func (a *app) prompt(text string) {
	if !a.err.Interactive {
		if tty, err := os.OpenFile("/dev/tty", os.O_WRONLY, 0); err == nil {
			defer tty.Close()
			fmt.Fprint(tty, text)
			return
		}
	}
	fmt.Fprint(a.err, text)
}
