// Package manifest reads the manifest of a fleet, mqttca.yaml: which CAs stand on which instances,
// and in which state.
//
// A manifest comes out of a pull request, so nobody trusts it. [Read] returns known keys only, each
// once; text stays as it stands (007269004887, 1e3, yes), and nothing is substituted in it; no path
// leaves the folder of the manifest unless this is allowed; an endpoint is the vendor's or a
// loopback address; aliases and merge keys are bounded; and no [Problem] shows a secret in the
// place of something else.
//
// It opens no certificate and no key. go.yaml.in/yaml/v3 parses the YAML: it gives each value its
// position, keeps its text, and leaves aliases as they are.
package manifest

import (
	"cmp"
	"fmt"
	"slices"
)

// Format is the format of the manifests read by this package.
const Format = "mqttca/fleet/v1"

// A Manifest is the content of the file, in its order. Its types are those of the JSON Schema.
type Manifest struct {
	Format    Text       `json:"format"`             // mqttca/fleet/v1
	Defaults  Settings   `json:"defaults,omitempty"` // for all CAs and instances
	CAs       []CA       `json:"cas"`                // by names that you choose
	Instances []Instance `json:"instances"`          // by their ids
	SHA256    string     `json:"-"`                  // of its text
}

// Settings say how a CA is registered. Those of a row come first, then those of its instance, its
// CA and the manifest.
type Settings struct {
	Name     Text `json:"name,omitempty"`     // of the CA at the service
	Wait     Text `json:"wait,omitempty"`     // how long the service may take to list the CA as active, such as 90s
	Validity Text `json:"validity,omitempty"` // of the verification certificate, such as 30d
}

// A CA is a CA certificate, perhaps with its key.
type CA struct {
	ID              Text `json:"-"`
	Certificate     Text `json:"certificate"`                 // path of the file, PEM or DER
	Key             Text `json:"key,omitempty"`               // path of the file, or a pkcs11 URI; needed to register the CA
	KeyPasswordFile Text `json:"key-password-file,omitempty"` // path of the file with the password of the key
	Settings
}

// An Instance is an instance with its CAs.
type Instance struct {
	ID       Text  `json:"-"`
	Region   Text  `json:"region,omitempty"`   // such as cn-hangzhou
	Endpoint Text  `json:"endpoint,omitempty"` // instead of the region's: Alibaba Cloud's, or a loopback address
	Profile  Text  `json:"profile,omitempty"`  // profile of the credentials
	CAs      []Row `json:"cas"`                // by their names
	Settings
}

// A Row is a CA on an instance. A row written as a text is its state.
type Row struct {
	ID    Text `json:"-"`
	State Text `json:"state" jsonschema:"enum=active,enum=inactive"` // the wanted state
	Settings
	CA *CA `json:"-"`
}

// The states of a row.
const (
	Active   = "active"
	Inactive = "inactive"
)

// A Text is a text and its place in the file, both numbers from 1.
type Text struct {
	Value        string
	Line, Column int
}

// A Problem is a mistake in a manifest, or in a file named by it. Its place is that of a text; if
// its line is 0, it has none.
type Problem struct {
	File string
	At   Text
	Err  error
}

func (p Problem) Error() string {
	if p.At.Line == 0 {
		return p.File + ": " + p.Err.Error()
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.At.Line, p.At.Column, p.Err)
}

func (p Problem) Unwrap() error { return p.Err }

// Wants reports whether a CA is wanted in a state on any instance.
func (m *Manifest) Wants(ca CA, state string) bool {
	return slices.ContainsFunc(m.Instances, func(i Instance) bool {
		return slices.ContainsFunc(i.CAs, func(row Row) bool { return row.CA.ID == ca.ID && row.State.Value == state })
	})
}

func (s Settings) or(others Settings) Settings {
	return Settings{cmp.Or(s.Name, others.Name), cmp.Or(s.Wait, others.Wait), cmp.Or(s.Validity, others.Validity)}
}
