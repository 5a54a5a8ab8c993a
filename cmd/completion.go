package cmd

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mqttca/api"
	"mqttca/api/credentials"
	"mqttca/api/emulator"
	"mqttca/cmd/topics"
)

// newCompletion replaces cobra's own command, which answers an unknown shell with help and success.
func newCompletion(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "completion",
		Short:   "Print the completion script of a shell",
		Long:    `Print the script that makes a shell complete the commands and flags of mqttca.`,
		Example: "  mqttca completion bash",
	}
	names := slices.Sorted(maps.Keys(completionHelp))
	for _, name := range names {
		cmd.AddCommand(newShell(name))
	}
	cmd.Args = func(_ *cobra.Command, args []string) error {
		if len(args) > 0 {
			return usage("unknown shell %q: it must be one of %s", args[0], strings.Join(names, ", "))
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if a.json {
			return errNoJSONHelp
		}
		return cmd.Help()
	}
	return cmd
}

func newShell(name string) *cobra.Command {
	var bare bool
	cmd := &cobra.Command{
		Use:     name,
		Short:   "Print the completion script of " + name,
		Long:    completionHelp[name],
		Example: "  mqttca completion " + name,
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cannotPrint(writeCompletion(name, cmd.Root(), !bare))
		},
	}
	cmd.Flags().BoolVar(&bare, "no-descriptions", false, "leave out the descriptions of commands and flags")
	return cmd
}

func writeCompletion(shell string, root *cobra.Command, described bool) error {
	w := root.OutOrStdout()
	switch {
	case shell == "bash":
		return root.GenBashCompletionV2(w, described)
	case shell == "zsh" && described:
		return root.GenZshCompletion(w)
	case shell == "zsh":
		return root.GenZshCompletionNoDesc(w)
	case shell == "fish":
		return root.GenFishCompletion(w, described)
	case described:
		return root.GenPowerShellCompletionWithDesc(w)
	}
	return root.GenPowerShellCompletion(w)
}

// completionHelp says how each shell loads its script.
var completionHelp = map[string]string{
	"bash": `For this shell: source <(mqttca completion bash). For all new shells: write it to
/etc/bash_completion.d/mqttca. It needs the package bash-completion.`,
	"zsh": `For this shell: source <(mqttca completion zsh). For all new shells: write it to a
file _mqttca in a folder of $fpath. compinit must have run in ~/.zshrc.`,
	"fish": `For this shell: mqttca completion fish | source. For all new shells: write it to
~/.config/fish/completions/mqttca.fish.`,
	"powershell": `For this shell: mqttca completion powershell | Out-String | Invoke-Expression. For all
new shells: put that line into your profile ($PROFILE).`,
}

// completeFlags tells the shell the possible values of each flag of a command and of its
// subcommands: an enumeration, files by their extension, or nothing. It sends no
// request. Without it, cobra offers files for every flag.
func completeFlags(cmd *cobra.Command, all map[string]cobra.CompletionFunc) {
	if cmd.ValidArgsFunction == nil {
		cmd.ValidArgsFunction = cobra.NoFileCompletions
	}
	add := func(flag *pflag.Flag) {
		complete, known := all[flag.Name]
		if !known {
			complete = cobra.NoFileCompletions
		}
		// The only error is a flag with a completion already: a persistent one, met again.
		_ = cmd.RegisterFlagCompletionFunc(flag.Name, complete)
	}
	cmd.LocalFlags().VisitAll(add)
	for _, child := range cmd.Commands() {
		completeFlags(child, all)
	}
}

// completions are the completions by the name of the flag, which means the same in every
// command.
func completions() map[string]cobra.CompletionFunc {
	all := map[string]cobra.CompletionFunc{
		"region":  values(allRegions()...),
		"profile": profileNames,
		"for":     values(purposeNames()...),
		"lang":    values(topics.Languages...),

		"receipts": cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs),

		"numbers":      values(emulator.Typed, emulator.Numbers, emulator.Strings),
		"pem":          values(emulator.LineFeeds, emulator.Escaped),
		"device-label": values(emulator.LabelDevice, emulator.LabelCertificate),
		"total":        values(emulator.PerList, emulator.Records, emulator.Pages),
		"sn":           serialNumberForms,
		"sn-scope":     values(emulator.ScopeInstance, emulator.ScopeRegion, emulator.ScopeGlobal),
		"order":        values(emulator.OldestFirst, emulator.NewestFirst),
		"statuses":     values(emulator.StatusesAfterNotice, emulator.StatusesBeforeNotice),
		"allow":        values(emulator.Actions()...),
		"deny":         values(emulator.Operations()...),
		"fault":        values(emulator.FaultKinds()...),
	}
	for name, file := range fileFlags() {
		all[name] = files(file.extensions...)
	}
	return all
}

// allRegions are the regions with a public endpoint or one inside a VPC.
func allRegions() []string {
	regions := append(api.Regions(true), api.Regions(false)...)
	slices.Sort(regions)
	return slices.Compact(regions)
}

const noFiles = cobra.ShellCompDirectiveNoFileComp

func values[T ~string](all ...T) cobra.CompletionFunc {
	var names []string
	for _, value := range all {
		names = append(names, string(value))
	}
	return cobra.FixedCompletions(names, noFiles)
}

func files(extensions ...string) cobra.CompletionFunc {
	if len(extensions) == 0 {
		return cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault)
	}
	return cobra.FixedCompletions(extensions, cobra.ShellCompDirectiveFilterFileExt)
}

// profileNames are read on demand. A name with control characters is not offered.
func profileNames(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return slices.DeleteFunc(credentials.ProfileNames(), func(name string) bool {
		return strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) })
	}), noFiles
}

// serialNumberForms completes --sn of emulate, a form; other commands have a serial number there.
func serialNumberForms(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if cmd.Name() != "emulate" {
		return nil, noFiles
	}
	return values(emulator.Padded, emulator.Upper, emulator.Plain, emulator.DER, emulator.Colons)(cmd, args, typed)
}
