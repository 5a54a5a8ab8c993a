package cmd

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"mqttca/pki"
)

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Long: `Print the version of mqttca, the Go release that built it, its platform, and where
this build can take a CA key from. pkcs11, for HSMs, needs a build with cgo.`,
		Example: "  mqttca version\n  mqttca version --json",
		RunE: func(*cobra.Command, []string) error {
			document := versionDocument{toolVersion(), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, pki.KeySources()}
			return a.print(document, document.plain)
		},
	}
}

// A versionDocument is the result of version.
type versionDocument struct {
	Version    string   `json:"version"`
	Go         string   `json:"go"`
	Platform   string   `json:"platform"`
	KeySources []string `json:"key_sources"`
}

func (d versionDocument) plain(w io.Writer) error {
	_, err := fmt.Fprintf(w, "mqttca %s (%s, %s)\nkey sources: %s\n", d.Version, d.Go, d.Platform, strings.Join(d.KeySources, ", "))
	return err
}

// toolVersion is what the Go tool stamped into the program: a tag, or (devel).
func toolVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
