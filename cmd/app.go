package cmd

import (
	"context"
	"fmt"
	"io"
	"time"

	"mqttca/cmd/terminal"

	"github.com/spf13/pflag"
)

// An app is one run of the command line: its streams and what every command shares.
type app struct {
	in  io.Reader
	out io.Writer        // the result, nothing else
	err *terminal.Screen // everything else

	shown terminal.Display // how a result is shown

	region   string
	endpoint string
	profile  string
	ecsRole  ecsRole
	vpc      bool
	timeout  time.Duration
	retries  int
	json     bool
	quiet    bool
	verbose  bool
}

// defaultTimeout bounds the network work of a command, beside the time that it waits
// on purpose.
const defaultTimeout = 2 * time.Minute

// addFlags adds the flags of every command.
func (a *app) addFlags(flags *pflag.FlagSet) {
	flags.BoolVar(&a.json, "json", false, "print one JSON document; implies --quiet")
	flags.BoolVarP(&a.quiet, "quiet", "q", false, "print no progress and no hints")
	flags.BoolVarP(&a.verbose, "verbose", "v", false, "print each request and answer as one line on stderr")
}

// network bounds network work; wait is what the command waits on purpose.
func (a *app) network(ctx context.Context, wait time.Duration) (context.Context, context.CancelFunc) {
	limit := a.timeout
	if limit == 0 {
		limit = defaultTimeout + wait
	}
	return context.WithTimeout(ctx, limit)
}

// note prints a line of progress.
func (a *app) note(format string, args ...any) {
	if !a.silent() {
		a.err.Say("", terminal.Plain, fmt.Sprintf(format, args...))
	}
}

// silent reports whether progress is not wanted.
func (a *app) silent() bool { return a.quiet || a.json }

// warn prints what a person should know also where progress is not wanted.
func (a *app) warn(format string, args ...any) {
	a.err.Say("warning: ", terminal.Yellow, fmt.Sprintf(format, args...))
}
