package cmd

import (
	"fmt"
	"io"
	"strings"

	"mqttca/cmd/terminal"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// newHelp replaces cobra's own command, which takes an unknown command for a request for
// the help of the program.
func newHelp(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "help [command]",
		Short:   "Print the help of a command",
		Long:    "Print the help of a command, as --help behind it does; without one, that of mqttca.",
		Example: "  mqttca help\n  mqttca help register",
		Args: func(cmd *cobra.Command, args []string) error {
			_, err := a.topic(cmd, args)
			return err
		},
		ValidArgsFunction: func(cmd *cobra.Command, _ []string, _ string) (names []string, _ cobra.ShellCompDirective) {
			for _, row := range commands() {
				names = append(names, row.name)
			}
			return names, noFiles
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			topic, err := a.topic(cmd, args)
			if err != nil {
				return err
			}
			return topic.Help()
		},
	}
}

var errNoJSONHelp = usage("help is text, so there is no result for --json")

// topic is the command that help is wanted on.
func (a *app) topic(cmd *cobra.Command, args []string) (*cobra.Command, error) {
	if a.json {
		return nil, errNoJSONHelp
	}
	topic, rest, err := cmd.Root().Find(args)
	if err != nil || len(rest) > 0 || topic == cmd.Root() && len(args) > 0 {
		return nil, usage("no help on %q", strings.Join(args, " "))
	}
	return topic, nil
}

// helpWidth is what the lines of help have at most, examples left aside.
const helpWidth = 80

// help prints the help of a command, in place of cobra's.
func (a *app) help(cmd *cobra.Command, _ []string) {
	width := helpWidth
	if columns := a.shown.Width(helpWidth); columns > 0 {
		width = max(columns, terminal.LeastWidth)
	}
	h := helpText{Display: a.shown, width: width}
	h.text(cmd.Long)
	h.section("Usage:", "  "+useLine(cmd))
	h.section("Examples:", cmd.Example)
	h.commands(cmd)
	own, connection := flagsOf(cmd)
	h.section("Flags:", own.FlagUsagesWrapped(width))
	h.section("Flags of the connection:", connection.FlagUsagesWrapped(width))
	h.section("Flags of every command:", cmd.InheritedFlags().FlagUsagesWrapped(width))
	h.exits(cmd)
	if cmd.HasSubCommands() {
		h.text("'" + cmd.CommandPath() + " COMMAND --help' says more of a command.")
	}
	io.WriteString(cmd.OutOrStdout(), strings.TrimPrefix(h.String(), "\n"))
}

func useLine(cmd *cobra.Command) string {
	if cmd.HasParent() && !cmd.HasSubCommands() {
		return cmd.UseLine()
	}
	return cmd.CommandPath() + " COMMAND [flags]"
}

// flagsOf parts the flags of a command from those that it has for calling the service.
func flagsOf(cmd *cobra.Command) (own, connection *pflag.FlagSet) {
	own = pflag.NewFlagSet("", pflag.ContinueOnError)
	connection = pflag.NewFlagSet("", pflag.ContinueOnError)
	own.SortFlags = cmd.Flags().SortFlags
	cmd.LocalFlags().VisitAll(func(flag *pflag.Flag) {
		if _, is := flag.Annotations[ofConnection]; is {
			connection.AddFlag(flag)
			return
		}
		own.AddFlag(flag)
	})
	return own, connection
}

// A helpText is help being written: sections with an empty line ahead.
type helpText struct {
	strings.Builder
	terminal.Display
	width int
}

func (h *helpText) section(title, text string) {
	if text = strings.TrimRight(text, "\n"); text != "" {
		h.WriteString("\n" + h.Paint(terminal.Bold, title) + "\n" + text + "\n")
	}
}

// text breaks paragraphs anew, and leaves lines alone that are set in.
func (h *helpText) text(text string) {
	var paragraph []string
	flush := func() {
		if len(paragraph) > 0 {
			lines := terminal.Wrap(strings.Join(paragraph, " "), h.width)
			h.WriteString(strings.Join(lines, "\n") + "\n")
		}
		paragraph = nil
	}
	h.WriteString("\n")
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		if line != "" && line == strings.TrimLeft(line, " \t") {
			paragraph = append(paragraph, line)
			continue
		}
		flush()
		h.WriteString(strings.Replace(line, "\t", "  ", 1) + "\n")
	}
	flush()
}

// commands lists the subcommands of a command; those of the program in groups.
func (h *helpText) commands(cmd *cobra.Command) {
	if cmd.HasParent() {
		h.section("Commands:", h.list(cmd.Commands()))
		return
	}
	var group string
	var members []*cobra.Command
	for _, row := range append(commands(), command{}) {
		if row.group != group {
			h.section(group, h.list(members))
			group, members = row.group, nil
		}
		if member, _, err := cmd.Find([]string{row.name}); err == nil {
			members = append(members, member)
		}
	}
}

func (h *helpText) list(commands []*cobra.Command) string {
	var b strings.Builder
	const margin = 14
	for _, cmd := range commands {
		lines := terminal.Wrap(cmd.Short, h.width-margin)
		fmt.Fprintf(&b, "  %-*s%s\n", margin-2, cmd.Name(), strings.Join(lines, "\n"+strings.Repeat(" ", margin)))
	}
	return b.String()
}

// exits lists the exit codes that a command can end in; the program as such has none.
func (h *helpText) exits(cmd *cobra.Command) {
	if !cmd.HasParent() {
		return
	}
	var b strings.Builder
	row := rowOf(cmd)
	for _, exit := range exitMeanings {
		if row.canEnd(exit.code) {
			lines := terminal.Wrap(exit.meaning, h.width-7)
			fmt.Fprintf(&b, "  %3d  %s\n", exit.code, strings.Join(lines, "\n"+strings.Repeat(" ", 7)))
		}
	}
	h.section("Exit codes:", b.String())
}
