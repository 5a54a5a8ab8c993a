package cmd

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mqttca/cmd/terminal"
	"mqttca/cmd/topics"
)

// newHelp replaces cobra's own command, which answers an unknown command with the help of the
// program.
func newHelp(a *app) *cobra.Command {
	var language string
	cmd := &cobra.Command{
		Use:   "help [command | topic | json-schema [document]]",
		Short: "Print the help of a command, or a topic",
		Long: `Print the help of a command, or a topic of the reference. Without an argument print the help
of mqttca, which lists both; with --lang alone list the topics in that language. json-schema
prints the JSON Schema of a document written by mqttca, or lists the documents.`,
		Args:    cobra.ArbitraryArgs,
		Example: "  mqttca help\n  mqttca help register\n  mqttca help exit-codes\n  mqttca help --lang zh environment\n  mqttca help json-schema list",
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) (names []string, _ cobra.ShellCompDirective) {
			if slices.Equal(args, []string{schemaTopic}) {
				return topics.Schemas(), noFiles
			}
			return helpNames(), noFiles
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.helpOn(cmd.Root(), args, language) },
	}
	cmd.Flags().StringVar(&language, "lang", "", "language of topics, "+strings.Join(topics.Languages, " or ")+", if not that of the locale")
	return cmd
}

// helpOn prints the help on the arguments of help.
func (a *app) helpOn(root *cobra.Command, args []string, language string) error {
	name := strings.Join(args, " ")
	topic, isTopic := topics.Find(name)
	switch {
	case language != "" && !((isTopic || len(args) == 0) && slices.Contains(topics.Languages, language)):
		return usage("--lang is %s, and for topics only: all other help is in English", strings.Join(topics.Languages, " or "))
	case len(args) > 0 && args[0] == schemaTopic:
		return a.printSchema(root.Context(), args[1:])
	case a.json:
		return errNoJSONHelp
	case language != "" && name == "":
		return a.page(root.Context(), a.newHelpText().topics(language))
	case isTopic:
		var text strings.Builder
		locale := cmp.Or(language, os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")) // the first one set
		a.shown.Layout(topic.In(locale).Print)(&text)
		return a.page(root.Context(), text.String())
	}
	subject, rest, err := root.Find(args)
	if err != nil || len(rest) > 0 || subject == root && len(args) > 0 {
		message := fmt.Sprintf("mqttca help: no help on %q", name)
		for _, near := range nearest(name, helpNames()) {
			message += "; did you mean " + near + "?"
		}
		return &usageError{message, true, "'mqttca help' lists the commands and topics"}
	}
	return subject.Help()
}

func helpNames() []string {
	names := []string{schemaTopic}
	for _, row := range commands() {
		names = append(names, row.name)
	}
	for _, topic := range topics.All() {
		names = append(names, topic.Name)
	}
	return names
}

var errNoJSONHelp = usage("help is text, so there is no result for --json")

// helpWidth is the most columns of a line of help, except in examples.
const helpWidth = 80

// help prints the help of a command, in place of cobra's.
func (a *app) help(cmd *cobra.Command, _ []string) {
	h := a.newHelpText()
	h.text(cmd.Long)
	h.section("Usage:", "  "+useLine(cmd))
	h.section("Examples:", cmd.Example)
	h.commands(cmd)
	own, connection := flagsOf(cmd)
	h.section("Flags:", own.FlagUsagesWrapped(h.width))
	h.section("Flags of the connection:", connection.FlagUsagesWrapped(h.width))
	h.section("Flags of every command:", cmd.InheritedFlags().FlagUsagesWrapped(h.width))
	h.exits(cmd)
	if !cmd.HasParent() {
		h.section("Topics ('mqttca help TOPIC'):", h.topics(topics.Languages[0]))
	}
	if cmd.HasSubCommands() {
		h.text("'" + cmd.CommandPath() + " COMMAND --help' prints the help of a command.")
	}
	if a.unprinted = a.checkStdout(); a.unprinted == nil {
		a.unprinted = a.page(cmd.Root().Context(), strings.TrimPrefix(h.String(), "\n"))
	}
}

func useLine(cmd *cobra.Command) string {
	commands := cmd.CommandPath() + " COMMAND [flags]"
	switch {
	case !cmd.HasSubCommands():
		return cmd.UseLine()
	case cmd.HasLocalFlags() && cmd.HasParent():
		return cmd.UseLine() + "\n  " + commands
	}
	return commands
}

// flagsOf separates the flags of a command from those for calling the service.
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

func (a *app) newHelpText() *helpText {
	return &helpText{Display: a.shown, width: min(a.shown.TextWidth(), helpWidth)}
}

func (h *helpText) section(title, text string) {
	if text = strings.TrimRight(text, "\n"); text != "" {
		h.WriteString("\n" + h.Paint(terminal.Bold, title) + "\n" + text + "\n")
	}
}

// text wraps paragraphs, but not indented ones.
func (h *helpText) text(text string) {
	for paragraph := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		if !strings.HasPrefix(paragraph, " ") {
			paragraph = strings.Join(terminal.Wrap(strings.Join(strings.Fields(paragraph), " "), h.width), "\n")
		}
		h.WriteString("\n" + paragraph + "\n")
	}
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
		if member, _, err := cmd.Find([]string{row.name}); err == nil && member != cmd {
			members = append(members, member)
		}
	}
}

func (h *helpText) topics(language string) (text string) {
	for _, topic := range topics.All() {
		text += h.row(topic.Name, 23, topic.In(language).Title)
	}
	return text
}

func (h *helpText) list(commands []*cobra.Command) (text string) {
	for _, cmd := range commands {
		text += h.row(cmd.Name(), 14, cmd.Short)
	}
	return text
}

// row is a text after its label.
func (h *helpText) row(label string, margin int, text string) string {
	lines := terminal.WrapProse(text, h.width-margin)
	return fmt.Sprintf("  %-*s%s\n", margin-2, label, strings.Join(lines, "\n"+strings.Repeat(" ", margin)))
}

// exits lists the exit codes of a command; the program as such has none.
func (h *helpText) exits(cmd *cobra.Command) {
	if !cmd.HasParent() {
		return
	}
	text, row := "", rowOf(cmd)
	for _, exit := range exitMeanings {
		if row.canEnd(exit.code) {
			text += h.row(fmt.Sprintf("%3d", exit.code), 7, exit.meaning)
		}
	}
	h.section("Exit codes:", text)
}
