package cmd

import (
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// stamped is what the Go tool stamps into a program.
func stamped(version string, settings ...string) *debug.BuildInfo {
	info := &debug.BuildInfo{GoVersion: "go1.26.0", Main: debug.Module{Path: "mqttca", Version: version}}
	for _, s := range settings {
		key, value, _ := strings.Cut(s, "=")
		info.Settings = append(info.Settings, debug.BuildSetting{Key: key, Value: value})
	}
	return info
}

func TestVersionDocument(t *testing.T) {
	platform := runtime.GOOS + "/" + runtime.GOARCH
	files := []string{"pem", "encrypted-pem", "pkcs12"}
	all := append(files[:3:3], "pkcs11")
	for _, tt := range []struct {
		name    string
		release string
		info    *debug.BuildInfo
		sources []string
		want    versionDocument
		plain   string
	}{
		{"a release", "v1.2.3", stamped("v0.0.0-2026", "CGO_ENABLED=1", "vcs.revision=abc", "vcs.modified=false"), all,
			versionDocument{"mqttca/version/v1", "v1.2.3", "abc", false, "go1.26.0", platform, true, true, all},
			"mqttca v1.2.3 (go1.26.0, PLATFORM)\ncommit: abc\nHSMs: yes\nkey sources: pem, encrypted-pem, pkcs12, pkcs11\n"},
		{"a release without cgo", "v1.2.3", stamped("", "CGO_ENABLED=0", "vcs.revision=abc"), files,
			versionDocument{"mqttca/version/v1", "v1.2.3", "abc", false, "go1.26.0", platform, false, false, files},
			"mqttca v1.2.3 (go1.26.0, PLATFORM)\ncommit: abc\nHSMs: no (built without cgo)\nkey sources: pem, encrypted-pem, pkcs12\n"},
		{"a release of a dirty tree", "v1.2.3", stamped("", "vcs.revision=abc", "vcs.modified=true"), files,
			versionDocument{"mqttca/version/v1", "v1.2.3+dirty", "abc", true, "go1.26.0", platform, false, false, files},
			"mqttca v1.2.3+dirty (go1.26.0, PLATFORM)\ncommit: abc, with uncommitted changes\nHSMs: no (built without cgo)\nkey sources: pem, encrypted-pem, pkcs12\n"},
		{"a tag", "", stamped("v1.0.0", "vcs.revision=abc", "vcs.modified=false"), files,
			versionDocument{"mqttca/version/v1", "v1.0.0", "abc", false, "go1.26.0", platform, false, false, files}, ""},
		{"a dirty tree", "", stamped("v1.0.0+dirty", "vcs.revision=abc", "vcs.modified=true"), files,
			versionDocument{"mqttca/version/v1", "v1.0.0+dirty", "abc", true, "go1.26.0", platform, false, false, files}, ""},
		{"no repository", "", stamped("(devel)"), files,
			versionDocument{"mqttca/version/v1", "(devel)", "", false, "go1.26.0", platform, false, false, files},
			"mqttca (devel) (go1.26.0, PLATFORM)\ncommit: unknown\nHSMs: no (built without cgo)\nkey sources: pem, encrypted-pem, pkcs12\n"},
		{"no stamp at all", "", stamped(""), files,
			versionDocument{"mqttca/version/v1", "(devel)", "", false, "go1.26.0", platform, false, false, files}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := newVersionDocument(tt.release, tt.info, tt.sources)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			var plain strings.Builder
			if err := got.plain(&plain); err != nil {
				t.Fatal(err)
			}
			if want := strings.ReplaceAll(tt.plain, "PLATFORM", platform); want != "" && plain.String() != want {
				t.Errorf("got\n%swant\n%s", plain.String(), want)
			}
		})
	}
}
