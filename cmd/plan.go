package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"

	"github.com/spf13/cobra"

	"mqttca/cmd/manifest"
	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

func newPlan(a *app) *cobra.Command {
	var f fleetFlags
	var fail bool
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Show what differs between a fleet and its manifest",
		Long: `Read the manifest of a fleet ('mqttca help fleet'), check the certificate of every CA, list
each instance once, and show what makes each CA as the manifest wants it: register,
reactivate, deactivate or nothing. A CA that the manifest does not have on the instance is
drift. plan changes nothing, and opens no key without --keys.

An instance that cannot be listed is a row of the plan, as are all others; then the exit
code is that of the most urgent failure.`,
		Example: `  mqttca plan
  mqttca plan --file mqttca.yaml --json
  mqttca plan --keys`,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.plan(cmd, f, fail) },
	}
	f.addFlags(cmd, "mqttca.yaml")
	cmd.Flags().BoolVar(&fail, "fail-on-changes", false, "exit 9 if there is something to do, or drift")
	a.addConnection(cmd)
	return cmd
}

// A planDocument is the result of plan.
type planDocument struct {
	origin
	File    string        `json:"file"` // the manifest
	Rows    []rowDocument `json:"rows"`
	Changes int           `json:"changes"` // the rows with something to do
	Drift   int           `json:"drift"`   // the CAs that the manifest does not have there
	Failed  int           `json:"failed"`  // the rows with a reason

	failures []failure
}

// A rowDocument is a CA on an instance, or an instance that could not be listed.
type rowDocument struct {
	InstanceID string      `json:"instance_id"`
	Region     text        `json:"region"` // of the manifest, else of the endpoint
	CA         text        `json:"ca"`     // its name in the manifest; null if the manifest does not have it there
	Action     text        `json:"action"` // register, reactivate, deactivate, nothing or drift; null if the instance could not be listed
	State      text        `json:"state"`  // active, inactive, absent or unknown; null if the instance could not be listed
	Wanted     text        `json:"wanted"` // active or inactive; null if the manifest does not have it there
	Name       text        `json:"name"`   // at the service
	Sn         text        `json:"sn"`
	SHA256     fingerprint `json:"sha256"`
	Reason     text        `json:"reason"`     // of the topic exit-codes: why the instance could not be listed, or the action would fail
	Message    text        `json:"message"`    // the same for a person
	RequestID  text        `json:"request_id"` // of the request that failed
}

// An instancePlan is an instance with its session and its rows.
type instancePlan struct {
	*manifest.Instance
	session *session
	rows    []workflow.Row
	err     error // why the instance could not be listed
}

func (a *app) plan(cmd *cobra.Command, flags fleetFlags, fail bool) error {
	m, cas, err := a.loadFleet(cmd, flags)
	if err != nil {
		return err
	}
	a.warnOfRegions(m)
	a.paceMany(cmd)
	plans := make([]*instancePlan, len(m.Instances))
	sessions := map[[3]string]*instancePlan{}
	for i := range m.Instances {
		p := &instancePlan{Instance: &m.Instances[i]}
		key := [3]string{p.Region.Value, p.Endpoint.Value, p.Profile.Value}
		if first := sessions[key]; first != nil {
			p.session, p.err = first.session, first.err
		} else if p.session, p.err = a.connectInstance(cmd, p.Instance); p.err == nil {
			defer p.session.client.Close()
		}
		sessions[key], plans[i] = p, p
	}
	a.survey(cmd, cas, plans)
	if cmd.Context().Err() != nil {
		return errInterrupted
	}
	d := planDocument{origin: origin{Format: formatOf("plan")}, File: flags.file, Rows: []rowDocument{}}
	for _, p := range plans {
		d.add(cmd, p)
	}
	if err := a.print(&d, a.shown.Layout(d.plain)); err != nil {
		return err
	}
	return d.verdict(fail)
}

// connectInstance makes the session of an instance. --endpoint and its variable come before the
// manifest, so that a manifest can be tried elsewhere; the other flags come behind it.
func (a *app) connectInstance(cmd *cobra.Command, i *manifest.Instance) (*session, error) {
	c := a.connectionFlags
	c.region = cmp.Or(i.Region.Value, c.region)
	c.endpoint = cmp.Or(c.endpoint, os.Getenv(envEndpoint), i.Endpoint.Value)
	if i.Profile.Value != "" {
		c.profile, c.ecsRole = i.Profile.Value, ecsRole{}
	}
	config, err := await(cmd.Context(), c.config)
	if err != nil {
		return nil, err
	}
	if a.endpoint == "" && os.Getenv(envEndpoint) == "" {
		a.headFor(config.Endpoint, nil)
	}
	a.announce()
	return a.open(config), nil
}

// warnOfRegions warns once of a CA on several instances of a region: the vendor's texts differ on it.
func (a *app) warnOfRegions(m *manifest.Manifest) {
	on := map[[2]string][]string{} // the instances, by CA and region
	for _, i := range m.Instances {
		for _, row := range i.CAs {
			key := [2]string{row.ID.Value, i.Region.Value}
			if on[key] = append(on[key], i.ID.Value); len(on[key]) == 2 && i.Region.Value != "" {
				a.warn("CA %s stands under several instances of region %s, such as %s and %s: by one page of the vendor a CA can be on one only", row.ID.Value, i.Region.Value, on[key][0], i.ID.Value)
			}
		}
	}
}

// surveyAtOnce is how many instances are listed side by side. The limiter paces the requests.
const surveyAtOnce = 32

