package cmd

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"mqttca/api"
	"mqttca/cmd/manifest"
	"mqttca/cmd/workflow"
)

// A rowLog divides the requests to an instance among its rows.
type rowLog struct {
	lists []api.Exchange // belong to all rows
	codes []api.Exchange // belong to the next row
	rows  []*session     // of rows submitted or activated; the present one is last
}

func (l *rowLog) add(e api.Exchange) {
	e.Params, e.TLS = nil, nil
	switch e.Operation {
	case "GetRegisterCode":
		l.codes = append(l.codes, e)
	case "ListCaCertificate":
		l.lists = append(l.lists, e)
		for _, row := range l.rows {
			row.exchanges = append(row.exchanges, e)
		}
	case "RegisterCaCertificate", "ActiveCaCertificate":
		for _, row := range l.rows[max(0, len(l.rows)-1):] {
			row.exchanges = append(row.exchanges, e)
		}
	}
}

func (r *rollout) receiptPath(instance, ca string) string {
	return filepath.Join(r.receipts, instance+"."+ca+".json")
}

// checkRowReceipts is checkReceipts for all rows, and makes the logs.
func (r *rollout) checkRowReceipts() error {
	entries, err := os.ReadDir(r.receipts)
	if err != nil {
		return &fileError{"write", r.receipts, err, "make the folder first"}
	}
	if err := checkFolder(r.receipts, r.receipts); err != nil {
		return err
	}
	for _, i := range r.fleet.Instances {
		r.logs[i.ID.Value] = &rowLog{}
		for _, row := range i.CAs {
			path, ca := r.receiptPath(i.ID.Value, row.ID.Value), r.fleet.cas[row.ID.Value]
			if err := r.checkReceipts(path, i.ID.Value, ca.SHA256(), entries); row.State.Value == manifest.Active && err != nil {
				return err
			}
		}
	}
	return nil
}

// record writes the receipt of a row before its submission or activation.
func (r *rollout) record(row *appliedRow, result workflow.Result) error {
	r.mutex.Lock()
	log := r.logs[row.InstanceID]
	if !slices.Contains(log.rows, row.session) {
		log.rows, row.session.exchanges = append(log.rows, row.session), slices.Clone(log.lists)
	}
	row.session.exchanges, log.codes = append(row.session.exchanges, log.codes...), nil
	r.mutex.Unlock()
	return r.keepRow(row, result, nil)
}

func (r *rollout) keepRow(row *appliedRow, result workflow.Result, failed *failure) error {
	t := target{instance: row.InstanceID, name: string(row.Name), receipt: r.receiptPath(row.InstanceID, string(row.CA))}
	return r.keep(row.session, t.receipt, row.session.receipt(t, r.fleet.cas[string(row.CA)], result, failed))
}

// leave removes a row from the log, and reports whether the row has a receipt.
func (r *rollout) leave(row *appliedRow) bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	log := r.logs[row.InstanceID]
	log.codes, log.rows = nil, slices.DeleteFunc(log.rows, func(s *session) bool { return s == row.session })
	return row.session.kept != ""
}

// closeRow closes the receipt of a row, and returns how the row ended.
func (r *rollout) closeRow(row *appliedRow, result workflow.Result, err error) error {
	var failed *failure
	if err != nil {
		failed = new(describeRow(r.cmd, err))
	}
	lost := r.keepRow(row, result, failed)
	switch {
	case lost != nil && err != nil:
		r.warn("the receipt could not be written: %s", lost)
	case lost != nil:
		return &doneError{result.Outcome, fmt.Errorf("CA %s on instance %s is %s, but its receipt could not be written: %w", row.CA, row.InstanceID, outcomeWords[result.Outcome], lost)}
	}
	return err
}
