package cmd

// A savedPlan is a plan in a file, with what it was made of.
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
