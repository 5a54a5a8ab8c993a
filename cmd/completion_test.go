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
		"sign --out":                   "crt pem json" + filtered, // plan has --out, too
		"register --receipt":           "json" + filtered,
		"plan --file":                  "yaml yml" + filtered,
		"apply --receipts":             ":16",
	} {
		stdout := mustRun(t, append(append([]string{"__complete"}, strings.Fields(flag)...), "")...)
		if got := strings.Join(strings.Fields(stdout), " "); got != want {
			t.Errorf("%s: %s, want %s", flag, got, want)
		}
	}
}

// The script of each shell asks for descriptions unless that is unwanted.
func TestDescriptionsOfCompletions(t *testing.T) {
	for shell := range completionHelp {
		with, without := mustRun(t, "completion", shell), mustRun(t, "completion", shell, "--no-descriptions")
		if strings.Contains(with, cobra.ShellCompNoDescRequestCmd) || !strings.Contains(without, cobra.ShellCompNoDescRequestCmd) {
			t.Errorf("%s: with descriptions or without", shell)
		}
		for other := range completionHelp {
			if other != shell && mustRun(t, "completion", other) == with {
				t.Errorf("%s has the script of %s", shell, other)
			}
		}
	}
	if code, stderr := runTo(brokenWriter{}, "completion", "bash"); code != exitLocal {
		t.Errorf("a script that is lost: exit code %d, %s", code, stderr)
	}
}

// The values that a shell offers, some of them.
func TestValuesOfFlags(t *testing.T) {
	for args, want := range map[string]string{
		"emulate --sn ": "padded upper plain der colons :4",
		"show --sn ":    ":4",
		"help --lang ":  "en zh :4",
		"policy --for ": "register connect read lifecycle devices apply :4",
	} {
		at := strings.LastIndex(args, " ")
		stdout := mustRun(t, append(append([]string{"__completeNoDesc"}, strings.Fields(args[:at])...), args[at+1:])...)
		if got := strings.Join(strings.Fields(stdout), " "); got != want {
			t.Errorf("%s: %s, want %s", args, got, want)
		}
	}
	if stdout := mustRun(t, "__completeNoDesc", ""); strings.Count("\n"+stdout, "\nhelp\n") != 1 {
		t.Errorf("help is not offered once: %s", stdout)
	}
	for _, name := range []string{"completion", "exit-codes"} {
		if stdout := mustRun(t, "__completeNoDesc", "help", ""); !strings.Contains(stdout, "\n"+name+"\n") {
			t.Errorf("help does not offer %s: %s", name, stdout)
		}
	}
}
