package cmd

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"mqttca/cmd/terminal"
)

// Main runs the command line that the process was started with and returns its exit
// code. An interrupt (SIGINT, SIGTERM, SIGHUP) ends what is going on; a second one ends
// the process. A reader that went away is an error of writing like any other: it must not
// end a registration halfway.
func Main() int {
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop)
	a := &app{in: os.Stdin, out: os.Stdout, err: terminal.OpenScreen(os.Stderr, os.Getenv), shown: terminal.NewDisplay(os.Stdout, os.Getenv)}
	return a.run(ctx, os.Args[1:])
}

func (a *app) run(ctx context.Context, args []string) int {
	root := newRoot(a)
	root.SetArgs(args)
	root.SetIn(a.in)
	root.SetErr(a.err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	// Flags behind a faulty one are not read any more.
	a.json = a.json || slices.Contains(args, "--json")
	return a.fail(err)
}
