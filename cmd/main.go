// Package cmd is the command line of mqttca: one command a file, from flags to an options struct to
// a run method. Only this package prints, prompts, reads flags and picks an exit code. The work of
// a command is in cmd/workflow, pki and api; the layout of text is in cmd/terminal.
//
// Its contract: stdout holds the result and nothing else, with --json exactly one JSON document;
// progress, warnings, hints and errors go to stderr, with --json as JSON lines. Two tables say the
// rest: the table of commands (commands.go) and the table of errors (errors.go), which picks the
// exit code.
package cmd

import (
	"cmp"
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"mqttca/cmd/terminal"
)

// memoryLimit is the memory above which the runtime collects garbage at once: a list of
// 100,000 certificates is shown within 100 MB.
const memoryLimit = 70 << 20

// oneInterrupt is the time within which signals count as one interrupt: timeout(1) sends SIGTERM to
// its command and then to the group of the command.
const oneInterrupt = 500 * time.Millisecond

// Main runs the command line of the process and returns its exit code. An interrupt (see
// interrupts) ends the work in progress; a second one ends the process. SIGPIPE is ignored: if a
// reader goes away, a registration must not end halfway.
func Main() int {
	signal.Ignore(syscall.SIGPIPE)
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	ctx, stop := signal.NotifyContext(context.Background(), interrupts()...)
	defer stop()
	context.AfterFunc(ctx, func() { time.AfterFunc(oneInterrupt, stop) })
	a := &app{console: console{
		in: os.Stdin, out: os.Stdout, err: terminal.NewScreen(os.Stderr, terminal.NewDisplay(os.Stderr, os.Getenv)), shown: terminal.NewDisplay(os.Stdout, os.Getenv),
	}}
	return a.run(ctx, os.Args[1:])
}

// interrupts are the signals that end a run, without those ignored by the parent process: nohup
// ignores SIGHUP, and a script SIGINT and SIGQUIT of its background jobs. The Go runtime reports an
// ignored SIGHUP and SIGINT only, so SIGQUIT goes with SIGINT. Without a handler SIGQUIT would end
// in exit 2.
func interrupts() []os.Signal {
	signals := []os.Signal{syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	if !signal.Ignored(os.Interrupt) {
		return append(signals, os.Interrupt, syscall.SIGQUIT)
	}
	signal.Ignore(syscall.SIGQUIT)
	return signals
}

func (a *app) run(ctx context.Context, args []string) int {
	root := newRoot(a, args...)
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
		completeFlags(root, completions()) // no other run needs them
	}
	root.SetArgs(args)
	root.SetIn(a.in)
	root.SetErr(a.err)
	cmd, err := root.ExecuteContextC(ctx)
	if err = cmp.Or(err, a.unprinted); err == nil {
		return exitOK
	}
	// Flags after a faulty one are not parsed.
	a.json = a.json || slices.Contains(args, "--json")
	return a.fail(cmd, err)
}
