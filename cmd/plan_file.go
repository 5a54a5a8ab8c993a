package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
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
	data, err := encode(savedPlan{d, fingerprintOf(f.SHA256)})
	if err == nil {
		err = writeFile(path, data, 0o600, force)
	}
	return err
}

// A stalePlanError is a plan in a file that differs from the plan of now.
type stalePlanError struct{ error }

// onePlan allows the argument of apply, unless it is meant for --deactivate.
func onePlan(_ *cobra.Command, args []string) error {
	if _, err := strconv.Atoi(strings.Join(args, "")); err == nil || len(args) > 1 {
		return usage("takes one argument at most, a plan; a number is given as --deactivate=N")
	} else if len(args) == 1 && args[0] == "" {
		return usage("the argument PLAN is empty")
	}
	return pki.CheckPath("plan", "plan", strings.Join(args, ""))
}

// readPlan reads a plan of the fleet's manifest, which is in file; nil if there is no path. The
// path in the plan is not followed: somebody may have changed the plan.
func (c *console) readPlan(path, file string, f *fleet) (p *savedPlan, err error) {
	if path == "" {
		return nil, nil
	}
	if err := checkRegular(path); err != nil {
		return nil, err
	}
	p = &savedPlan{}
	switch err = c.readDocumentOf(path, planSize, p); {
	case err != nil:
	case p.Format != formatOf("saved-plan") || p.File == "" || p.ManifestSHA256 == "":
		err = cannotRead(path, errors.New("it is not a plan that 'mqttca plan --out' wrote"))
	case p.ManifestSHA256 != fingerprintOf(f.SHA256):
		err = stalePlanError{fmt.Errorf("%s is not the manifest of %s, which was %s with the SHA-256 %s", file, path, p.File, p.ManifestSHA256)}
	}
	return p, err
}

// check fails unless the plan, if there is one, is the plan of now. The messages of failures may
// differ, and the path of the manifest.
func (p *savedPlan) check(path string, now planDocument) error {
	if p == nil {
		return nil
	}
	was := p.planDocument
	if was.Endpoint != now.Endpoint || isTrue(was.Emulated) != isTrue(now.Emulated) {
		return stalePlanError{fmt.Errorf("%s was made at %s, and this run calls %s", path, was.source(), now.source())}
	}
	before, after := statesOf(was.Rows), statesOf(now.Rows)
	all, changed, first := maps.Clone(before), 0, ""
	maps.Copy(all, after)
	for _, object := range slices.Sorted(maps.Keys(all)) {
		if before, after := cmp.Or(before[object], "not there"), cmp.Or(after[object], "not there"); before != after {
			changed++
			first = cmp.Or(first, fmt.Sprintf("%s was %s, and is %s", object, before, after))
		}
	}
	switch {
	case changed > 0:
		return stalePlanError{fmt.Errorf("%s of %s changed since, such as this: %s", plural(changed, "row"), path, first)}
	case was.approved() != now.approved():
		return stalePlanError{fmt.Errorf("%s has other names, regions, reasons or counts than a plan of now", path)}
	}
	return nil
}

// approved is what somebody approves in a plan.
func (d planDocument) approved() string {
	d.Format, d.File, d.Rows = "", "", slices.Clone(d.Rows)
	for n := range d.Rows {
		d.Rows[n].Message, d.Rows[n].RequestID = "", ""
	}
	data, _ := encode(d) // it encoded before
	return string(data)
}

// statesOf are the rows of a plan in words, by their objects.
func statesOf(rows []rowDocument) map[string]string {
	states := map[string]string{}
	for _, r := range rows {
		object := "instance " + r.InstanceID
		if ca := cmp.Or(r.CA, r.Sn); ca != "" {
			object = fmt.Sprintf("CA %s on %s", ca, object)
		}
		states[object] = fmt.Sprintf("%s (to do: %s, serial number %s, SHA-256 %s)", cmp.Or(r.State, "unlisted"), cmp.Or(r.Action, "unknown"), cmp.Or(r.Sn, "none"), r.SHA256)
	}
	return states
}