// survey lists the instances side by side.
func (a *app) survey(cmd *cobra.Command, cas map[string]*pki.CA, plans []*instancePlan) {
	ctx, cancel := a.withTimeout(cmd.Context(), 0)
	defer cancel()
	var group sync.WaitGroup
	slots := make(chan struct{}, surveyAtOnce)
	progress{&a.console}.Started(workflow.List)
	for _, p := range plans {
		if p.err != nil {
			continue
		}
		var wanted []workflow.Row
		for _, row := range p.CAs {
			wanted = append(wanted, workflow.Row{CA: cas[row.ID.Value], Active: row.State.Value == manifest.Active})
		}
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			p.rows, p.err = a.instance(p.session, p.ID.Value).Compare(ctx, wanted)
		})
	}
	group.Wait()
	a.err.End(false)
}

// add adds the rows of an instance.
func (d *planDocument) add(cmd *cobra.Command, p *instancePlan) {
	first := rowDocument{InstanceID: p.ID.Value, Region: text(p.Region.Value)}
	if p.session != nil {
		d.mergeOrigin(p.session.origin("plan"))
		first.Region = cmp.Or(first.Region, text(p.session.endpoint.Region()))
	}
	if p.err != nil {
		d.addRow(cmd, first, p.err)
	}
	for n, row := range p.rows {
		r := first
		r.Action, r.State = text(row.Action), "absent"
		if row.Listed != nil {
			listed := newCADocument(*row.Listed)
			r.Name, r.Sn, r.SHA256, r.State = listed.Name, listed.Sn, listed.SHA256, text(listed.state())
		}
		if row.CA != nil {
			wanted := p.CAs[n]
			r.CA, r.Wanted, r.SHA256 = text(wanted.ID.Value), text(wanted.State.Value), fingerprintOf(row.CA.SHA256())
			r.Name = cmp.Or(r.Name, text(wanted.Name.Value), text(row.CA.DefaultName()))
			if row.Action == workflow.ToRegister && wanted.CA.Key.Value == "" {
				row.Err = &pki.Error{Action: "register", Object: "CA " + wanted.ID.Value, Reason: "the manifest has no key of it", Advice: "add the key to the CA in the manifest"}
			}
		}
		d.addRow(cmd, r, row.Err)
	}
}

func (d *planDocument) addRow(cmd *cobra.Command, row rowDocument, err error) {
	if err != nil {
		f := describe(cmd, err)
		row.Reason, row.Message, row.RequestID = text(f.Reason), text(f.Message), f.RequestID
		d.failures = append(d.failures, f)
		d.Failed++
	}
	switch workflow.Action(row.Action) {
	case workflow.Drift:
		d.Drift++
	case workflow.ToRegister, workflow.ToReactivate, workflow.ToDeactivate:
		d.Changes++
	}
	d.Rows = append(d.Rows, row)
}

// mergeOrigin leaves null what differs between endpoints. One that is not the vendor's counts for all.
func (d *planDocument) mergeOrigin(one origin) {
	if before := d.origin; before.VendorEndpoint != nil {
		if before.Endpoint != one.Endpoint {
			one.Region, one.Endpoint = "", ""
		}
		one.VendorEndpoint, one.Emulated = new(*before.VendorEndpoint && *one.VendorEndpoint), new(*before.Emulated || *one.Emulated)
	}
	d.origin = one
}

// urgency orders exit codes, the most urgent first.
var urgency = []int{exitInterrupted, exitFault, exitDenied, exitLocal, exitRefused, exitNotListed, exitUnavailable}

// verdict is the most urgent failure of the rows, and if there is none, perhaps that there are changes.
func (d *planDocument) verdict(fail bool) error {
	switch {
	case d.Failed > 0:
		worst := slices.MinFunc(d.failures, func(a, b failure) int { return slices.Index(urgency, a.ExitCode) - slices.Index(urgency, b.ExitCode) })
		worst.Message = fmt.Sprintf("%d of %d rows of %s failed: %s", d.Failed, len(d.Rows), d.File, worst.Message)
		return &describedError{errors.New(worst.Message), worst}
	case fail && d.Changes+d.Drift > 0:
		return changesError{fmt.Errorf("the plan of %s has %s", d.File, d.counts())}
	}
	return nil
}

// A changesError says that a plan has something to do, or drift.
type changesError struct{ error }

func (d *planDocument) counts() string {
	return fmt.Sprintf("%s to make, and drift of %s", plural(d.Changes, "change"), plural(d.Drift, "CA"))
}

func (d *planDocument) plain(p *terminal.Sheet) error {
	p.Table(terminal.Table{Count: len(d.Rows), Columns: []terminal.Column{
		{Label: "instance"}, {Label: "CA", Yields: true}, {Label: "action"}, {Label: "state"}, {Label: "Sn"}, {Label: "reason"},
	}, Row: func(n int) []terminal.Cell {
		row, tone := d.Rows[n], terminal.Yellow
		if row.Action == text(workflow.Nothing) {
			tone = terminal.Green
		}
		return []terminal.Cell{{Text: row.InstanceID}, {Text: string(cmp.Or(row.CA, row.Name))}, {Text: string(row.Action), Tone: tone},
			{Text: string(row.State)}, {Text: string(row.Sn)}, {Text: string(row.Reason), Tone: terminal.Red}}
	}})
	p.Line()
	p.Line(d.counts())
	d.listedBy(p)
	return nil
}
