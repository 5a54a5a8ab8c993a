package cmd

import (
	"cmp"
	"context"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"mqttca/cmd/manifest"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// An instancePlan is an instance with its session and its rows.
type instancePlan struct {
	*manifest.Instance
	session *session
	rows    []workflow.Row
	first   int   // its first row among those of all instances
	err     error // why the instance could not be listed
}

// survey connects to the instances of a fleet and lists them side by side. A list ends --timeout
// after the latest successful one: if a service hangs, its lists end together. It fails only if it
// is interrupted.
func (a *app) survey(ctx context.Context, cmd *cobra.Command, f *fleet) ([]*instancePlan, error) {
	a.warnOfRegions(f.Manifest)
	a.paceMany(cmd)
	plans := a.connectFleet(cmd, f)
	begun := time.Now()
	var mutex sync.Mutex // the count on the screen never goes back
	listed := 0
	var latest atomic.Int64 // the time from begun to the latest successful list
	view := progress{&a.console}
	view.Started(workflow.List)
	workflow.SideBySide(len(plans), func(n int) {
		if p := plans[n]; p.err == nil {
			ctx, cancel := context.WithDeadline(ctx, begun.Add(time.Duration(latest.Load())+cmp.Or(a.timeout, defaultTimeout)))
			defer cancel()
			if p.err = a.compare(ctx, p, f); p.err == nil {
				latest.Store(int64(time.Since(begun)))
			}
		}
		mutex.Lock()
		defer mutex.Unlock()
		listed++
		view.Counted(workflow.List, listed, len(plans))
	})
	a.err.End(false)
	if cmd.Context().Err() != nil {
		return nil, errInterrupted
	}
	return plans, nil
}

// compare finds the rows of an instance. A CA without a key can't be registered.
func (a *app) compare(ctx context.Context, p *instancePlan, f *fleet) (err error) {
	var wanted []workflow.Row
	for _, row := range p.CAs {
		wanted = append(wanted, workflow.Row{CA: f.cas[row.ID.Value], Active: row.State.Value == manifest.Active})
	}
	p.rows, err = a.instance(p.session, p.ID.Value).Compare(ctx, wanted)
	for n, row := range p.rows {
		if row.Action == workflow.ToRegister && p.CAs[n].CA.Key.Value == "" {
			p.rows[n].Err = &pki.Error{Action: "register", Object: "CA " + p.CAs[n].ID.Value, Reason: "the manifest has no key for it", Advice: "add the key to the CA in the manifest"}
		}
	}
	return err
}

// connectFleet makes the sessions of the instances. Those with the same connection share one.
func (a *app) connectFleet(cmd *cobra.Command, f *fleet) []*instancePlan {
	plans := make([]*instancePlan, len(f.Instances))
	firsts := map[[3]string]*instancePlan{}
	for i := range f.Instances {
		p := &instancePlan{Instance: &f.Instances[i]}
		key := [3]string{p.Region.Value, p.Endpoint.Value, p.Profile.Value}
		if first := firsts[key]; first != nil {
			p.session, p.err = first.session, first.err
		} else if p.session, p.err = a.connectInstance(cmd, p.Instance); p.err == nil {
			f.sessions = append(f.sessions, p.session)
		}
		firsts[key], plans[i] = p, p
	}
	return plans
}

// connectInstance makes the session of an instance. --endpoint and its variable come before the
// manifest, to try a manifest elsewhere; the other flags, --vpc among them, come after it.
func (a *app) connectInstance(cmd *cobra.Command, i *manifest.Instance) (*session, error) {
	c := a.connectionFlags
	c.region = cmp.Or(i.Region.Value, c.region)
	if c.endpoint+os.Getenv(envEndpoint) == "" && i.Endpoint.Value != "" {
		c.endpoint, c.vpc = i.Endpoint.Value, false
	}
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

// warnOfRegions warns once of a region with a CA on several instances: the vendor's texts differ on it.
func (a *app) warnOfRegions(m *manifest.Manifest) {
	on, warned := map[[2]string]string{}, map[string]bool{"": true} // an instance, by CA and region
	for _, i := range m.Instances {
		region := i.Region.Value
		for _, row := range i.CAs {
			key := [2]string{row.ID.Value, region}
			if first := on[key]; first != "" && !warned[region] && !a.quiet {
				warned[region] = true
				a.warn("region %s has a CA on several instances, such as CA %s on %s and %s: one page of the vendor allows a CA on one instance of a region only", region, row.ID.Value, first, i.ID.Value)
			}
			on[key] = i.ID.Value
		}
	}
}
