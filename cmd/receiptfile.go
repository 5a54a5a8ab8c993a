package cmd

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// Each run that submits a CA keeps its receipt in a file of its own: FILE of --receipt if
// that is free, else a sibling, FILE.<UTC time>-<run id>.json. It is written before the
// submission and replaced at the end, if the file still is that of the run.

func newRunID() string {
	var id [4]byte
	rand.Read(id[:]) // never fails
	return hex.EncodeToString(id[:])
}

// sibling is the receipt's path if FILE is taken.
func (s *session) sibling(file string) string {
	return file + "." + s.started.UTC().Format("20060102T150405Z") + "-" + s.run + ".json"
}

// findReceipts returns the paths of FILE and its siblings, of those that exist. A folder that
// cannot be listed shows no siblings.
func findReceipts(file string) []string {
	var paths []string
	if _, err := os.Lstat(file); err == nil {
		paths = append(paths, file)
	}
	sibling := regexp.MustCompile(`^` + regexp.QuoteMeta(filepath.Base(file)) + `\.\d{8}T\d{6}Z-[0-9a-f]{8}\.json$`)
	entries, _ := os.ReadDir(filepath.Dir(file))
	for _, entry := range entries {
		if entry.Type().IsRegular() && sibling.MatchString(entry.Name()) {
			paths = append(paths, filepath.Join(filepath.Dir(file), entry.Name()))
		}
	}
	return paths
}

func (c *console) readReceipt(path string) (receipt, error) {
	var r receipt
	return r, c.readDocument(path, &r)
}

var errOtherReceipt = errors.New("the file exists and is not a receipt of this CA and instance")

// checkReceipts checks, before anything is sent, that a receipt can be written beside FILE,
// and that FILE, if it exists, is a receipt of the same CA and instance. It warns of a run
// whose receipt says that it is submitting.
func (c *console) checkReceipts(t target, ca *pki.CA) error {
	if t.receipt == "" {
		return nil
	}
	if err := checkOutput(t.receipt, true); err != nil {
		return err
	}
	for _, path := range findReceipts(t.receipt) {
		r, err := c.readReceipt(path)
		switch {
		case path == t.receipt && (err != nil || r.InstanceID != t.instance || r.CA.SHA256 != ca.SHA256()):
			return &fileError{"write", path, errOtherReceipt, "name another file"}
		case err == nil && r.Outcome == workflow.Submitting:
			c.warnOfUnended(path, r)
		}
	}
	return nil
}

// warnOfUnended warns of a run that was killed between its submission and its end, or that
// goes on beside this one.
func (c *console) warnOfUnended(path string, r receipt) {
	doing := fmt.Sprintf("submitting CA %q with the certificate of code %s", r.CA.Subject, r.CA.RegistrationCode)
	if r.VerificationCertificate == "" {
		doing = fmt.Sprintf("activating CA %q", r.CA.Subject)
	}
	c.warn("run %s, started at %s, was %s (instance %s, SHA-256 of the CA %s), and its receipt %s does not say how that ended: it was killed, or is still running",
		r.RunID, r.StartedAt, doing, r.InstanceID, r.CA.SHA256, path)
	if !c.silent() {
		c.err.Say("hint: ", terminal.Bold, "if it is no longer running, see with 'mqttca confirm' whether the CA is registered, and keep the receipt under another name; this run reads the list before it submits")
	}
}

// recorded is the instance of a run that keeps a receipt.
func (a *app) recorded(s *session, t target, ca *pki.CA) workflow.Instance {
	instance := a.instance(s, t.instance)
	instance.Record = func(result workflow.Result) error { return a.keep(s, t.receipt, s.receipt(t, ca, result, nil)) }
	return instance
}

// keep writes the receipt of a run: over its own, or else to a place that is free.
func (c *console) keep(s *session, file string, document receipt) error {
	if file == "" {
		return nil
	}
	data, err := encode(document)
	if err != nil {
		return err
	}
	if own, err := c.readReceipt(s.kept); err == nil && own.RunID == s.run {
		return writeFile(s.kept, data, 0o644, true)
	}
	for _, path := range []string{file, s.sibling(file)} {
		if err = writeFile(path, data, 0o644, false); err == nil {
			s.kept = path
		}
		if !errors.Is(err, errExists) && !errors.Is(err, errNotRegular) {
			break
		}
	}
	return err
}

// closeReceipt writes the end of a run that submitted. A run that found the CA registered
// writes its receipt only if there is no other.
func (c *console) closeReceipt(s *session, t target, document receipt) error {
	found := findReceipts(t.receipt)
	switch {
	case t.receipt == "", s.kept == "" && document.Error != nil:
		return nil
	case s.kept == "" && len(found) > 0:
		c.note("kept the receipt %s, of %s", found[0], c.authorOf(found[0]))
		return nil
	}
	if err := c.keep(s, t.receipt, document); err != nil {
		return err
	}
	c.note("wrote the receipt %s", s.kept)
	return nil
}

// authorOf is the run that wrote a receipt, in words.
func (c *console) authorOf(path string) string {
	r, err := c.readReceipt(path)
	if err == nil && (r.Outcome == workflow.Registered || r.Outcome == workflow.Reactivated) {
		return "the run that registered the CA"
	}
	return "an earlier run"
}
