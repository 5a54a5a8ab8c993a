// Package cmd is the command line of mqttca: one command a file, from flags to an options
// struct to a run method. It is the only place that prints, prompts, reads flags and picks
// an exit code. The work of a command is in cmd/workflow, pki and api; the layout of text
// is in cmd/terminal.
//
// Its contract: stdout holds the result and nothing else, with --json exactly one JSON
// document; progress, warnings, hints and errors go to stderr. Two tables say the rest:
// the table of commands (commands.go) and the table of errors (errors.go), which picks the
// exit code.
package cmd

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"mqttca/cmd/terminal"
)

// Main runs the command line of the process and returns its exit code. An interrupt
// (SIGINT, SIGTERM, SIGHUP) ends the work in progress; a second one ends the process.
// SIGPIPE is ignored: a reader that went away is a write error like any other, and must
// not end a registration halfway.
func Main() int {
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop)
	a := &app{console: console{
		in: os.Stdin, out: os.Stdout, err: terminal.OpenScreen(os.Stderr, os.Getenv), shown: terminal.NewDisplay(os.Stdout, os.Getenv),
	}}
	return a.run(ctx, os.Args[1:])
}

func (a *app) run(ctx context.Context, args []string) int {
	root := newRoot(a)
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
		completeFlags(root, completions()) // no other run needs them
	}
	root.SetArgs(args)
	root.SetIn(a.in)
	root.SetErr(a.err)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	// Flags behind a faulty one are not parsed.
	a.json = a.json || slices.Contains(args, "--json")
	return a.fail(cmd, err)
}
