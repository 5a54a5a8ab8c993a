package manifest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// example is the manifest of the documentation.
const example = `format: mqttca/fleet/v1
defaults: {wait: 90s}
cas:
  plant-a: {certificate: plant-a.crt, key: plant-a.key, name: Plant A}
  plant-b: {certificate: plant-b.crt, key: 'pkcs11:token=ca;object=plant-b', key-password-file: pin.txt}
  plant-old: {certificate: old/plant.crt}
instances:
  post-cn-7mz2d: {region: cn-hangzhou, profile: ops, cas: {plant-a: active, plant-b: active}}
  post-cn-9xk41:
    region: cn-shanghai
    validity: 30d
    cas:
      plant-old: inactive
      plant-a: {state: active, name: Plant A of Shanghai, wait: 5m}
`

func options(folder string) Options {
	duration := func(text string) error {
		if strings.HasSuffix(text, "d") {
			return nil
		}
		_, err := time.ParseDuration(text)
		return err
	}
	return Options{File: filepath.Join(folder, "fleet.yaml"), Wait: duration, Validity: duration}
}

// problemsOf are the problems of a manifest, each with its position.
func problemsOf(text string, o Options) (all []string) {
	_, problems := Read(text, o)
	for _, p := range problems {
		all = append(all, strings.TrimPrefix(strings.TrimPrefix(p.Error(), filepath.Join(filepath.Dir(o.File), "fleet.yaml")), ":"))
	}
	return all
}

// rows are the rows of a manifest as they take effect.
func rows(m *Manifest) (all []string) {
	for _, i := range m.Instances {
		for _, row := range i.CAs {
			all = append(all, strings.Join([]string{i.ID.Value, i.Region.Value, i.Endpoint.Value, i.Profile.Value, row.CA.ID.Value, row.State.Value,
				row.CA.Certificate.Value, row.CA.Key.Value, row.CA.KeyPasswordFile.Value, row.Name.Value, row.Wait.Value, row.Validity.Value}, "|"))
		}
	}
	return all
}

func sorted(all []string) []string {
	slices.Sort(all)
	return all
}

func TestRead(t *testing.T) {
	m, problems := Read(example, options("fleet"))
	if problems != nil {
		t.Fatal(problems)
	}
	want := []string{
		"post-cn-7mz2d|cn-hangzhou||ops|plant-a|active|fleet/plant-a.crt|fleet/plant-a.key||Plant A|90s|",
		"post-cn-7mz2d|cn-hangzhou||ops|plant-b|active|fleet/plant-b.crt|pkcs11:token=ca;object=plant-b|fleet/pin.txt||90s|",
		"post-cn-9xk41|cn-shanghai|||plant-old|inactive|fleet/old/plant.crt||||90s|30d",
		"post-cn-9xk41|cn-shanghai|||plant-a|active|fleet/plant-a.crt|fleet/plant-a.key||Plant A of Shanghai|5m|30d",
	}
	if diff := cmp.Diff(want, rows(m)); diff != "" {
		t.Error(diff)
	}
}

// Text stays as it stands, whatever YAML 1.1 or 1.2 would make of it, and nothing is substituted.
func TestTextStays(t *testing.T) {
	for _, name := range []string{"007269004887", "0o17", "1e3", "yes", "no", "0x1F", "1_000", "12:30:45", "2026-01-02", "true", ".inf", "${HOME}", "$HOME", "<<"} {
		quoted := name
		if name == "<<" {
			quoted = `"<<"`
		}
		m, problems := Read("format: mqttca/fleet/v1\ndefaults:\n  name: "+quoted+"\ncas: {}\ninstances: {}\n", options("."))
		if problems != nil || m.Defaults.Name.Value != name {
			t.Errorf("%s: %v, %v", name, m, problems)
		}
	}
	m, problems := Read("format: mqttca/fleet/v1\ncas: {007269004887: {certificate: 1e3}}\ninstances: {0o17: {cas: {007269004887: active}}}\n", options(""))
	if want := []string{"0o17||||007269004887|active|1e3|||||"}; problems != nil || !slices.Equal(rows(m), want) {
		t.Errorf("%q, %v", rows(m), problems)
	}
}

