package cmd

import (
	"cmp"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"mqttca/api"
	"mqttca/api/wire"
	"mqttca/cmd/manifest"
	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

func newImport(a *app) *cobra.Command {
	m := importer{regions: []string{""}, ids: map[string]string{}, cas: map[string]any{}, contents: map[string]any{}}
	m.Rows, m.Instances, m.CAs = []rowDocument{}, []string{}, []importedCA{}
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Write a manifest of the existing instances and CAs",
		Long: `Write a manifest ('mqttca help fleet') of the instances of the account with their CAs in their
present states, and the CA certificates as files in the same folder. With --instance, it has only
these instances. A CA that a manifest cannot have, such as an expired active one, is named in a
warning and in a comment; in a plan it is drift. import changes nothing at the service, and
writes no file if an instance cannot be listed.`,
		Example: `  mqttca import --region cn-hangzhou --file imported.yaml
  mqttca import --region cn-hangzhou --instance post-cn-7mz2d --force --json`,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.importFleet(cmd, &m) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&m.File, "file", "f", "mqttca.yaml", "file to write the manifest to")
	flags.BoolVar(&m.force, "force", false, "replace existing files")
	flags.StringArrayVar(&m.regions, "region", m.regions, "region of the instances, such as cn-hangzhou (repeatable; or ALIBABA_CLOUD_REGION_ID, or the profile's)")
	flags.StringArrayVar(&m.only, "instance", nil, "id of an instance (repeatable; default all)")
	a.addConnection(cmd)
	return cmd
}

// An importDocument is the result of import: the plan of the manifest, and its CAs.
type importDocument struct {
	planDocument
	Instances []string     `json:"instances"`
	CAs       []importedCA `json:"cas"`
}

// An importedCA is a CA of a manifest written by import.
type importedCA struct {
	CA      string      `json:"ca"`   // name of the CA in the manifest
	File    string      `json:"file"` // path of the certificate
	Subject text        `json:"subject"`
	SHA256  fingerprint `json:"sha256"`
}

// An importer makes a manifest with its files.
type importer struct {
	importDocument
	force    bool
	regions  []string
	only     []string          // instances; nil for all
	ids      map[string]string // of CAs in the manifest, by SHA-256
	cas      map[string]any    // of the manifest
	contents map[string]any    // of its instances
	leftOut  []string          // CAs not in the manifest, with the reasons
	files    []file
}

func (a *app) importFleet(cmd *cobra.Command, m *importer) error {
	if m.File == "-" {
		return usage("--file names a file: the certificates are written to its folder")
	} else if err := checkOutput(m.File, m.force); err != nil {
		return err
	}
	for _, id := range m.only {
		if err := checkInstance(id); err != nil {
			return usage("--instance: %s", err)
		}
	}
	a.paceMany(cmd) // also the first requests: the limiter is made once
	f := &fleet{Manifest: &manifest.Manifest{}}
	defer f.close()
	for _, region := range m.regions {
		if err := m.find(a, cmd, f, region); err != nil {
			return err
		}
	}
	for _, id := range m.only {
		if !slices.ContainsFunc(f.Instances, func(i manifest.Instance) bool { return i.ID.Value == id }) {
			return &usageError{"none of the regions asked lists instance " + id, true, "check the instance id and --region; 'mqttca instances --all-regions' shows the instances of every region"}
		}
	}
	slices.SortFunc(f.Instances, func(i, j manifest.Instance) int { return cmp.Compare(i.ID.Value, j.ID.Value) })
	f.Instances = slices.CompactFunc(f.Instances, func(i, j manifest.Instance) bool { return i.ID == j.ID }) // of two regions at one endpoint
	plans, err := a.survey(cmd.Context(), cmd, f)
	if err != nil {
		return err
	}
	for _, p := range plans {
		if p.err != nil {
			return p.err
		}
		m.add(cmd, p)
	}
	m.fleetDocument = newFleetDocument("import", m.File, plans)
	if err := m.write(a); err != nil {
		return err
	}
	return a.print(m.importDocument, a.shown.Layout(m.plain))
}

// find lists the instances of a region.
func (m *importer) find(a *app, cmd *cobra.Command, f *fleet, region string) error {
	s, err := a.connectInstance(cmd, &manifest.Instance{Region: manifest.Text{Value: region}})
	if err != nil {
		return err
	}
	f.sessions = append(f.sessions, s)
	listed, err := a.instancesOf(cmd.Context(), s)
	for _, i := range listed {
		if m.only == nil || slices.Contains(m.only, i.InstanceID) {
			f.Instances = append(f.Instances, manifest.Instance{ID: manifest.Text{Value: i.InstanceID}, Region: manifest.Text{Value: s.endpoint.Region()}})
		}
	}
	return err
}

