package cmd

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"mqttca/cmd/terminal"
)

// everyCommand calls check for the program, its commands and theirs.
func everyCommand(cmd *cobra.Command, check func(*cobra.Command)) {
	check(cmd)
	for _, child := range cmd.Commands() {
		everyCommand(child, check)
	}
}

// helpOf is the help as a run prints it.
func helpOf(t *testing.T, cmd *cobra.Command, shown terminal.Display) string {
	t.Helper()
	var out bytes.Buffer
	a := &app{console: console{out: &out, err: terminal.NewScreen(&out, terminal.Display{}), shown: shown}}
	args := append(strings.Fields(cmd.CommandPath())[1:], "--help")
	if code := a.run(context.Background(), args); code != exitOK {
		t.Fatalf("%q: exit code %d\n%s", args, code, out.String())
	}
	return out.String()
}

// No line of any help is over 80 columns; only examples, which are to be copied, have 100.
func TestHelpFits(t *testing.T) {
	everyCommand(newRoot(&app{}), func(cmd *cobra.Command) {
		for line := range strings.Lines(helpOf(t, cmd, terminal.Display{})) {
			most := helpWidth
			if strings.HasPrefix(line, "  mqttca ") {
				most = 100
			}
			if columns := terminal.Columns(strings.TrimSuffix(line, "\n")); columns > most {
				t.Errorf("%s: %d columns: %s", cmd.CommandPath(), columns, line)
			}
		}
	})
}

// On a narrow terminal the running text keeps to its width, and so do flags where their
// words are not longer still.
func TestHelpOnNarrowTerminal(t *testing.T) {
	for _, width := range []int{50, 76} {
		everyCommand(newRoot(&app{}), func(cmd *cobra.Command) {
			help := helpOf(t, cmd, columns(width))
			running, rest, _ := strings.Cut(help, "\nUsage:\n")
			_, flags, _ := strings.Cut(rest, "\nFlags")
			for line := range strings.Lines(running + flags) {
				size := terminal.Columns(strings.TrimSuffix(line, "\n"))
				set := strings.HasPrefix(line, "  ") && width == 50
				if size > width && !set {
					t.Errorf("%s: %d columns, not %d: %s", cmd.CommandPath(), size, width, line)
				}
			}
		})
	}
}

// Below 40 columns help is that of 40.
func TestHelpOnTinyTerminal(t *testing.T) {
	root := newRoot(&app{})
	if helpOf(t, root, columns(10)) != helpOf(t, root, columns(40)) {
		t.Error("help is broken to less than 40 columns")
	}
}

// Which parts a help has: the topics only that of the program, a way on only where there are
// subcommands. The flags of emulate stand in groups.
func TestPartsOfHelp(t *testing.T) {
	everyCommand(newRoot(&app{}), func(cmd *cobra.Command) {
		help := helpOf(t, cmd, terminal.Display{})
		if strings.Contains(help, "\nTopics (") == cmd.HasParent() {
			t.Errorf("%s: topics are listed: %v", cmd.CommandPath(), cmd.HasParent())
		}
		if strings.HasSuffix(help, "COMMAND --help' prints the help of a command.\n") != cmd.HasSubCommands() {
			t.Errorf("%s: the way on is %q", cmd.CommandPath(), help[len(help)-60:])
		}
		if strings.HasPrefix(help, "\n") {
			t.Errorf("%s: the help begins with an empty line", cmd.CommandPath())
		}
		if cmd.Name() == "emulate" && strings.Index(help, " --listen") > strings.Index(help, " --allow") {
			t.Error("the flags of emulate are sorted")
		}
	})
}

// Help is on one command or topic that there is.
func TestNoHelpOn(t *testing.T) {
	for _, args := range []string{"help nothing", "help register list", "help nothing register", "help completion nothing"} {
		code, stdout, stderr := runHere(strings.Fields(args)...)
		if want := `no help on "` + strings.TrimPrefix(args, "help ") + `"`; code != exitUsage || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit code %d, %s%s", args, code, stdout, stderr)
		}
	}
	if _, _, stderr := runHere("help", "exit-code"); !strings.Contains(stderr, "did you mean exit-codes?") {
		t.Error(stderr)
	}
	if stdout := mustRun(t, "help", "completion", "bash"); !strings.Contains(stdout, "bash-completion") {
		t.Errorf("help completion bash: %s", stdout)
	}
}

// Every help is one text by one hand: what it consists of, and its tone.
func TestHelpTone(t *testing.T) {
	sections := regexp.MustCompile(`(?m)^[A-Z].*:\n(  |$)`)
	everyCommand(newRoot(&app{}), func(cmd *cobra.Command) {
		help := helpOf(t, cmd, terminal.Display{})
		name := cmd.CommandPath()
		if !regexp.MustCompile(`^[A-Z][a-z]+ .*[^.!]$`).MatchString(cmd.Short) {
			t.Errorf("%s: the summary %q does not begin with a verb, or ends in a period", name, cmd.Short)
		}
		for _, word := range []string{"please", "Please", "simply", "Simply", "!", "easy", "just works", "\x1b"} {
			if strings.Contains(help, word) {
				t.Errorf("%s: the help has %q", name, word)
			}
		}
		for _, title := range []string{"Usage:", "Examples:", "Flags:"} {
			if strings.Count("\n"+help, "\n"+title+"\n") != 1 {
				t.Errorf("%s: the help lacks %s", name, title)
			}
		}
		if strings.Contains(help, "\n\n\n") || strings.Contains(help, " \n") || !strings.HasSuffix(help, "\n") {
			t.Errorf("%s: the help has empty lines together, or ends a line in a space:\n%q", name, help)
		}
		if !sections.MatchString(help) {
			t.Errorf("%s: the help has no sections", name)
		}
		for _, flag := range regexp.MustCompile(`(?m)^ {2,6}(?:-\w, )?--\S+(?: \S+)?   +(\S.*)$`).FindAllStringSubmatch(help, -1) {
			if regexp.MustCompile(`^[A-Z][a-z]|\.$`).MatchString(flag[1]) {
				t.Errorf("%s: the flag's words begin with a capital, or end in a period: %s", name, flag[0])
			}
		}
	})
}

