package cmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mqttca/api"
	"mqttca/api/emulator"
)

// addCompletions gives every flag of every command what a shell may offer for it: the
// values of an enumeration, files by their extension, or nothing. None of it asks the
// network. Cobra alone would offer any file for everything.
func addCompletions(cmd *cobra.Command) {
	if cmd.ValidArgsFunction == nil && cmd.Name() != "help" {
		cmd.ValidArgsFunction = cobra.NoFileCompletions
	}
	add := func(flag *pflag.Flag) {
		complete, known := completions[flag.Name]
		if !known {
			complete = cobra.NoFileCompletions
		}
		// The one error is that of a flag that has a completion: a persistent one, met again.
		_ = cmd.RegisterFlagCompletionFunc(flag.Name, complete)
	}
	cmd.LocalFlags().VisitAll(add)
	for _, child := range cmd.Commands() {
		addCompletions(child)
	}
}

// completions are by the name of a flag, which means the same in every command. Of
// certificates and keys all is offered that the loaders read.
var completions = map[string]cobra.CompletionFunc{
	"ca-cert":           files("crt", "pem", "cer", "der"),
	"ca-key":            files("key", "pem", "p12", "pfx"),
	"verification-cert": files("crt", "pem", "cer", "der"),
	"key-password-file": anyFile,
	"code-file":         anyFile,
	"out":               files("crt", "pem"),
	"bundle":            files("json"),
	"bundle-out":        files("json"),
	"request":           files("json"),
	"request-out":       files("json"),
	"receipt":           files("json"),

	"region":  values(api.Regions()...),
	"profile": profileNames,
	"for":     values(purposeNames()...),

	"numbers":  values(emulator.Numbers, emulator.Strings),
	"pem":      values(emulator.LineFeeds, emulator.Escaped),
	"total":    values(emulator.Records, emulator.Pages),
	"sn":       serialNumberForms,
	"order":    values(emulator.OldestFirst, emulator.NewestFirst),
	"statuses": values(emulator.StatusesAfterNotice, emulator.StatusesBeforeNotice),
	"allow":    values(emulator.Actions()...),
	"deny":     values(emulator.Operations()...),
	"fault":    values(emulator.FaultKinds()...),
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
	return cobra.FixedCompletions(extensions, cobra.ShellCompDirectiveFilterFileExt)
}

func anyFile(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

// profileNames are read when they are asked for.
func profileNames(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return api.ProfileNames(), noFiles
}

// serialNumberForms: of emulate --sn is a form, elsewhere it is a serial number.
func serialNumberForms(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if cmd.Name() != "emulate" {
		return nil, noFiles
	}
	return values(emulator.Padded, emulator.Upper, emulator.Plain, emulator.Colons)(cmd, args, typed)
}

// mendCompletion makes a shell that the command does not know a mistake: cobra alone prints
// help and calls it success. And where its script cannot be written, that is said.
func (a *app) mendCompletion(root *cobra.Command) {
	for _, cmd := range root.Commands() {
		if cmd.Name() != "completion" {
			continue
		}
		var shells []string
		for _, shell := range cmd.Commands() {
			shells = append(shells, shell.Name())
			shell.Example = "  mqttca completion " + shell.Name()
			write := shell.RunE
			shell.RunE = func(cmd *cobra.Command, args []string) error {
				if err := write(cmd, args); err != nil {
					return cannotWrite("standard output", err)
				}
				return nil
			}
		}
		cmd.Args = func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("no shell %q: it is one of %s", args[0], strings.Join(shells, ", "))
			}
			return nil
		}
		cmd.Example = "  mqttca completion bash"
		cmd.RunE = func(cmd *cobra.Command, _ []string) error {
			if a.json {
				return usage(cmd, "%s: %s", cmd.CommandPath(), errNoJSONHelp)
			}
			return cmd.Help()
		}
	}
}