// Anchors and merge keys: what stands there comes before what is merged, of which the first counts.
func TestAnchors(t *testing.T) {
	m, problems := Read(`format: mqttca/fleet/v1
cas: {a: &a {certificate: &file a.crt, key: a.key}, b: {<<: *a, certificate: b.crt}, c: {certificate: *file}}
instances:
  i1: &shanghai {region: cn-shanghai, profile: ops, cas: &all {a: active, b: inactive}}
  i2: {<<: [{profile: other}, *shanghai], cas: {<<: *all, b: active}}
  i3: *shanghai
  i4: {cas: *all}
`, options(""))
	want := []string{
		"i1|cn-shanghai||ops|a|active|a.crt|a.key||||", "i1|cn-shanghai||ops|b|inactive|b.crt|a.key||||",
		"i2|cn-shanghai||other|b|active|b.crt|a.key||||", "i2|cn-shanghai||other|a|active|a.crt|a.key||||",
		"i3|cn-shanghai||ops|a|active|a.crt|a.key||||", "i3|cn-shanghai||ops|b|inactive|b.crt|a.key||||",
		"i4||||a|active|a.crt|a.key||||", "i4||||b|inactive|b.crt|a.key||||",
	}
	if diff := cmp.Diff(want, rows(m)); problems != nil || diff != "" {
		t.Errorf("%v\n%s", problems, diff)
	}
}

const (
	head = "format: mqttca/fleet/v1\n"
	none = "cas: {}\ninstances: {}\n"
)

// Every mistake is an error with its position.
func TestProblems(t *testing.T) {
	cas := head + "cas:\n  a: {certificate: a.crt}\n"
	for _, tt := range []struct{ text, want string }{
		{"", " it is empty"},
		{"# nothing\n", " it is empty"},
		{"---\n", "2:1: expected a mapping, not a text"},
		{"- a\n", "1:1: expected a mapping, not a list"},
		{head + none + "---\n{}\n", " it has more than one YAML document"},
		{"a: [1\n", " it is not YAML: near line 1: did not find expected ',' or ']'"},
		{"a: b\n c: d\n", " it is not YAML: near line 2: mapping values are not allowed in this context"},
		{"a: *nope\n", " it is not YAML: unknown anchor 'nope' referenced"},
		{none, "1:1: format is missing"},
		{"format: mqttca/fleet/v2\nnews: {}\n", "1:9: the format must be mqttca/fleet/v1"},
		{head + none + "ca: {}\n", `4:1: unknown key "ca"; the keys are format, defaults, cas, instances`},
		{head + "defaults: {region: cn-hangzhou}\n" + none, `2:12: unknown key "region"; the keys are name, wait, validity`},
		{head + none + "cas: {}\n", `4:1: duplicate key "cas"`},
		{head + "cas: {a: {certificate: a.crt, key: a.key, \"key\": b.key}}\ninstances: {}\n", `2:43: duplicate key "key"`},
		{head + "cas: {a: {key: a.key}}\ninstances: {}\n", "2:10: certificate is missing"},
		{head + "cas: {a: {certificate: [a.crt]}}\ninstances: {}\n", "2:24: expected a text, not a list"},
		{head + "cas: {a: {certificate: }}\ninstances: {}\n", "2:24: a value is missing"},
		{head + "cas: {a: {certificate: ~}}\ninstances: {}\n", "2:24: a value is missing"},
		{head + "cas: {a: {certificate: !!str a.crt}}\ninstances: {}\n", "2:24: remove the tag: every value is a text"},
		{head + "cas: {a/b: {certificate: a.crt}}\ninstances: {}\n", "2:7: the name of a CA can have at most 64 letters, digits, -, _ and ."},
		{head + "cas: {[a]: {certificate: a.crt}}\ninstances: {}\n", "2:7: a key must be a short text in one line, without a secret"},
		{head + "cas: {a: {certificate: a.crt, validity: long}}\ninstances: {}\n", `2:41: time: invalid duration "long"`},
		{head + "cas: {a: {certificate: a.crt, key: a.key, key-password-file: '-'}}\ninstances: {}\n", "2:62: a manifest must name a file, not standard input"},
		{cas + "instances: {pöst: {cas: {}}}\n", "4:13: an instance id can have only letters a to z, digits, - and _"},
		{cas + "instances: {i: {region: China, cas: {}}}\n", `4:25: region "China": a region is written like cn-hangzhou`},
		{cas + "instances: {i: {endpoint: 'https://example.com', cas: {}}}\n", "4:27: the endpoint must be Alibaba Cloud's or a loopback address; for another, set --endpoint or MQTTCA_ENDPOINT"},
		{cas + "instances: {i: {endpoint: 'bucket.oss-cn-hangzhou.aliyuncs.com', cas: {}}}\n", "4:27: the endpoint must be Alibaba Cloud's or a loopback address; for another, set --endpoint or MQTTCA_ENDPOINT"},
		{cas + "instances: {i: {region: cn-hangzhou}}\n", "4:16: cas is missing"},
		{cas + "instances: {i: {cas: {b: active}}}\n", "4:23: cas has no CA \"b\""},
		{cas + "instances: {i: {cas: {a: on}}}\n", "4:26: a state must be active or inactive"},
		{cas + "instances: {i: {cas: {a: {name: x}}}}\n", "4:26: state is missing"},
		{cas + "instances: {i: {cas: {a: active, a: inactive}}}\n", `4:34: duplicate key "a"`},
		{head + "cas: &x {<<: *x}\ninstances: {}\n", "2:14: merge keys are nested more than 8 deep"},
		{head + "cas: {<<: 1}\ninstances: {}\n", "2:11: expected a mapping, not a text"},
	} {
		if got := strings.Join(problemsOf(tt.text, options(".")), "\n"); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.text, got, tt.want)
		}
	}
	loopback := cas + "instances: {i: {endpoint: 'http://127.0.0.1:1', cas: {}}, j: {endpoint: onsmqtt-vpc.cn-hangzhou.aliyuncs.com, cas: {}}}\n"
	if got := problemsOf(loopback, options(".")); got != nil {
		t.Error(got)
	}
}

