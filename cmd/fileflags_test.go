package cmd

import (
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mqttca/cmd/terminal"
)

// Every flag whose help says that it takes a file is one that refuses a file's content.
func TestEveryFlagWithAFileRefusesContent(t *testing.T) {
	seen := map[string]bool{}
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		cmd.LocalFlags().VisitAll(func(flag *pflag.Flag) {
			seen[flag.Name] = true
			_, named := fileFlags()[flag.Name]
			if says := strings.HasPrefix(flag.Usage, "file "); says != named {
				t.Errorf("%s --%s: %q, and the table of paths has it: %t", cmd.CommandPath(), flag.Name, flag.Usage, named)
			}
		})
		for _, child := range cmd.Commands() {
			visit(child)
		}
	}
	visit(newRoot(&app{console: console{in: strings.NewReader(""), out: io.Discard, err: terminal.NewScreen(io.Discard, terminal.Display{})}}))
	for name := range fileFlags() {
		if !seen[name] {
			t.Errorf("no command has --%s", name)
		}
	}
}
