package cmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// Root is the command line for who makes documentation of it: man pages, completions.
// It has no streams, so it can't be run.
func Root() *cobra.Command { return newRoot(&app{}) }

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "mqttca",
		Short: "Register a private CA with an ApsaraMQ for MQTT instance",
		Long: `Register a private certificate authority (CA) with an ApsaraMQ for MQTT instance
of Alibaba Cloud, so that devices with certificates of that CA can be let in.

register does it in one step. code, sign and submit are the same in three steps,
for a CA whose key is on a host without a network. check looks beforehand for what
speaks against it, and rehearse tries it all against an embedded stand-in for the
service, with nothing leaving this machine.`,
		Example:       "  mqttca rehearse",
		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: 2,

		Args: knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if a.json {
				return usage(cmd, "no command given, so there is no result for --json")
			}
			return cmd.Help()
		},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.checkFlags(cmd) },
	}
	root.SetOut(a.out) // completion keeps what it finds when it is made
	a.addFlags(root.PersistentFlags())
	root.AddCommand(
		newRegister(a), newRehearse(a), newCheck(a),
		newCode(a), newSign(a), newSubmit(a), newConfirm(a),
		newList(a), newShow(a), newActivate(a), newDeactivate(a), newDevices(a), newDelete(a),
		newPolicy(a), newEmulate(a), newVersion(a),
	)
	addPurposes(root)
	root.SetHelpFunc(a.help)
	a.usageErrors(root)
	addCompletions(root)
	return root
}

// knownCommand is reached with arguments only where the first names no command.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	message := fmt.Sprintf("no command %q", args[0])
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		message += "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return fmt.Errorf("%s", message)
}