// All mistakes are told, in the order of the file.
func TestAllProblems(t *testing.T) {
	got := problemsOf(head+"cas: {a: {}}\ninstances:\n  i: {regoin: x, cas: {b: on}}\ncsa: {}\n", options("."))
	want := []string{
		"2:10: certificate is missing", `4:7: unknown key "regoin"; the keys are region, endpoint, profile, cas, name, wait, validity`,
		"4:24: cas has no CA \"b\"", "4:27: a state must be active or inactive",
		`5:1: unknown key "csa"; the keys are format, defaults, cas, instances`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A path stays in the folder of the manifest, unless that is allowed.
func TestPaths(t *testing.T) {
	folder := t.TempDir()
	outside := t.TempDir()
	for _, name := range []string{"a.crt", "sub"} {
		if err := os.WriteFile(filepath.Join(outside, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{"out": outside, "out.crt": filepath.Join(outside, "a.crt"), "in": "."} {
		if err := os.Symlink(target, filepath.Join(folder, name)); err != nil {
			t.Skip(err)
		}
	}
	for path, leaves := range map[string]bool{
		"a.crt": false, "sub/a.crt": false, "in/a.crt": false, "..a.crt": false, "sub/../a.crt": false,
		"../a.crt": true, "sub/../../a.crt": true, filepath.Join(outside, "a.crt"): true, filepath.Join(folder, "a.crt"): true,
		"out/a.crt": true, "out.crt": true, "in/out/a.crt": true,
	} {
		for _, key := range []string{"certificate", "key", "key-password-file"} {
			text := head + "cas: {a: {certificate: b.crt, key: b.key, key-password-file: b.txt}}\ninstances: {}\n"
			old := map[string]string{"certificate": "b.crt", "key": "b.key", "key-password-file": "b.txt"}[key]
			text = strings.Replace(text, old, path, 1)
			o := options(folder)
			got := problemsOf(text, o)
			if leaves != (len(got) == 1 && strings.HasSuffix(got[0], " the path is outside the folder of the manifest; to allow it, give --allow-outside")) || !leaves && got != nil {
				t.Errorf("%s: %s: %q", key, path, got)
			}
			o.AllowOutside = true
			m, problems := Read(text, o)
			want := path
			if !filepath.IsAbs(path) {
				want = filepath.Join(folder, path)
			}
			if c := m.CAs[0]; problems != nil || !slices.Contains([]string{c.Certificate.Value, c.Key.Value, c.KeyPasswordFile.Value}, want) {
				t.Errorf("%s: %s: %v, %+v", key, path, problems, c)
			}
		}
	}
}

// A URI names a token and an object: a module would be loaded, and a PIN file read.
func TestTokenURIs(t *testing.T) {
	for uri, want := range map[string]string{
		"pkcs11:token=ca;object=root":                          "",
		"PKCS11:token=ca;object=root":                          "",
		"pkcs11:module-path=/tmp/evil.so;token=ca;object=root": "it has module-path",
		"pkcs11:token=ca;object=root?pin-source=/etc/hostname": "it has pin-source",
		"pkcs11:token=ca;object=root?pin-value=73915284":       "a secret",
		"pkcs11:token=ca;object=root?Pin-Value=73915284":       "is unknown",
		"pkcs11:object=root":                                   "it names no token",
	} {
		got := strings.Join(problemsOf(head+"cas: {a: {certificate: a.crt, key: '"+uri+"'}}\ninstances: {}\n", options(".")), "\n")
		if (got == "") != (want == "") || !strings.Contains(got, want) || strings.Contains(got, "73915284") {
			t.Errorf("%s: %q, want %q", uri, got, want)
		}
	}
}

// A secret in the place of anything is not shown.
func TestSecretsAreNotShown(t *testing.T) {
	for _, secret := range []string{"-----BEGIN EC PRIVATE KEY----- Dist1nctive", `"-----BEGIN EC PRIVATE KEY-----\nDist1nctive"`, "pass:Dist1nctive", "pkcs11:token=a;object=b?pin-value=Dist1nctive", `'{"key":"Dist1nctive"}'`} {
		for _, format := range []string{"cas: {a: {certificate: %s}}\ninstances: {}", "cas: {a: {certificate: a.crt, key: %s}}\ninstances: {}", "cas: {? %s : {certificate: a.crt}}\ninstances: {}",
			"cas: {}\ninstances: {i: {profile: %s, cas: {}}}", "cas: {}\ninstances: {i: {region: %s, cas: {}}}", "cas: {}\ninstances: {i: {endpoint: %s, cas: {}}}", "cas: {}\ninstances: {}\ndefaults: {wait: %s}", "cas: {}\ninstances: {}\n? %s : x"} {
			got := problemsOf(head+fmt.Sprintf(format, secret), options("."))
			if len(got) == 0 || strings.Contains(strings.Join(got, " "), "Dist1nctive") {
				t.Errorf("%s of %s: %q", format, secret, got)
			}
		}
	}
}

// What a small file can make of itself is bounded, and so is the time of a large one.
func TestBounds(t *testing.T) {
	var bomb strings.Builder
	bomb.WriteString(head + "cas: {a: {certificate: a.crt}}\ninstances:\n  i: {cas: &all {")
	for i := range 3000 {
		fmt.Fprintf(&bomb, "c%d: active, ", i)
	}
	bomb.WriteString("}}\n")
	for i := range 3000 {
		fmt.Fprintf(&bomb, "  i%d: {cas: *all}\n", i)
	}
	got := problemsOf(bomb.String(), options("."))
	if len(got) != 1 || got[0] != " it has too many entries (aliases and merge keys count)" {
		t.Errorf("%d problems: %.200q", len(got), got)
	}
	merges := head + "instances: {}\ncas:\n  a0: &a0 {certificate: x}\n"
	for i := range 8 {
		merges += fmt.Sprintf("  a%d: &a%d {<<: [%s]}\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 20), ", "))
	}
	if got := problemsOf(merges, options(".")); len(got) != 1 || got[0] != " it has too many entries (aliases and merge keys count)" {
		t.Errorf("%d problems: %.200q", len(got), got)
	}
	const size = 1 << 18
	for _, part := range []string{"[", "{", "- ", "? ", "#\n", "a: ", "&a ", "*a ", "\n", "'", "!t ", "[a,", "{a: ", "- - a\n", "a: {b: c}\n", "[]:\n", " a:\n", "%a\n", "x\n", "|\n", ": ", "- # c\n", "{? "} {
		start := time.Now()
		got := problemsOf(strings.Repeat(part, size/len(part)), options("."))
		t.Logf("%q: %v %.100q", part, time.Since(start), got)
		if len(got) == 0 {
			t.Errorf("%q repeated is a manifest", part)
		}
	}
}
