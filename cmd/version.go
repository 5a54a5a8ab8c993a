package cmd

import (
	"cmp"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mqttca/pki"
)

// release is the version of a distributed build, known only to its maker: -ldflags '-X
// mqttca/cmd.release=v1.2.3'. Nothing else sets it.
var release string

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Long: `Print the version of mqttca, the commit it was built from, the Go release that built
it, its platform, and the key sources that it supports. HSMs (pkcs11) need a build with cgo. A
version that ends in +dirty was built with uncommitted changes.`,
		Example: "  mqttca version\n  mqttca version --json",
		RunE:    func(*cobra.Command, []string) error { return a.printVersion() },
	}
}

func (a *app) printVersion() error {
	document := thisVersion()
	return a.print(document, document.plain)
}

// A versionDocument is the result of version.
type versionDocument struct {
	Format     string   `json:"format"`
	Version    string   `json:"version"`
	Commit     text     `json:"commit"` // null if the build is not from a repository
	Modified   bool     `json:"modified"`
	Go         string   `json:"go"`
	Platform   string   `json:"platform"`
	CGO        bool     `json:"cgo"`
	HSM        bool     `json:"hsm"`
	KeySources []string `json:"key_sources"`
}

// newVersionDocument takes all but the release from the stamp of the Go tool: no build claims a
// commit it was not made from. Without a release the version is the Go tool's: the tag of the
// commit, or its date and hash, with +dirty after uncommitted changes; or (devel) without a
// repository.
func newVersionDocument(release string, info *debug.BuildInfo, keySources []string) versionDocument {
	stamped := map[string]string{}
	for _, setting := range info.Settings {
		stamped[setting.Key] = setting.Value
	}
	d := versionDocument{
		Format:     formatOf("version"),
		Version:    cmp.Or(release, info.Main.Version, "(devel)"),
		Commit:     text(stamped["vcs.revision"]),
		Modified:   stamped["vcs.modified"] == "true",
		Go:         info.GoVersion,
		Platform:   runtime.GOOS + "/" + runtime.GOARCH,
		CGO:        stamped["CGO_ENABLED"] == "1",
		HSM:        slices.Contains(keySources, "pkcs11"),
		KeySources: keySources,
	}
	if release != "" && d.Modified {
		d.Version += "+dirty"
	}
	return d
}

// thisVersion is the version of this build.
func thisVersion() versionDocument {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{GoVersion: runtime.Version()}
	}
	return newVersionDocument(release, info, pki.KeySources())
}

// toolVersion names this build in a receipt and to the service.
func toolVersion() string { return thisVersion().Version }

func (d versionDocument) plain(w io.Writer) error {
	commit, hsm := string(d.Commit), "yes"
	switch {
	case commit == "":
		commit = "unknown"
	case d.Modified:
		commit += ", with uncommitted changes"
	}
	if !d.HSM {
		hsm = "no (built without cgo)"
	}
	_, err := fmt.Fprintf(w, "mqttca %s (%s, %s)\ncommit: %s\nHSMs: %s\nkey sources: %s\n",
		d.Version, d.Go, d.Platform, commit, hsm, strings.Join(d.KeySources, ", "))
	return err
}
