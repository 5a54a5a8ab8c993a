package cmd

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
)

// noDeadline is longer than any run.
const noDeadline = mostDays * day

func addDeadline(cmd *cobra.Command, value *time.Duration, with string) {
	if with != "" {
		with = "with --" + with + ", "
	}
	cmd.Flags().Var(duration{value: value}, "deadline", with+"stop after this time (default: stop if no change succeeds within --timeout)")
}

// A sweepDocument is the result of a change to all device certificates of a CA.
type sweepDocument struct {
	origin
	InstanceID         string           `json:"instance_id"`
	Outcome            workflow.Outcome `json:"outcome"`
	CA                 caDocument       `json:"ca"`
	DeviceCertificates int              `json:"device_certificates"` // number of changed device certificates
}

// sweep changes all device certificates of a CA, after a question with their number.
func (a *app) sweep(m *caOnInstance, c deviceCommand, o deviceOptions) error {
	s, count, err := a.prepareSweep(m, c.to, o.allow)
	if err != nil {
		return err
	}
	if count > 0 && !o.yes {
		question := fmt.Sprintf("%s %s of %s on instance %s? Type yes to confirm: ", c.use, plural(count, "device certificate"), m.ca, m.instance.ID)
		if err := a.askYes(m.cmd.Context(), question, errNotConfirmed); err != nil {
			return err
		}
	}
	changed, err := a.runSweep(m, s, o.deadline)
	if err != nil {
		return err
	}
	document := sweepDocument{m.session.origin("device-sweep"), m.instance.ID, s.To.Outcome(changed), newCADocument(*s.Entry), changed}
	err = a.print(document, a.shown.Layout(document.plain))
	return orDone(err, document.Outcome, m.ca, strconv.Itoa(changed)+" device certificates "+sweepWords[document.Outcome])
}

func (a *app) prepareSweep(m *caOnInstance, to workflow.Transition, allow bool) (workflow.Sweep, int, error) {
	ctx, cancel := a.withTimeout(m.cmd.Context(), 0)
	defer cancel()
	return m.instance.PrepareSweep(ctx, workflow.Sweep{CA: m.ca, To: to, Each: cmp.Or(a.timeout, defaultTimeout), AllowReregistration: allow})
}

// runSweep ends at the deadline, if there is one.
func (a *app) runSweep(m *caOnInstance, s workflow.Sweep, deadline time.Duration) (changed int, err error) {
	ctx, cancel := context.WithTimeout(m.cmd.Context(), cmp.Or(deadline, noDeadline))
	defer cancel()
	return m.instance.Sweep(ctx, s)
}

func (d sweepDocument) plain(p *terminal.Sheet) error {
	return p.Fields([]terminal.Field{
		{"CA", string(d.CA.Name)},
		{"device certificates", strconv.Itoa(d.DeviceCertificates) + " " + sweepWords[d.Outcome]},
		{"instance", d.InstanceID},
		{"SHA-256", d.CA.SHA256.String()},
		{"serial number", string(d.CA.Sn)},
		{"endpoint", d.source()},
	}, terminal.Tones{"device certificates": outcomeTone(d.Outcome)})
}

// sweepWords are the outcomes of a sweep, after the number of changed certificates.
var sweepWords = map[workflow.Outcome]string{
	workflow.Activated:       "made active",
	workflow.AlreadyActive:   "changed: none was inactive",
	workflow.Deactivated:     "made inactive",
	workflow.AlreadyInactive: "changed: none was active",
	workflow.Deleted:         "deleted",
	workflow.AlreadyAbsent:   "deleted: there were none",
}
