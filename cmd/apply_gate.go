package cmd

import (
	"fmt"
	"strings"

	"mqttca/cmd/workflow"
)

// A notAllowedError is a change of state that nobody allowed.
type notAllowedError struct {
	error
	reason string // the state that stays: active or inactive
	hint   string
}

// gate decides, before the first change, which changes of state are made.
func (r *rollout) gate() error {
	var leave []*appliedRow
	var names []string
	active := 0
	for n := range r.rows {
		row := &r.rows[n]
		if row.Wanted != "" && row.State != "inactive" && row.State != "absent" {
			active++
		}
		switch workflow.Action(row.Action) {
		case workflow.ToReactivate:
			if !r.activate {
				row.err = notAllowedError{&workflow.InactiveError{CA: r.fleet.cas[string(row.CA)], Instance: row.InstanceID, Sn: string(row.Sn)}, "inactive", ""}
			}
		case workflow.ToDeactivate:
			leave, names = append(leave, row), append(names, fmt.Sprintf("%s on %s", row.CA, row.InstanceID))
		}
	}
	_, canAsk := r.terminal()
	switch count := len(leave); {
	case count == 0:
	case r.deactivate != 0:
		return r.guard(count, active)
	case canAsk:
		return r.askYes(r.cmd.Context(), fmt.Sprintf("%s: deactivate %d of %d active CAs? Type yes to confirm: ", strings.Join(names, ", "), count, active), errNotConfirmed)
	default:
		for _, row := range leave {
			row.err = notAllowedError{fmt.Errorf("CA %s is still active on instance %s: deactivating it was not confirmed", row.CA, row.InstanceID),
				"active", fmt.Sprintf("give --deactivate=%d, or run apply on a terminal, and confirm", count)}
		}
	}
	return nil
}

// guard fails if --deactivate allows fewer than count.
func (r *rollout) guard(count, active int) error {
	allows, many := "--deactivate without a number allows 1, and only if that is at most 20 % of them", count > 1 || 5*count > active
	if r.deactivate > 0 {
		allows, many = fmt.Sprintf("--deactivate=%d allows only %d", r.deactivate, r.deactivate), count > r.deactivate
	}
	if !many {
		return nil
	}
	return &usageError{fmt.Sprintf("apply would deactivate %d of %d active CAs, but %s", count, active, allows), true,
		fmt.Sprintf("check the CAs with 'mqttca plan'; if all of them should be inactive, give --deactivate=%d", count)}
}
