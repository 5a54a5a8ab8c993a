package cmd

import (
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// No command and no flag leaves the shell to guess, and none of the table is for a flag
// that no command has.
func TestEveryFlagCompletes(t *testing.T) {
	seen := map[string]bool{}
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		if cmd.ValidArgsFunction == nil && cmd.Name() != "help" {
			t.Errorf("%s: anything is offered as an argument", cmd.CommandPath())
		}
		cmd.Flags().VisitAll(func(flag *pflag.Flag) {
			seen[flag.Name] = true
			if _, ok := cmd.GetFlagCompletionFunc(flag.Name); !ok && flag.Name != "help" {
				t.Errorf("%s --%s: anything is offered", cmd.CommandPath(), flag.Name)
			}
		})
		for _, child := range cmd.Commands() {
			walk(child)
		}
	}
	root := newRoot(&app{})
	completeFlags(root, completions())
	root.PersistentFlags().VisitAll(func(flag *pflag.Flag) { seen[flag.Name] = true })
	walk(root)
	for name := range completions() {
		if !seen[name] {
			t.Errorf("no command has --%s", name)
		}
	}
}
