package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
)

type applyOptions struct {
	fleetFlags
	plan       string // "" for none
	validity   time.Duration
	wait       time.Duration
	deadline   time.Duration
	activate   bool
	deactivate int // how many at most; 0 if not allowed, aFew without a number
	failFast   bool
	receipts   string
}

func newApply(a *app) *cobra.Command {
	o := applyOptions{fleetFlags: fleetFlags{keys: true, toRegister: true}}
	cmd := &cobra.Command{
		Use:   "apply [PLAN]",
		Short: "Change a fleet to match its manifest",
		Long: `Make the changes that 'mqttca plan' shows, so that each CA is as the manifest of a fleet wants it
('mqttca help fleet'). All certificates, keys and settings are checked before the first request, and
each instance is listed before the first change. If a change fails, the others are still made. Run
apply again to make those that are left.

An inactive CA is made active only with --activate. A CA is made inactive only with --deactivate,
or if you confirm it on a terminal. Without a number, --deactivate allows 1 CA, if that is at most
20 % of the active CAs. apply never deletes a CA.

With PLAN, a file that 'mqttca plan --out' wrote, apply makes a new plan first, and changes nothing
if the two differ.`,
		Example: `  mqttca apply
  mqttca apply --file mqttca.yaml --receipts . --json
  mqttca apply --activate --deactivate=3`,
		Args:              onePlan,
		ValidArgsFunction: files("json"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.plan = strings.Join(args, "")
			if err := requireValidity(o.validity); err != nil {
				return err
			}
			return a.apply(cmd, o)
		},
	}
	o.addFlags(cmd, "mqttca.yaml")
	addWait(cmd, &o.wait)
	addValidity(cmd, &o.validity)
	cmd.Flags().BoolVar(&o.activate, "activate", false, "make registered but inactive CAs active again")
	cmd.Flags().Func("deactivate", "make at most this `number` of CAs inactive, without asking", o.allow)
	cmd.Flags().Lookup("deactivate").NoOptDefVal = "few"
	cmd.Flags().BoolVar(&o.failFast, "fail-fast", false, "start no further change after a failure")
	cmd.Flags().StringVar(&o.receipts, "receipts", "", "existing folder for the receipts of registrations and activations, files INSTANCE.CA.json")
	addDeadline(cmd, &o.deadline, "")
	a.addConnection(cmd)
	return cmd
}

const aFew = -1

// allow sets the number of --deactivate.
func (o *applyOptions) allow(text string) (err error) {
	if o.deactivate, err = strconv.Atoi(text); text == "few" {
		o.deactivate = aFew
	} else if err != nil || o.deactivate < 1 {
		return errors.New("the number must be at least 1")
	}
	return nil
}

// An applyDocument is the result of apply.
type applyDocument struct {
	fleetDocument
	Rows   []appliedRow `json:"rows"`
	Done   int          `json:"done"`   // changes made
	Failed int          `json:"failed"` // rows that failed
	Left   int          `json:"left"`   // changes not tried
	Drift  int          `json:"drift"`  // CAs on an instance that the manifest does not have there
}

// An appliedRow is a row of the plan, with its outcome.
type appliedRow struct {
	rowDocument
	Outcome text `json:"outcome"` // registered, already_registered, reactivated, deactivated, not_tried, or the outcome of an error; null if there was nothing to do

	session *session // of its receipt; nil if it gets none
}

const outcomeNotTried = "not_tried"

func (a *app) apply(cmd *cobra.Command, o applyOptions) error {
	f, err := a.loadFleet(cmd, o.fleetFlags)
	if err != nil {
		return err
	}
	defer f.close()
	plan, err := await(cmd.Context(), func() (*savedPlan, error) { return a.readPlan(o.plan, o.file, f) })
	if err != nil {
		return err
	}
	r := &rollout{app: a, applyOptions: o, cmd: cmd, fleet: f, logs: map[string]*rowLog{}}
	if o.receipts != "" {
		if err := r.checkRowReceipts(); err != nil {
			return err
		}
	}
	a.observe = r.observe
	ctx, cancel := context.WithTimeout(cmd.Context(), cmp.Or(o.deadline, noDeadline))
	defer cancel()
	if r.plans, err = a.survey(ctx, cmd, f); err != nil {
		return err
	}
	if err := plan.check(o.plan, newPlanDocument(cmd, o.file, r.plans)); err != nil {
		return err
	}
	for _, p := range r.plans {
		p.first = len(r.rows)
		for _, row := range p.documents() {
			r.rows = append(r.rows, appliedRow{rowDocument: row})
		}
	}
	if err := r.gate(); err != nil {
		return err
	}
	r.run(ctx)
	d := applyDocument{fleetDocument: newFleetDocument("apply", o.file, r.plans), Rows: r.rows}
	d.count()
	if err := a.print(&d, a.shown.Layout(d.plain)); err != nil {
		return fmt.Errorf("%s: %s, but the result could not be shown: %w", d.File, d.counts(), err)
	}
	return d.worst(fmt.Sprintf("%s: %s: ", d.File, d.counts()))
}

// count counts the rows. The failures of rows that were tried come first.
func (d *applyDocument) count() {
	var left []failure
	for _, row := range d.Rows {
		switch {
		case row.Outcome == outcomeNotTried:
			left = append(left, *row.failed)
			d.Left++
		case row.failed != nil:
			d.failures = append(d.failures, *row.failed)
			d.Failed++
			if is[*doneError](row.err) { // only its receipt is lost
				d.Done++
			}
		case row.changes():
			d.Done++
		case row.Action == text(workflow.Drift):
			d.Drift++
		}
	}
	d.failures = append(d.failures, left...)
}

func (d *applyDocument) counts() string {
	return fmt.Sprintf("%s made, %d failed, %d not tried", plural(d.Done, "change"), d.Failed, d.Left) + drift(d.Drift)
}

func (d *applyDocument) plain(p *terminal.Sheet) error {
	return d.table(p, "outcome", len(d.Rows), func(n int) (rowDocument, text) { return d.Rows[n].rowDocument, d.Rows[n].Outcome }, d.counts())
}
