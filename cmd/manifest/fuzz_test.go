package manifest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// FuzzRead: no text makes Read panic or hang; a problem has a position within the text; and a
// manifest without problems, written anew without anchors, merge keys and settings above the rows,
// is read as the same rows.
func FuzzRead(f *testing.F) {
	f.Add(example)
	f.Add(head + none)
	f.Add(head + "cas: {a: &a {certificate: &f a.crt}, b: {<<: *a, key: *f}}\ninstances: {i: &i {cas: {a: active}}, j: {<<: [*i, *i], cas: {b: {state: inactive, wait: 1s}}}}\n")
	f.Add(head + "cas: {1e3: {certificate: 0o17, key: 'pkcs11:token=a;object=b'}}\ninstances: {yes: {endpoint: 'http://[::1]:1', cas: {1e3: active}}}\n")
	f.Add(head + "cas: &x {<<: *x}\ninstances: {i: {cas: *x}}\n")
	f.Fuzz(func(t *testing.T, text string) {
		m, problems := Read(text, options(""))
		for _, p := range problems {
			if p.At.Line < 0 || p.At.Line > len(text)+1 || p.At.Column < 0 || p.At.Column > len(text)+1 {
				t.Errorf("the place of %v is %+v", p, p.At)
			}
		}
		if problems != nil {
			return
		}
		again, problems := Read(written(t, m), options(""))
		if problems != nil {
			t.Fatalf("%v\n%s", problems, written(t, m))
		}
		if diff := cmp.Diff(sorted(rows(m)), sorted(rows(again))); diff != "" {
			t.Error(diff)
		}
	})
}

// written is a manifest with the settings of each row in the row.
func written(t *testing.T, m *Manifest) string {
	t.Helper()
	put := func(into map[string]any, name string, text Text) {
		if text.Value != "" {
			into[name] = text.Value
		}
	}
	cas, instances := map[string]any{}, map[string]any{}
	for _, ca := range m.CAs {
		fields := map[string]any{}
		put(fields, "certificate", ca.Certificate)
		put(fields, "key", ca.Key)
		put(fields, "key-password-file", ca.KeyPasswordFile)
		cas[ca.ID.Value] = fields
	}
	for _, i := range m.Instances {
		all := map[string]any{}
		for _, row := range i.CAs {
			fields := map[string]any{}
			put(fields, "state", row.State)
			put(fields, "name", row.Name)
			put(fields, "wait", row.Wait)
			put(fields, "validity", row.Validity)
			all[row.ID.Value] = fields
		}
		fields := map[string]any{"cas": all}
		put(fields, "region", i.Region)
		put(fields, "endpoint", i.Endpoint)
		put(fields, "profile", i.Profile)
		instances[i.ID.Value] = fields
	}
	text, err := yaml.Marshal(map[string]any{"format": Format, "cas": cas, "instances": instances})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
