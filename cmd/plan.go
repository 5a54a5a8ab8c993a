package cmd

import (
	"fmt"

	"github.com/spf13/cobra"

	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
)

type planOptions struct {
	fleetFlags
	fail  bool
	out   string
	force bool
}

func newPlan(a *app) *cobra.Command {
	var o planOptions
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Show how a fleet differs from its manifest",
		Long: `Compare the manifest of a fleet ('mqttca help fleet') with the service: check the certificate of
every CA, list each instance once, and show what 'mqttca apply' would do with each CA: register,
reactivate, deactivate or nothing. Drift is a CA on an instance that the manifest does not have
there: plan and apply show it, and never change it. plan opens the keys only with --keys.

If an instance cannot be listed, its row has the reason, and the plan goes on. The exit code is then
that of the most urgent failure.`,
		Example: `  mqttca plan
  mqttca plan --file mqttca.yaml --json
  mqttca plan --keys --out plan.json`,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.plan(cmd, o) },
	}
	o.addFlags(cmd, "mqttca.yaml")
	cmd.Flags().BoolVar(&o.fail, "fail-on-changes", false, "exit 9 if there are changes to make, or drift")
	cmd.Flags().StringVar(&o.out, "out", "", "file to save the plan in, for approval and for 'mqttca apply PLAN'")
	cmd.Flags().BoolVar(&o.force, "force", false, "replace an existing file of --out")
	a.addConnection(cmd)
	return cmd
}

// A planDocument is the result of plan.
type planDocument struct {
	fleetDocument
	Rows    []rowDocument `json:"rows"`
	Changes int           `json:"changes"` // rows with a change that can be made
	Drift   int           `json:"drift"`   // CAs on an instance that the manifest does not have there
	Failed  int           `json:"failed"`  // rows that failed, or would fail: those with a reason
}

func (a *app) plan(cmd *cobra.Command, o planOptions) error {
	if o.out == "-" {
		return usage("--out names a file; to print the plan, give --json")
	} else if o.out != "" {
		if err := checkOutput(o.out, o.force, o.file); err != nil {
			return err
		}
	}
	f, err := a.loadFleet(cmd, o.fleetFlags)
	if err != nil {
		return err
	}
	defer f.close()
	plans, err := a.survey(cmd.Context(), cmd, f)
	if err != nil {
		return err
	}
	d := newPlanDocument(cmd, o.file, plans)
	if o.out != "" {
		if err := a.savePlan(o.out, o.force, d, f); err != nil {
			return err
		}
	}
	if err := a.print(&d, a.shown.Layout(d.plain)); err != nil {
		return err
	}
	return d.verdict(o.fail)
}

func newPlanDocument(cmd *cobra.Command, file string, plans []*instancePlan) planDocument {
	d := planDocument{fleetDocument: newFleetDocument("plan", file, plans), Rows: []rowDocument{}}
	for _, p := range plans {
		for _, row := range p.documents() {
			d.add(cmd, row)
		}
	}
	return d
}

func (d *planDocument) add(cmd *cobra.Command, row rowDocument) {
	if row.err != nil {
		d.failures = append(d.failures, *row.fail(cmd))
		d.Failed++
	}
	switch {
	case row.Action == text(workflow.Drift):
		d.Drift++
	case row.changes():
		d.Changes++
	}
	d.Rows = append(d.Rows, row)
}

// verdict is the most urgent failure of the rows; if there is none and fail is set, the changes.
func (d *planDocument) verdict(fail bool) error {
	if fail && d.Failed == 0 && d.Changes+d.Drift > 0 {
		return changesError{fmt.Errorf("%s: %s", d.File, d.counts())}
	}
	return d.worst(fmt.Sprintf("%d of %d rows of %s failed: ", d.Failed, len(d.Rows), d.File))
}

// A changesError is a plan with changes to make, or with drift.
type changesError struct{ error }

func (d *planDocument) counts() string {
	return plural(d.Changes, "change") + " to make" + drift(d.Drift)
}

func (d *planDocument) plain(p *terminal.Sheet) error {
	return d.table(p, "state", len(d.Rows), func(n int) (rowDocument, text) { return d.Rows[n], d.Rows[n].State }, d.counts())
}
