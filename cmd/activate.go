package cmd

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"mqttca/cmd/workflow"
)

func newActivate(a *app) *cobra.Command {
	return a.newSwitch(switchCommand{
		use:   "activate",
		short: "Make a registered CA active",
		long: `Make a CA active that is registered with an instance, and wait until it is listed so: its
devices are let in again. A CA that is active already is left as it is, exit 0.`,
		example: `  mqttca activate --instance post-cn-7mz2d --ca-cert ca.crt
  mqttca activate --instance post-cn-7mz2d --ca-cert ca.crt --json`,
		shown: "active",
		do:    workflow.Instance.Activate,
	})
}

func newDeactivate(a *app) *cobra.Command {
	return a.newSwitch(switchCommand{
		use:   "deactivate",
		short: "Make a registered CA inactive: its devices are let in no more",
		long: `Make a CA inactive that is registered with an instance, and wait until it is listed so: its
devices are let in no more. activate undoes it. A CA that is inactive already is left as
it is, exit 0.`,
		example: `  mqttca deactivate --instance post-cn-7mz2d --ca-cert ca.crt
  mqttca deactivate --instance post-cn-7mz2d --ca-cert ca.crt --json`,
		shown: "inactive",
		do:    workflow.Instance.Deactivate,
	})
}

// A switchCommand is what activate and deactivate differ in.
type switchCommand struct {
	use, short, long, example string
	shown                     string // as what the list shows the CA then

	do func(workflow.Instance, context.Context, workflow.Reference, time.Duration) (workflow.Change, error)
}

func (a *app) newSwitch(s switchCommand) *cobra.Command {
	var r registeredCA
	var wait time.Duration
	cmd := &cobra.Command{
		Use:     s.use,
		Short:   s.short,
		Long:    s.long,
		Example: s.example,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withCA(cmd, r, func(m *managed) error {
				ctx, cancel := a.network(cmd.Context(), wait)
				defer cancel()
				change, err := s.do(m.instance, ctx, m.ca, wait)
				if err != nil {
					return err
				}
				return a.printChange(m, change)
			})
		},
	}
	r.addFlags(cmd)
	addWait(cmd, &wait, s.shown)
	a.addConnection(cmd)
	return cmd
}
