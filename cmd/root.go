package cmd

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// Root is the command tree for programs that make documentation from it: man pages, completions. It
// has no streams and cannot be run.
func Root() *cobra.Command { return newRoot(&app{}) }

// newRoot builds the command tree: only the command at the head of the arguments, or all. A run
// needs no other, and together they take as long as most of the start.
func newRoot(a *app, args ...string) *cobra.Command {
	var version bool
	root := &cobra.Command{
		Use:   "mqttca",
		Short: "Register a private CA with an ApsaraMQ for MQTT instance",
		Long: `Register a private certificate authority (CA) with an ApsaraMQ for MQTT instance
of Alibaba Cloud, so that devices with its certificates can connect.

register does it in one step. If the CA key is on a host without a network, use
code, sign and submit instead. check finds problems beforehand. rehearse tries it
all with an emulated service: nothing leaves this machine.`,
		Example:       "  mqttca rehearse",
		SilenceErrors: true,
		SilenceUsage:  true,

		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},

		Args:              knownCommand,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.checkFlags(cmd) },
		RunE: func(cmd *cobra.Command, _ []string) error {
			if version {
				return a.printVersion()
			}
			if a.json {
				return misuse(errors.New("no command given, so there is no result for --json"))
			}
			return cmd.Help()
		},
	}
	root.SetOut(a.out) // completion scripts go to the stream set at this time
	root.SetHelpFunc(a.help)
	root.SetFlagErrorFunc(flagError)
	a.addFlags(root.PersistentFlags())
	root.Flags().BoolVar(&version, "version", false, "print the version, as the command version does")
	rows := commands()
	if len(args) > 0 && args[0] != "help" {
		rows = slices.DeleteFunc(rows, func(row command) bool { return strings.Fields(row.name)[0] != args[0] })
	}
	if len(rows) == 0 {
		rows = commands()
	}
	for _, row := range rows {
		cmd := row.build(a)
		if cmd.Args == nil {
			cmd.Args = noArgs
		}
		if row.name == "help" {
			root.SetHelpCommand(cmd)
		}
		parent, _, _ := root.Find(strings.Fields(row.name))
		parent.AddCommand(cmd)
	}
	return root
}

// knownCommand gets arguments only if the first names no command.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	message := fmt.Sprintf("no command %q", args[0])
	var names []string
	for _, child := range cmd.Commands() {
		names = append(names, child.Name())
	}
	for _, near := range nearest(args[0], names) {
		message += "; did you mean " + near + "?"
	}
	return usage("%s", message)
}
