package cmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	if err := checkOutput(path, true); err != nil {
		return err
	}
	data, err := readUpTo(path, maxDocument)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
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
	switch {
	case err != nil && kept != nil:
		a.warn("the receipt is lost: %s", kept)
		return err
	case err != nil:
		return err
	case kept != nil && a.json: // a document, or an error object, not both
		return butNot(ca, o, result, "its receipt could not be kept", kept)
	}
	if err := a.print(document, a.shown.Layout(document.plain)); err != nil {
		return butNot(ca, o, result, "this could not be printed", err)
	}
	if kept != nil {
		return butNot(ca, o, result, "its receipt could not be kept", kept)
	}
	return nil
}

// butNot is the error for a run that did what it was to do and could not say so.
func butNot(ca *pki.CA, o target, result workflow.Result, what string, err error) error {
	return fmt.Errorf("CA %q on instance %s is %s, but %s: %w", ca.Subject(), o.instance, outcomeWords[result.Outcome], what, err)
}

// readUpTo reads a regular file that has at most so many bytes.
func readUpTo(path string, most int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, most))
}

// attests reports whether the receipt at path says more than this one: it is of a run that
// brought the CA to where this one found it, and has the evidence.
func attests(path string, document receipt) bool {
	data, err := readUpTo(path, maxDocument)
	var old receipt
	if err != nil || json.Unmarshal(data, &old) != nil {
		return false
	}
	changed := old.Outcome == workflow.Registered || old.Outcome == workflow.Reactivated
	return changed && document.Outcome == workflow.AlreadyRegistered && old.Endpoint == document.Endpoint
}

// keep writes the receipt. A run that failed before it submitted anything has none.
func (a *app) keep(path string, document receipt, result workflow.Result, err error) error {
	if path == "" || err != nil && !result.Attested() {
		return nil
	}
	if attests(path, document) {
		a.note("kept the receipt %s, of the run that registered the CA", path)
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
