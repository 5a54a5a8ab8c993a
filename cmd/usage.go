package cmd

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A usageError says what is wrong with the command line.
type usageError struct {
	message string
	hint    string
}

func (e *usageError) Error() string { return e.message }

// Hint says what to do; mostly to read the command's help.
func (e *usageError) Hint() string { return e.hint }

// usage is a usageError. It never shows the content of a file that was given as an argument.
func usage(cmd *cobra.Command, format string, args ...any) error {
	message := fmt.Sprintf(format, args...)
	if showsContent(message) {
		message = cmd.CommandPath() + ": an argument has the content of a file in it, which is not shown"
	}
	return &usageError{message, "see '" + cmd.CommandPath() + " --help'"}
}

// require fails unless every one of the flags was given a value.
func require(cmd *cobra.Command, names ...string) error {
	var missing []string
	for _, name := range names {
		if flag := cmd.Flags().Lookup(name); flag.Value.String() == "" {
			missing = append(missing, "--"+name)
		}
	}
	if len(missing) > 0 {
		return usage(cmd, "%s: %s missing", cmd.CommandPath(), strings.Join(missing, ", "))
	}
	return nil
}

// maxRetries is more than any time limit leaves room for.
const maxRetries = 100

// checkFlags refuses what no flag means: an empty text, as an unset variable leaves it,
// would silently stand for the default; and the content of a file, where its path belongs.
func (a *app) checkFlags(cmd *cobra.Command) (err error) {
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if flag.Value.Type() == "string" && flag.Value.String() == "" && err == nil {
			err = usage(cmd, "%s: --%s is empty", cmd.CommandPath(), flag.Name)
		}
		if err == nil {
			err = checkPath(flag)
		}
	})
	if err == nil && a.profile != "" && a.ecsRole.asked {
		err = usage(cmd, "%s: --profile and --ecs-role exclude each other: each names the one place to take credentials from", cmd.CommandPath())
	}
	if err == nil && (a.retries < 0 || a.retries > maxRetries) {
		err = usage(cmd, "%s: --retries is a number from 0 to %d", cmd.CommandPath(), maxRetries)
	}
	return err
}

// usageErrors makes every complaint of cobra about the command line a usageError, by
// cobra's own hooks: it returns plain errors, and their texts are not for sniffing.
func (a *app) usageErrors(root *cobra.Command) {
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(cmd, "%s: %s", cmd.CommandPath(), err)
	})
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	a.mendCompletion(root)
	for _, cmd := range root.Commands() {
		if cmd.Name() == "help" {
			cmd.Args = a.knownTopic
			cmd.Example = "  mqttca help\n  mqttca help register"
			cmd.Short = "Print the help of a command"
			cmd.Long = "Print the help of a command, as --help behind it does; without one, that of mqttca."
		}
	}
	wrapArgs(root)
}

func wrapArgs(cmd *cobra.Command) {
	check := cmd.Args
	if check == nil {
		check = noArgs
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usage(cmd, "%s: %s", cmd.CommandPath(), err)
		}
		return nil
	}
	for _, child := range cmd.Commands() {
		wrapArgs(child)
	}
}

var errNoJSONHelp = errors.New("help is text, so there is no result for --json")

// noArgs does not show an argument that may be the second word of a password.
func noArgs(cmd *cobra.Command, args []string) error {
	if flag := cmd.Flags().Lookup("key-password-file"); len(args) > 0 && flag != nil && flag.Changed {
		return errors.New("takes no arguments, and there is one: put the path of a file with blanks in quotes")
	}
	if len(args) > 0 {
		return fmt.Errorf("takes no arguments, and %q is one", args[0])
	}
	return nil
}

func (a *app) knownTopic(cmd *cobra.Command, args []string) error {
	if a.json {
		return errNoJSONHelp
	}
	if topic, rest, err := cmd.Root().Find(args); err != nil || len(rest) > 0 || topic == cmd.Root() && len(args) > 0 {
		return fmt.Errorf("no help on %q", strings.Join(args, " "))
	}
	return nil
}
