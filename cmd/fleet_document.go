package cmd

import (
	"cmp"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
)

// A fleetDocument is the head of the results of plan and apply.
type fleetDocument struct {
	origin
	File string `json:"file"` // the manifest

	failures []failure // of the rows
}

// newFleetDocument leaves values null if they differ between endpoints. One endpoint other than the
// vendor's counts for all.
func newFleetDocument(name, file string, plans []*instancePlan) fleetDocument {
	d := fleetDocument{origin: origin{Format: formatOf(name)}, File: file}
	for _, p := range plans {
		if p.session == nil {
			continue
		}
		one := p.session.origin(name)
		if before := d.origin; before.VendorEndpoint != nil {
			if before.Endpoint != one.Endpoint {
				one.Region, one.Endpoint = "", ""
			}
			one.VendorEndpoint, one.Emulated = new(*before.VendorEndpoint && *one.VendorEndpoint), new(*before.Emulated || *one.Emulated)
		}
		d.origin = one
	}
	return d
}

// A rowDocument is a CA on an instance, or an instance without a list.
type rowDocument struct {
	InstanceID string      `json:"instance_id"`
	Region     text        `json:"region"` // of the instance in the manifest; otherwise of the endpoint
	CA         text        `json:"ca"`     // name of the CA in the manifest; null if the manifest does not have it there
	Action     text        `json:"action"` // register, reactivate, deactivate, nothing or drift; null if the instance could not be listed
	State      text        `json:"state"`  // active, inactive, absent or unknown; null if the instance could not be listed
	Wanted     text        `json:"wanted"` // active or inactive; null if the manifest does not have the CA there
	Name       text        `json:"name"`   // name of the CA at the service
	Sn         text        `json:"sn"`
	SHA256     fingerprint `json:"sha256"`
	Reason     text        `json:"reason"`     // of the topic exit-codes: why the instance could not be listed, or the action would fail
	Message    text        `json:"message"`    // the reason as a sentence
	RequestID  text        `json:"request_id"` // of the failed request

	err    error // why it failed, or would
	failed *failure
}

// documents are the rows of an instance.
func (p *instancePlan) documents() (rows []rowDocument) {
	first := rowDocument{InstanceID: p.ID.Value, Region: text(p.Region.Value), err: p.err}
	if p.session != nil {
		first.Region = cmp.Or(first.Region, text(p.session.endpoint.Region()))
	}
	if p.err != nil {
		return []rowDocument{first}
	}
	for n, row := range p.rows {
		r := first
		r.Action, r.State, r.err = text(row.Action), "absent", row.Err
		if row.Listed != nil {
			listed := newCADocument(*row.Listed)
			r.Name, r.Sn, r.SHA256, r.State = listed.Name, listed.Sn, listed.SHA256, text(listed.state())
		}
		if row.CA != nil {
			wanted := p.CAs[n]
			r.CA, r.Wanted, r.SHA256 = text(wanted.ID.Value), text(wanted.State.Value), fingerprintOf(row.CA.SHA256())
			r.Name = cmp.Or(r.Name, text(wanted.Name.Value), text(row.CA.DefaultName()))
		}
		rows = append(rows, r)
	}
	return rows
}

// drift is the end of a sentence of counts.
func drift(count int) string {
	if count == 0 {
		return ""
	}
	return "; drift: " + plural(count, "CA") + " not in the manifest"
}

// changes reports whether there is something to do that can be done.
func (r *rowDocument) changes() bool {
	return r.err == nil && r.Action != "" && r.Action != text(workflow.Nothing) && r.Action != text(workflow.Drift)
}

// rowHints are the hints for a row by its reason, if the hint for a single CA would mislead.
var rowHints = map[string]text{
	"inactive":    "find out who deactivated it and why; then 'mqttca apply --activate' makes it active again",
	"interrupted": applyAgain,
	"not_listed":  applyAgain,
	"unknown":     applyAgain,
	"unconfirmed": "run 'mqttca plan' until it shows the change; if it does not, contact the vendor's support with the request id",
}

const applyAgain = "run 'mqttca apply' again: it lists each instance first, and makes only the changes that are left"

func describeRow(cmd *cobra.Command, err error) failure {
	f := describe(cmd, err)
	f.Hint = cmp.Or(rowHints[f.Reason], f.Hint)
	return f
}

// fail says in a row why it failed.
func (r *rowDocument) fail(cmd *cobra.Command) *failure {
	f := describeRow(cmd, r.err)
	r.Reason, r.Message, r.RequestID, r.failed = text(f.Reason), text(f.Message), cmp.Or(f.RequestID, r.RequestID), &f
	return &f
}

// urgency orders exit codes, the most urgent first.
var urgency = []int{exitInterrupted, exitFault, exitDenied, exitLocal, exitRefused, exitNotListed, exitUnavailable}

// worst is the most urgent failure of the rows, after some words; nil if there is none.
func (d *fleetDocument) worst(words string) error {
	if len(d.failures) == 0 {
		return nil
	}
	worst := slices.MinFunc(d.failures, func(a, b failure) int { return slices.Index(urgency, a.ExitCode) - slices.Index(urgency, b.ExitCode) })
	worst.Message = words + worst.Message
	return &describedError{errors.New(worst.Message), worst}
}

// table prints the rows, each with one more value, and a sentence below.
func (d *fleetDocument) table(p *terminal.Sheet, label string, count int, at func(int) (rowDocument, text), sentence string) error {
	p.Table(terminal.Table{Count: count, Columns: []terminal.Column{
		{Label: "instance"}, {Label: "CA", Yields: true}, {Label: "action"}, {Label: label}, {Label: "serial number"}, {Label: "reason"},
	}, Row: func(n int) []terminal.Cell {
		row, more := at(n)
		tone := terminal.Yellow
		if row.Action == text(workflow.Nothing) {
			tone = terminal.Green
		}
		return []terminal.Cell{{Text: row.InstanceID}, {Text: string(cmp.Or(row.CA, row.Name))}, {Text: string(row.Action), Tone: tone},
			{Text: string(more)}, {Text: string(row.Sn)}, {Text: string(row.Reason), Tone: terminal.Red}}
	}})
	p.Line()
	p.Line(sentence)
	d.listedBy(p)
	return nil
}