// Each command stands once in the help of the program.
func TestHelpGroups(t *testing.T) {
	root := newRoot(&app{})
	var grouped []string
	for _, row := range commands() {
		if !strings.Contains(row.name, " ") { // the others stand in the help of their parent
			grouped = append(grouped, row.name)
		}
	}
	var all []string
	for _, cmd := range root.Commands() {
		all = append(all, cmd.Name())
		if strings.Count(helpOf(t, root, terminal.Display{}), "\n  "+cmd.Name()+" ") != 1 {
			t.Errorf("%s does not stand once in the help", cmd.Name())
		}
	}
	slices.Sort(grouped)
	slices.Sort(all)
	if !slices.Equal(grouped, all) {
		t.Errorf("grouped %q, want %q", grouped, all)
	}
}

// Help shows no flag that the command does not take, and a command that never calls the
// service takes none that says how.
func TestConnectionFlags(t *testing.T) {
	const where, requests = "region endpoint vpc profile ecs-role", " timeout retries"
	want := map[string]string{"policy": "region profile", "rehearse": strings.TrimSpace(requests)}
	for _, row := range commands() {
		if row.calls != "" {
			want[row.name] = where + requests
		}
	}
	for _, cmd := range newRoot(&app{}).Commands() {
		for name := range strings.FieldsSeq(where + requests) {
			has := strings.Contains(helpOf(t, cmd, terminal.Display{}), " --"+name)
			if has != slices.Contains(strings.Fields(want[cmd.Name()]), name) {
				t.Errorf("%s --%s: %v", cmd.Name(), name, has)
			}
		}
	}
}

// Every exit code that a story ends in is one that the help of its command names, and all
// that the help names are known.
func TestHelpExitCodes(t *testing.T) {
	root := newRoot(&app{})
	for _, cmd := range root.Commands() {
		codes := rowOf(cmd).exits
		help := helpOf(t, cmd, terminal.Display{})
		for _, exit := range exitMeanings {
			shown := strings.Contains(help, "\n"+strings.Repeat(" ", 5-len(strconv.Itoa(exit.code)))+strconv.Itoa(exit.code)+"  "+exit.meaning+"\n")
			if shown != (slices.Contains(codes, exit.code) || exit.code <= exitLocal) {
				t.Errorf("%s: exit code %d is shown: %v", cmd.Name(), exit.code, shown)
			}
		}
	}
	scripts, err := filepath.Glob(filepath.Join("..", "testdata", "script", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var runs int
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		for _, run := range regexp.MustCompile(`(?m)^(?:run|interrupt|terminal(?: -echo)?) (\d+)\+? .*\bmqttca ([a-z]+)`).FindAllStringSubmatch(string(text), -1) {
			code, _ := strconv.Atoi(run[1])
			if cmd, _, err := root.Find([]string{run[2]}); err == nil && cmd != root {
				runs++
				if !rowOf(cmd).canEnd(code) {
					t.Errorf("%s: mqttca %s ends in %d, which its help does not name: add it to the exits of its row in commands.go", filepath.Base(script), run[2], code)
				}
			}
		}
	}
	if runs < 100 {
		t.Errorf("only %d runs found: have the stories changed their form?", runs)
	}
}

// The examples of commands that cobra makes. TestHelp runs all others.
func TestExamplesOfCobra(t *testing.T) {
	everyCommand(newRoot(&app{}), func(cmd *cobra.Command) {
		if !strings.Contains(cmd.CommandPath(), "completion") && cmd.Name() != "help" {
			return
		}
		for line := range strings.Lines(cmd.Example) {
			var out bytes.Buffer
			a := &app{console: console{out: &out, err: terminal.NewScreen(&out, terminal.Display{})}}
			if code := a.run(context.Background(), strings.Fields(line)[1:]); code != exitOK || out.Len() == 0 {
				t.Errorf("%s: exit code %d, %s", line, code, out.String())
			}
		}
	})
}

// What is text only is refused with --json.
func TestNoHelpAsJSON(t *testing.T) {
	for _, args := range []string{"--json", "help --json", "help register --json", "completion --json"} {
		var out, errors bytes.Buffer
		a := &app{console: console{out: &out, err: terminal.NewScreen(&errors, terminal.Display{})}}
		if code := a.run(context.Background(), strings.Fields(args)); code != exitUsage || out.Len() > 0 || !strings.HasPrefix(errors.String(), `{"type":"error","message":"`) {
			t.Errorf("%s: exit code %d, %s%s", args, code, out.String(), errors.String())
		}
	}
}
