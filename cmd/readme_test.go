package cmd

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/cmd/topics"
)

// runShell runs lines of shell as a person would, in an empty folder, against the
// embedded service with the instance that documentation uses.
func runShell(t *testing.T, lines string) {
	t.Helper()
	runScript(t, "emulator -broker -devices 2 -instance post-cn-7mz2d\nexec sh -eu commands.sh\n-- commands.sh --\n"+lines)
}

func runScript(t *testing.T, text string) {
	t.Helper()
	needOpenSSL(t)
	script := filepath.Join(t.TempDir(), "shell.txtar")
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Files: []string{script},
		Setup: setUpScript,
		Cmds:  map[string]func(*testscript.TestScript, bool, []string){"emulator": cmdEmulator},
	})
}

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Every command of the README runs, in its order, with nothing prepared: it starts the service
// itself. The exceptions are named here: the test command would run this test, go install
// would install it, and go run is the program itself.
func TestReadmeCommandsRun(t *testing.T) {
	blocks := shellBlocks(readme(t))
	if len(blocks) < 10 {
		t.Fatalf("%d blocks of commands found: has the README changed its form?", len(blocks))
	}
	var lines strings.Builder
	for _, block := range blocks {
		for line := range strings.Lines(block.text) {
			if line != "make test\n" && line != "go install .\n" {
				lines.WriteString(strings.Replace(line, "go run . ", "mqttca ", 1))
			}
		}
	}
	runScript(t, "exec sh -eu commands.sh\n-- commands.sh --\n"+lines.String())
}

// Without mqttca on PATH every block of the README that starts the service or waits for it ends.
func TestReadmeWithoutProgram(t *testing.T) {
	for _, block := range shellBlocks(readme(t)) {
		if !strings.Contains(block.text, "do sleep") {
			continue
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		cmd := exec.CommandContext(ctx, "sh", "-c", block.text)
		cmd.Dir, cmd.Env = t.TempDir(), []string{"PATH=/usr/bin:/bin"}
		if out, err := cmd.CombinedOutput(); ctx.Err() != nil || !strings.Contains(string(out), "not found") {
			t.Errorf("%v: %s\n%s", err, block.text, out)
		}
	}
}

// The README in each language is a page that one reads; the rest is in the topics.
func TestReadmeIsShort(t *testing.T) {
	for _, path := range []string{englishPage, chinesePage} {
		info, err := os.Stat(filepath.Join("..", path))
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > 12_000 {
			t.Errorf("%s has %d bytes, over 12,000: move reference text into cmd/topics", path, info.Size())
		}
	}
}

func canSetUpTokens() bool {
	_, missing := exec.LookPath("pkcs11-tool")
	installed, _ := conditionOf("softhsm")
	built, _ := conditionOf("pkcs11")
	return missing == nil && installed && built
}

// The table of troubleshooting has every code of the table that decides, with its exit code
// and whether the request is sent again.
func TestTopicOfCodes(t *testing.T) {
	topic, _ := topics.Find("troubleshooting")
	for _, rule := range api.Rules() {
		again := "no"
		if rule.Kind.Retry() {
			again = "yes"
		}
		row := regexp.MustCompile(fmt.Sprintf("(?m)^\\| [^|]*`%s`[^|]* \\| %d \\| %s \\| [^|]+ \\|$", regexp.QuoteMeta(rule.Code), kindRows[rule.Kind].ExitCode, again))
		if len(row.FindAllString(topic.Text, -1)) != 1 {
			t.Errorf("the topic troubleshooting should have one row of %s with exit code %d, sent again: %s", rule.Code, kindRows[rule.Kind].ExitCode, again)
		}
	}
}

// Every command has help that fits a terminal, and examples that run as written: in this
// order, since some make what others take.
func TestHelp(t *testing.T) {
	root := newRoot(&app{})
	var lines strings.Builder
	lines.WriteString("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=Plant CA' -days 365 -keyout ca.key -out ca.crt 2>openssl.log\n")
	lines.WriteString("echo example >password.txt; openssl pkcs12 -export -inkey ca.key -in ca.crt -out ca.p12 -passout file:password.txt\n")
	lines.WriteString("openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=pump -keyout d.key -out d.csr 2>>openssl.log\n")
	lines.WriteString("openssl x509 -req -in d.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -out d.crt 2>>openssl.log\n")
	lines.WriteString("printf 'format: mqttca/fleet/v1\\ncas: {plant: {certificate: ca.crt, key: ca.key}}\\ninstances: {post-cn-7mz2d: {cas: {plant: active}}}\\n' >mqttca.yaml\n")
	for _, name := range []string{"code", "sign", "submit", "check", "confirm", "list", "register", "connect", "rehearse",
		"instances", "show", "devices", "devices show", "devices deactivate", "devices activate", "activate", "deactivate", "devices delete", "delete",
		"import", "plan", "apply", "policy", "version", "emulate"} {
		command, _, err := root.Find(strings.Fields(name))
		if err != nil || command.CommandPath() != "mqttca "+name {
			t.Fatalf("there is no command %s: has it a row in commands.go?", name)
		}
		checkHelp(t, command)
		if name == "emulate" {
			continue // its examples serve until interrupted; a script runs them
		}
		for line := range strings.Lines(command.Example + "\n") {
			lines.WriteString(strings.TrimSpace(line) + "\n")
		}
	}
	for _, command := range root.Commands() {
		if command.Name() != "help" && command.Name() != "completion" && !strings.Contains(lines.String(), "mqttca "+command.Name()) && command.Name() != "emulate" {
			t.Errorf("the examples of %s are not run: add its name above, after the commands whose results they need", command.Name())
		}
	}
	runShell(t, lines.String())
}

func checkHelp(t *testing.T, command *cobra.Command) {
	t.Helper()
	if command.Long == "" || command.Example == "" || strings.HasSuffix(command.Short, ".") {
		t.Errorf("%s lacks a description or an example, or its summary ends in a period", command.Name())
	}
	for line := range strings.Lines(command.Example) {
		if !strings.HasPrefix(line, "  "+command.CommandPath()) {
			t.Errorf("%s: the example %q does not begin with the command", command.Name(), line)
		}
	}
}