// add adds an instance with its CAs. If the list has a CA twice, an active entry counts.
func (m *importer) add(cmd *cobra.Command, p *instancePlan) {
	states := map[string]string{}
	for n, row := range p.documents() {
		if ca, reason := importable(*p.rows[n].Listed); reason != "" {
			m.leftOut = append(m.leftOut, fmt.Sprintf("CA %q (serial number %s) on instance %s: %s", wire.Shortened(row.Name), row.Sn, row.InstanceID, reason))
		} else {
			id, state := m.id(ca, string(row.Name)), string(row.State)
			row.CA, row.Action, row.Wanted = text(id), text(workflow.Nothing), row.State
			states[id] = min(state, cmp.Or(states[id], state))
		}
		m.planDocument.add(cmd, row)
	}
	m.Instances = append(m.Instances, p.ID.Value)
	m.contents[p.ID.Value] = struct {
		Region string            `yaml:",omitempty"`
		CAs    map[string]string `yaml:"cas"`
	}{p.Region.Value, states}
}

// importable returns a CA, or the reason why a manifest cannot have it in its present state.
func importable(listed api.CaCertificate) (ca *pki.CA, reason string) {
	certificate, err := pki.ParseCertificate(listed.CaContent)
	if err != nil {
		return nil, "mqttca cannot read its certificate"
	}
	findings := (&pki.Material{Certificate: certificate}).Findings(time.Now())
	fault := slices.IndexFunc(findings, func(f pki.Finding) bool { return f.Severity == pki.Fault })
	switch {
	case listed.StateUnknown:
		return nil, "the service lists it as neither active nor inactive"
	case listed.Active && fault >= 0:
		return nil, "it is active, and " + findings[fault].Message
	}
	return &pki.CA{Certificate: certificate}, ""
}

// id names a CA after its name at the service, with a number if another CA has this name, and makes
// its file. Some file systems ignore case.
func (m *importer) id(ca *pki.CA, name string) string {
	sum := ca.SHA256()
	if id := m.ids[sum]; id != "" {
		return id
	}
	stem := regexp.MustCompile(`[^a-z0-9_.]+`).ReplaceAllString(strings.ToLower(name), "-")
	stem = cmp.Or(strings.Trim(stem[:min(len(stem), 56)], "-."), "ca")
	stem = regexp.MustCompile(`^(con|prn|aux|nul|(com|lpt)[1-9])(\.|$)`).ReplaceAllString(stem, "ca-$0") // reserved on Windows
	id := stem
	for n := 2; m.cas[id] != nil; n++ {
		id = fmt.Sprintf("%s-%d", stem, n)
	}
	path := filepath.Join(filepath.Dir(m.File), id+".crt")
	m.ids[sum], m.cas[id] = id, map[string]string{"certificate": id + ".crt"}
	m.files = append(m.files, file{path, []byte(ca.PEM())})
	m.CAs = append(m.CAs, importedCA{id, path, text(ca.Subject()), fingerprintOf(sum)})
	return id
}

// write writes the certificates and then the manifest, if plan can read it.
func (m *importer) write(a *app) error {
	data, err := yaml.Marshal(map[string]any{"cas": m.cas, "instances": m.contents})
	if err != nil {
		return err
	}
	content := "format: " + manifest.Format + "\n" + string(data)
	for _, line := range m.leftOut {
		content += "# left out: " + terminal.Escape(line) + "\n"
		a.warn("left out of the manifest, so drift in a plan: %s", line)
	}
	_, err = pki.ReadAtMost(strings.NewReader(content), documentSize)
	if err == nil {
		_, err = a.parseManifest(content, fleetFlags{file: m.File})
	}
	if err != nil {
		return cannotWrite(m.File, fmt.Errorf("the listed instances and CAs do not make a valid manifest: %w", err))
	}
	if err := writeFiles(append(m.files, file{m.File, []byte(content)}), 0o644, m.force); err != nil {
		return err
	}
	a.note("wrote %s and %s; add a key to each CA that mqttca may have to register, then run 'mqttca plan'", m.File, plural(len(m.files), "certificate file"))
	return nil
}
