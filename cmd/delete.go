package cmd

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"mqttca/cmd/workflow"
)

type deleteOptions struct {
	registeredCA
	wait        time.Duration
	withDevices bool
	yes         bool
}

func newDelete(a *app) *cobra.Command {
	var o deleteOptions
	cmd := &cobra.Command{
		Use:   "delete",
		Short: "Delete a registered CA, and its device certificates",
		Long: `Delete a CA from an instance. The service also deletes the device certificates of the CA: if
there are any, give --delete-devices. An active CA is refused: run 'mqttca deactivate' first, and
check that every device you need can still connect.

On a terminal mqttca asks before it deletes; in a script, give --yes. A deletion cannot be undone.
If the CA is registered again, its device certificates can register themselves again, even those
that were inactive. If the CA is not registered, nothing changes and the exit code is 0.`,
		Example: `  mqttca delete --instance post-cn-7mz2d --ca-cert ca.crt --yes
  mqttca delete --instance post-cn-7mz2d --ca-cert ca.crt --delete-devices --yes --json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.canAgree(o.yes); err != nil {
				return err
			}
			return a.withCA(cmd, o.registeredCA, func(m *caOnInstance) error { return a.delete(m, o) })
		},
	}
	o.registeredCA.addFlags(cmd)
	addWait(cmd, &o.wait)
	cmd.Flags().BoolVar(&o.withDevices, "delete-devices", false, "delete the CA even if it has device certificates, and delete these, too")
	cmd.Flags().BoolVar(&o.yes, "yes", false, "do not ask for confirmation")
	a.addConnection(cmd)
	return cmd
}

func (a *app) delete(m *caOnInstance, o deleteOptions) error {
	deletion, err := a.agreedDeletion(m, o)
	if err != nil {
		return err
	}
	ctx, cancel := a.withTimeout(m.cmd.Context(), o.wait)
	defer cancel()
	change, err := m.instance.Delete(ctx, deletion, o.wait)
	if err != nil {
		return err
	}
	return a.printChange(m, change)
}

// agreedDeletion asks whether the CA is to be deleted, unless --yes was given or there is
// nothing to delete. The CA may have changed before the answer: agreedDeletion looks at it
// again, and asks again if more would be lost.
func (a *app) agreedDeletion(m *caOnInstance, o deleteOptions) (workflow.Deletion, error) {
	deletion, err := a.prepareDelete(m, o.withDevices)
	for err == nil && deletion.Entry != nil && !o.yes {
		agreed := deletion.Devices
		if err = a.agree(m, deletion); err != nil {
			break
		}
		if deletion, err = a.prepareDelete(m, o.withDevices); deletion.Devices <= agreed {
			break
		}
	}
	return deletion, err
}

// prepareDelete has a time limit of its own: the person who is asked may take long.
func (a *app) prepareDelete(m *caOnInstance, withDevices bool) (workflow.Deletion, error) {
	ctx, cancel := a.withTimeout(m.cmd.Context(), 0)
	defer cancel()
	return m.instance.PrepareDelete(ctx, m.ca, withDevices)
}

func (a *app) agree(m *caOnInstance, d workflow.Deletion) error {
	question := fmt.Sprintf("delete CA %q (serial number %s) from instance %s", d.Entry.CaName, d.Entry.Sn, m.instance.ID)
	if d.Devices > 0 {
		question += " and its " + plural(d.Devices, "device certificate")
	}
	return a.askYes(m.cmd.Context(), question+"? Type yes to confirm: ", errNotConfirmed)
}
