package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/pflag"

	"mqttca/cmd/terminal"
)

// An app is one run of the command line: its streams, and the flags that commands share.
type app struct {
	in  io.Reader
	out io.Writer        // the result, nothing else
	err *terminal.Screen // everything else

	shown terminal.Display // how a result is shown

	connectionFlags
	json    bool
	quiet   bool
	verbose bool
}

// addFlags adds the flags of every command.
func (a *app) addFlags(flags *pflag.FlagSet) {
	flags.BoolVar(&a.json, "json", false, "print one JSON document; implies --quiet")
	flags.BoolVarP(&a.quiet, "quiet", "q", false, "print no progress and no hints")
	flags.BoolVarP(&a.verbose, "verbose", "v", false, "print each request and answer as one line on stderr")
}

// silent reports whether progress is unwanted.
func (a *app) silent() bool { return a.quiet || a.json }

// note prints a line of progress.
func (a *app) note(format string, args ...any) {
	if !a.silent() {
		a.err.Say("", terminal.Plain, fmt.Sprintf(format, args...))
	}
}

// warn prints a warning, also if progress is unwanted.
func (a *app) warn(format string, args ...any) {
	a.err.Say("warning: ", terminal.Yellow, fmt.Sprintf(format, args...))
}

// defaultTimeout bounds the network work of a command, not counting intended waits.
const defaultTimeout = 2 * time.Minute

// withTimeout bounds network work: it ends after --timeout, or after 2m plus wait.
func (a *app) withTimeout(ctx context.Context, wait time.Duration) (context.Context, context.CancelFunc) {
	limit := a.timeout
	if limit == 0 {
		limit = defaultTimeout + wait
	}
	return context.WithTimeout(ctx, limit)
}

// An interruption is an error that counts as context.Canceled, in words for a person.
type interruption struct{ error }

func (interruption) Is(target error) bool { return target == context.Canceled }

var errInterrupted = interruption{errors.New("interrupted")}

// await does work that may block for ever, such as reading a named pipe that nobody writes
// to, and returns errInterrupted if the context ends first.
func await[T any](ctx context.Context, do func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		value, err := do()
		done <- outcome{value, err}
	}()
	select {
	case o := <-done:
		return o.value, o.err
	case <-ctx.Done():
		var none T
		return none, errInterrupted
	}
}
