package cmd

import (
	"strings"
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

// The files that a shell offers for each flag that names one, by their extensions; any for
// those that have none.
func TestFilesOfEachFlag(t *testing.T) {
	const filtered, anyFile = " :8", ":0"
	for flag, want := range map[string]string{
		"register --ca-cert":           "crt pem cer der" + filtered,
		"register --ca-key":            "key pem p12 pfx" + filtered,
		"submit --verification-cert":   "crt pem cer der" + filtered,
		"register --key-password-file": anyFile,
		"sign --code-file":             anyFile,
		"sign --request":               "json" + filtered,
		"submit --bundle":              "json" + filtered,
		"code --request-out":           "json" + filtered,
		"sign --bundle-out":            "json" + filtered,
		"sign --out":                   "crt pem" + filtered,
		"register --receipt":           "json" + filtered,
	} {
		stdout := mustRun(t, append(append([]string{"__complete"}, strings.Fields(flag)...), "")...)
		if got := strings.Join(strings.Fields(stdout), " "); got != want {
			t.Errorf("%s: %s, want %s", flag, got, want)
		}
	}
}
