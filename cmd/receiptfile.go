package cmd

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"mqttca/cmd/workflow"
	"mqttca/pki"
)

var receiptSuffix = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(\.\d{8}T\d{6}Z-[0-9a-f]{8}\.json)?$`) })

// findReceipts returns the paths of the existing receipts: FILE of --receipt and those next to it.
// If a run submits or activates a CA, it keeps its receipt in a file of its own: FILE if it is
// free, else FILE.<UTC time>-<run id>.json. The receipt is written before the change, and replaced
// at the end if it still is the run's own. If the folder cannot be read, there are none. entries is the
// content of the folder; nil if it was not read yet.
func findReceipts(file string, entries []fs.DirEntry) (paths []string) {
	if entries == nil {
		entries, _ = os.ReadDir(filepath.Dir(file))
	}
	for _, entry := range entries {
		suffix, own := strings.CutPrefix(entry.Name(), filepath.Base(file))
		if own && entry.Type().IsRegular() && receiptSuffix().MatchString(suffix) {
			paths = append(paths, file+suffix)
		}
	}
	return paths
}

func (c *console) readReceipt(path string) (receipt, error) {
	var r receipt
	err := c.readDocument(path, &r)
	return r, err
}

var errOtherReceipt = errors.New("the file exists and is not a receipt of this CA and instance")

// checkReceipts checks, before anything is sent, whether a receipt can be written, and whether an
// existing FILE is of the same instance and, if it is of a registration, the same CA. It warns of an
// unfinished run.
func (c *console) checkReceipts(file, instance, caSHA256 string, entries []fs.DirEntry) error {
	switch file {
	case "":
		return nil
	case "-":
		return usage("--receipt names a file; --json prints the same document")
	}
	if entries == nil {
		if err := checkOutput(file, true); err != nil {
			return err
		}
	}
	for _, path := range findReceipts(file, entries) {
		r, err := c.readReceipt(path)
		if path == file && (err != nil || r.InstanceID != instance || r.CA.SHA256.String() != caSHA256) {
			return &fileError{"write", path, errOtherReceipt, "name another file"}
		}
		switch {
		case err != nil:
		case r.Outcome == workflow.Submitting:
			c.warnOfUnended(path, r)
		case r.Outcome == workflow.Connecting:
			c.warn("the receipt %s is incomplete: run %s, started at %s, was connecting to the broker of instance %s; if it was killed, its device certificate may still be registered", path, r.RunID, r.StartedAt, r.InstanceID)
		}
	}
	return nil
}

// warnOfUnended warns of a run killed before its end, or still in progress.
func (c *console) warnOfUnended(path string, r receipt) {
	c.warn("the receipt %s is incomplete: run %s, started at %s, was submitting or activating CA %q (SHA-256 %s, code %s) on instance %s; it was killed, or is still running",
		path, r.RunID, r.StartedAt, r.CA.Subject, r.CA.SHA256, r.CA.RegistrationCode, r.InstanceID)
	c.note("when that run has ended, check with 'mqttca confirm' whether the CA is registered, and keep its receipt under another name")
}

// recorded is the instance of a run with a receipt.
func (a *app) recorded(s *session, t target, ca *pki.CA) workflow.Instance {
	instance := a.instance(s, t.instance)
	instance.Record = func(result workflow.Result) error { return a.keep(s, t.receipt, s.receipt(t, ca, result, nil)) }
	return instance
}

// keep writes the receipt of a run over its own, or else to a free place.
func (c *console) keep(s *session, file string, document any) error {
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
	beside := file + "." + s.started.UTC().Format("20060102T150405Z") + "-" + s.run + ".json"
	for _, path := range []string{file, beside} {
		if err = writeFile(path, data, 0o644, false); err == nil {
			s.kept = path
		}
		if !errors.Is(err, errExists) && !errors.Is(err, errNotRegular) {
			break
		}
	}
	return err
}

// closeReceipt writes the end of a run that submitted. If the run found the CA registered, it
// writes its receipt only if there is none yet of the same service: the vendor's, or another.
func (c *console) closeReceipt(s *session, t target, document receipt) error {
	if t.receipt == "" || s.kept == "" && document.Error != nil {
		return nil
	}
	for _, path := range findReceipts(t.receipt, nil) {
		if r, err := c.readReceipt(path); s.kept == "" && err == nil && isTrue(r.VendorEndpoint) == isTrue(document.VendorEndpoint) {
			c.note("kept the receipt %s, of an earlier run", path)
			return nil
		}
	}
	err := c.keep(s, t.receipt, document)
	if err == nil {
		c.note("wrote the receipt %s", s.kept)
	}
	return err
}
