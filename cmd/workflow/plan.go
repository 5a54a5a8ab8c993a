package workflow

import (
	"context"
	"slices"
	"strings"

	"mqttca/api"
	"mqttca/pki"
)

// An Action makes a CA on an instance as it is wanted.
type Action string

// The actions of a [Row]. The last two change nothing.
const (
	ToRegister   Action = "register"
	ToReactivate Action = "reactivate"
	ToDeactivate Action = "deactivate"
	Nothing      Action = "nothing" // it is as it is wanted
	Drift        Action = "drift"   // nobody asked for the CA
)

// A Row is a CA on an instance: how it is wanted, how it is listed, and the action between the two.
type Row struct {
	CA     *pki.CA // nil for drift
	Active bool    // wanted so
	Action Action
	Listed *api.CaCertificate // nil if it is not there
	Err    error              // why the action would fail, if known
}

// Compare lists the CAs of the instance once and finds the action of each row. For each other CA in
// the list it adds a row with its Sn.
func (i Instance) Compare(ctx context.Context, wanted []Row) ([]Row, error) {
	listed, err := i.listed(ctx, func(api.CaCertificate) bool { return true })
	if err != nil {
		return nil, err
	}
	rows := slices.Clone(wanted)
	for n := range rows {
		rows[n].compare(listed, rows[:n], i.ID)
	}
	slices.SortFunc(listed, func(a, b api.CaCertificate) int { return strings.Compare(a.Sn, b.Sn) })
	for n, entry := range listed {
		if !slices.ContainsFunc(wanted, func(r Row) bool { return Reference{CA: r.CA}.mayBe(entry) }) {
			rows = append(rows, Row{Action: Drift, Listed: &listed[n]})
		}
	}
	return rows, nil
}

// compare finds the action. If a CA should be inactive, a missing one is as good: it keeps devices
// out.
func (r *Row) compare(listed []api.CaCertificate, before []Row, instance string) {
	r.Listed, _ = Reference{CA: r.CA}.in(listed, instance)
	switch {
	case r.Listed == nil && r.Active:
		r.Action, r.Err = ToRegister, r.conflict(listed, before, instance)
	case r.Listed == nil || r.Listed.Active == r.Active && !r.Listed.StateUnknown:
		r.Action = Nothing
	case r.Active:
		r.Action = ToReactivate
	default:
		r.Action = ToDeactivate
	}
}

// conflict is the error of a CA with the serial number of another one, listed or to be registered.
func (r *Row) conflict(listed []api.CaCertificate, before []Row, instance string) error {
	serial := r.CA.Certificate.SerialNumber
	for _, other := range listed {
		if hasSerialNumber(other, serial) {
			return &SerialConflictError{CA: r.CA, Instance: instance, Other: other}
		}
	}
	for _, other := range before {
		if other.Action == ToRegister && other.CA.Certificate.SerialNumber.Cmp(serial) == 0 {
			return &SerialConflictError{CA: r.CA, Instance: instance, Wanted: other.CA}
		}
	}
	return nil
}
