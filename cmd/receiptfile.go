package cmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"mqttca/cmd/workflow"
	"mqttca/pki"
)

var errOtherReceipt = errors.New("the file exists and is not a receipt of this CA and instance")

// checkReceipt proves, before anything is sent, that a receipt can be written to path:
// to a new file, or over the receipt of an earlier run for the same CA and instance. An
// empty path stands for no receipt.
func checkReceipt(path, instanceID string, ca *pki.CA) error {
	if path == "" {
		return nil
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return checkOutput(path, false)
	}
	if err := checkOutput(path, true); err != nil {
		return err
	}
	var old receipt
	if err != nil || json.Unmarshal(data, &old) != nil || old.InstanceID != instanceID || old.CA.SHA256 != ca.SHA256() {
		return &fileError{"write", path, errOtherReceipt, "name another file"}
	}
	return nil
}

// conclude ends a run: it keeps the receipt where one was asked for and there is
// something to attest, and prints the result of a run that ended well.
func (a *app) conclude(session *session, o target, ca *pki.CA, result workflow.Result, err error) error {
	document := session.receipt(o, ca, result, err)
	kept := a.keep(o.receipt, document, result, err)
	if err != nil {
		if kept != nil {
			a.warn("the receipt is lost: %s", kept)
		}
		return err
	}
	if lost := errors.Join(kept, a.print(document, document.plain)); lost != nil {
		return fmt.Errorf("CA %q on instance %s is %s, but that is not on record: %w", ca.Subject(), o.instance, outcomeWords[result.Outcome], lost)
	}
	return nil
}

// keep writes the receipt. A run that failed before it submitted anything has none.
func (a *app) keep(path string, document receipt, result workflow.Result, err error) error {
	if path == "" || err != nil && !result.Submitted() {
		return nil
	}
	data, err := encode(document)
	if err != nil {
		return err
	}
	if err := writeFile(path, data, 0o644, true); err != nil {
		return err
	}
	a.note("wrote the receipt %s", path)
	return nil
}
