package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"mqttca/pki"
)

// planSize is room for the rows of any manifest.
const planSize = 32 << 20

// A savedPlan is a plan in a file, with its sources.
type savedPlan struct {
	planDocument
	ManifestSHA256 fingerprint `json:"manifest_sha256"`
}

func (c *console) savePlan(path string, force bool, d planDocument, f *fleet) error {
	d.Format = formatOf("saved-plan")
	return c.writeDocument(path, savedPlan{d, fingerprintOf(f.SHA256)}, 0o600, force)
}

// A stalePlanError is a plan in a file that differs from a new one.
type stalePlanError struct{ error }

// onePlan allows the argument of apply, unless it is meant for --deactivate.
func onePlan(_ *cobra.Command, args []string) error {
	if _, err := strconv.Atoi(strings.Join(args, "")); err == nil || len(args) > 1 {
		return usage("takes at most one argument, a plan; write a number as --deactivate=N")
	} else if len(args) == 1 && args[0] == "" {
		return usage("the argument PLAN is empty")
	}
	path := strings.Join(args, "")
	return cmp.Or(pki.CheckPath("plan", "plan", path), checkRegular(path))
}

// readPlan reads a plan of the fleet's manifest, which is in file; nil if there is no path. The
// path in the plan is not followed: somebody may have changed the plan.
func (c *console) readPlan(path, file string, f *fleet) (p *savedPlan, err error) {
	if path == "" {
		return nil, nil
	}
	p = &savedPlan{}
	switch err = c.readDocumentOf(path, planSize, p); {
	case err != nil:
	case p.Format != formatOf("saved-plan") || p.File == "" || p.ManifestSHA256 == "":
		err = cannotRead(path, errors.New("it is not a plan that 'mqttca plan --out' wrote"))
	case p.ManifestSHA256 != fingerprintOf(f.SHA256):
		err = stalePlanError{fmt.Errorf("%s was made from %s with SHA-256 %s, not from %s as it is now", path, p.File, p.ManifestSHA256, file)}
	}
	return p, err
}

// check fails if the plan, if there is one, differs from a new one. The messages of failures and the
// path of the manifest may differ.
func (p *savedPlan) check(path string, now planDocument) error {
	if p == nil {
		return nil
	}
	was, before, after := p.planDocument, approved(p.Rows), approved(now.Rows)
	known := map[rowDocument]bool{}
	for _, row := range before {
		known[row] = true
	}
	switch n := slices.IndexFunc(after, func(row rowDocument) bool { return !known[row] }); {
	case was.Endpoint != now.Endpoint || isTrue(was.Emulated) != isTrue(now.Emulated):
		return stalePlanError{fmt.Errorf("%s was made with endpoint %s, but this run calls %s", path, was.source(), now.source())}
	case n >= 0:
		row := after[n]
		return stalePlanError{fmt.Errorf("%s does not have this row of a new plan: CA %s on instance %s, %s (action %s, name %q, serial number %s, SHA-256 %s)", path,
			cmp.Or(row.CA, "none"), row.InstanceID, cmp.Or(row.State, "not listed"), cmp.Or(row.Action, "unknown"), row.Name, cmp.Or(row.Sn, "none"), row.SHA256)}
	case !slices.Equal(before, after) || was.Region != now.Region || was.Changes != now.Changes || was.Drift != now.Drift || was.Failed != now.Failed:
		return stalePlanError{fmt.Errorf("%s has other rows or counts than a new plan", path)}
	}
	return nil
}

// approved is what somebody approves in the rows of a plan.
func approved(rows []rowDocument) []rowDocument {
	rows = slices.Clone(rows)
	for n := range rows {
		rows[n].Message, rows[n].RequestID, rows[n].err, rows[n].failed = "", "", nil, nil
	}
	return rows
}
