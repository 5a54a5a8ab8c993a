package manifest

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"

	"mqttca/api"
	"mqttca/api/wire"
	"mqttca/pki"
)

// Options say how a manifest is read.
type Options struct {
	File           string             // its path; the paths in it are relative to the folder
	AllowOutside   bool               // allow paths out of the folder
	Wait, Validity func(string) error // check a duration
}

// Read reads and checks a manifest. If it has no problems, each row has its effective settings, and
// paths beginning with the folder of the file.
func Read(text string, o Options) (*Manifest, []Problem) {
	m, r := &Manifest{SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte(text)))}, &reader{Options: o}
	document := r.document(text)
	if document == nil {
		return nil, r.problems
	}
	r.value(document, reflect.ValueOf(m).Elem())
	switch {
	case r.nodes > maxNodes:
		return nil, []Problem{{o.File, Text{}, errors.New("it has too many entries (aliases and merge keys count)")}}
	case m.Format.Value != "" && m.Format.Value != Format:
		return nil, []Problem{{o.File, m.Format, errors.New("the format must be " + Format)}}
	}
	r.settings(&m.Defaults, Settings{})
	for i := range m.CAs {
		r.ca(&m.CAs[i], m.Defaults)
	}
	for i := range m.Instances {
		r.instance(&m.Instances[i], m.CAs)
	}
	slices.SortStableFunc(r.problems, func(p, q Problem) int { return cmp.Or(p.At.Line-q.At.Line, p.At.Column-q.At.Column) })
	return m, r.problems
}

// check notes the error of a rule about a text, if there is a text.
func (r *reader) check(t Text, rule func(string) error) {
	if t.Value != "" {
		if err := rule(t.Value); err != nil {
			r.fail(t, "%w", err)
		}
	}
}

// settings fills in the missing ones.
func (r *reader) settings(s *Settings, others Settings) {
	r.check(s.Wait, r.Wait)
	r.check(s.Validity, r.Validity)
	*s = s.or(others)
}

func (r *reader) ca(ca *CA, defaults Settings) {
	if len(ca.ID.Value) > 64 || !wire.IsName(ca.ID.Value, "-_.") { // files may be named after it
		r.fail(ca.ID, "the name of a CA can have at most 64 letters, digits, -, _ and .")
	}
	r.path("certificate", &ca.Certificate)
	if pki.InToken(ca.Key.Value) {
		r.check(ca.Key, pki.CheckTokenURI)
	} else {
		r.path("key", &ca.Key)
	}
	r.path("password", &ca.KeyPasswordFile)
	r.settings(&ca.Settings, defaults)
}

func (r *reader) instance(i *Instance, cas []CA) {
	if !wire.IsName(i.ID.Value, "-_") {
		r.fail(i.ID, "an instance id can have only letters a to z, digits, - and _")
	}
	r.check(i.Region, func(region string) error { _, err := api.RegionalEndpoint(region, false); return err })
	r.check(i.Endpoint, checkEndpoint)
	r.settings(&i.Settings, Settings{})
	for n := range i.CAs {
		row := &i.CAs[n]
		if row.State.Value != "" && row.State.Value != Active && row.State.Value != Inactive {
			r.fail(row.State, "a state must be %s or %s", Active, Inactive)
		}
		r.settings(&row.Settings, i.Settings)
		at := slices.IndexFunc(cas, func(ca CA) bool { return ca.ID.Value == row.ID.Value })
		if at < 0 {
			r.fail(row.ID, "cas has no CA %q", row.ID.Value)
			continue
		}
		row.CA, row.Settings = &cas[at], row.Settings.or(cas[at].Settings)
	}
}

func checkEndpoint(text string) error {
	endpoint, err := api.ParseEndpoint(text)
	if err == nil && !endpoint.IsVendor() && !endpoint.IsLoopback() {
		return errors.New("the endpoint must be Alibaba Cloud's or a loopback address; for another, set --endpoint or MQTTCA_ENDPOINT")
	}
	return err
}

// path puts the folder before a path, and refuses a way out of the folder, also by a symbolic link.
func (r *reader) path(content string, path *Text) {
	folder := filepath.Dir(r.File)
	r.check(*path, func(text string) error {
		if err := pki.CheckPath(content, content, text); err != nil || text == "-" {
			return cmp.Or(err, errors.New("a manifest must name a file, not standard input"))
		}
		followed, missing := filepath.EvalSymlinks(filepath.Join(folder, text))
		root, _ := filepath.EvalSymlinks(folder)
		below, _ := filepath.Rel(root, followed)
		if !r.AllowOutside && (!filepath.IsLocal(text) || missing == nil && !filepath.IsLocal(below)) {
			return errors.New("the path is outside the folder of the manifest; to allow it, give --allow-outside")
		}
		return nil
	})
	if path.Value != "" && !filepath.IsAbs(path.Value) {
		path.Value = filepath.Join(folder, path.Value)
	}
}
