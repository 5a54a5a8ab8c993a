package cmd

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A usageError is a mistake in the command line or in the environment in place of it.
type usageError struct {
	message string
	whole   bool   // the message names its object: no name of the command ahead of it
	hint    string // "": the command's help
}

func (e *usageError) Error() string { return e.message }

// usage is the error for a wrong command line. The name of the command is added when it is shown.
// It leaves out the content of a file given as an argument.
func usage(format string, args ...any) error {
	message := fmt.Sprintf(format, args...)
	if showsContent(message) {
		message = "an argument contains the content of a file (not shown)"
	}
	return &usageError{message: message}
}

// misuse is the usage error for an error with the name of its object.
func misuse(err error) error {
	if showsContent(err.Error()) {
		return usage("%s", err)
	}
	return &usageError{message: err.Error(), whole: true}
}

// require fails unless each of the flags has a value.
func require(cmd *cobra.Command, names ...string) error {
	var missing []string
	for _, name := range names {
		if flag := cmd.Flags().Lookup(name); flag.Value.String() == "" {
			missing = append(missing, "--"+name)
		}
	}
	if len(missing) > 0 {
		return usage("%s missing", strings.Join(missing, ", "))
	}
	return nil
}

// flagError is the error for flags that can't be parsed. The name of an unknown flag may be
// misspelt.
func flagError(cmd *cobra.Command, err error) error {
	message := err.Error()
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		var names []string
		cmd.Flags().VisitAll(func(flag *pflag.Flag) { names = append(names, flag.Name) })
		for _, near := range nearest(unknown.GetSpecifiedName(), names) {
			message += "; did you mean --" + near + "?"
		}
	}
	return usage("%s", message)
}

// nearest returns the word probably meant, by cobra's own measure for commands, or nothing.
func nearest(word string, words []string) []string {
	vocabulary := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, known := range words {
		vocabulary.AddCommand(&cobra.Command{Use: known, Run: func(*cobra.Command, []string) {}})
	}
	found := vocabulary.SuggestionsFor(word)
	return found[:min(1, len(found))]
}

// maxRetries is more than any time limit leaves room for.
const maxRetries = 100

// maxRate is far above the limits of the service, for services without limits.
const maxRate = 10_000

// checkFlags refuses values without a meaning for any flag: an empty text, the value of an unset
// variable in a script, which would silently stand for the default, and the content of a file in
// place of its path. It also refuses a standard output unfit for a result.
func (a *app) checkFlags(cmd *cobra.Command) (err error) {
	a.headBefore(cmd)
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if flag.Value.Type() == "string" && flag.Value.String() == "" && err == nil {
			err = usage("--%s is empty", flag.Name)
		}
		if err == nil {
			err = checkContent(flag)
		}
	})
	if caCert := cmd.Flags().Lookup("ca-cert"); err == nil && caCert != nil && pinValue().MatchString(caCert.Value.String()) {
		a.warn("the PIN in the URI of --ca-cert can be read by every user of this machine; leave it out, or name a file by pin-source if the certificate is private")
	}
	switch {
	case err != nil:
		return err
	case a.profile != "" && a.ecsRole.asked:
		return usage("--profile and --ecs-role exclude each other: each names the one place to take credentials from")
	case cmd.Flags().Changed("timeout") && a.timeout == 0:
		return usage("--timeout must be more than 0")
	case cmd.Flags().Changed("rate") && (a.rate < 1 || a.rate > maxRate):
		return usage("--rate must be a number from 1 to %d", maxRate)
	case cmd.Flags().Changed("retries") && (a.retries < 0 || a.retries > maxRetries):
		return usage("--retries must be a number from 0 to %d", maxRetries)
	}
	return a.checkStdout()
}

// noArgs does not show an argument: it may be the second word of a password.
func noArgs(cmd *cobra.Command, args []string) error {
	if flag := cmd.Flags().Lookup("key-password-file"); len(args) > 0 && flag != nil && flag.Changed {
		return usage("takes no arguments: put a path with spaces in quotes")
	}
	if len(args) > 0 {
		return usage("takes no arguments, but got %q", args[0])
	}
	return nil
}
