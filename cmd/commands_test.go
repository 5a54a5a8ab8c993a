package cmd

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/api/emulator"
	"mqttca/cmd/terminal"
	"mqttca/cmd/topics"
)

// The exit codes in the help of each command, from 4 on: every command can end in the first
// four.
func TestExitCodesOfEachCommand(t *testing.T) {
	want := map[string]string{
		"check": "4 5 6 130", "rehearse": "4 5 6 7 130", "register": "4 5 6 7 130", "connect": "4 5 6 7 130",
		"code": "4 5 6 130", "sign": "130", "submit": "4 5 6 7 130", "confirm": "4 5 6 7 130",
		"instances": "4 5 6 130", "list": "4 5 6 8 130", "show": "4 5 6 7 130", "devices": "4 5 6 7 130",
		"activate": "4 5 6 7 130", "deactivate": "4 5 6 7 130", "delete": "4 5 6 7 130",
		"import": "4 5 6 130", "plan": "4 5 6 7 9 130", "apply": "4 5 6 7 9 130", "policy": "4 130", "emulate": "", "version": "", "completion": "", "help": "",
	}
	everyCommand(newRoot(&app{}), func(cmd *cobra.Command) {
		if !cmd.HasParent() {
			return
		}
		name := strings.Fields(cmd.CommandPath())[1] // of completion bash: completion
		_, exits, _ := strings.Cut(helpOf(t, cmd, terminal.Display{}), "\nExit codes:\n")
		var got []string
		for _, line := range regexp.MustCompile(`(?m)^ +(\d+)  `).FindAllStringSubmatch(exits, -1) {
			got = append(got, line[1])
		}
		if codes := strings.TrimSpace("0 1 2 3 " + want[name]); strings.Join(got, " ") != codes {
			t.Errorf("%s: exit codes %q, want %s", cmd.CommandPath(), got, codes)
		}
	})
}

// A run builds the command that its arguments begin with, and all if they begin with none.
func TestCommandsOfARun(t *testing.T) {
	every := len(newRoot(&app{}).Commands())
	for _, tt := range []struct {
		args []string
		want int
	}{{[]string{"list", "show"}, 1}, {[]string{"devices", "show"}, 1}, {[]string{"lisst"}, every}, {[]string{"--json", "list"}, every}, {[]string{"help", "list"}, every}} {
		if got := newRoot(&app{}, tt.args...).Commands(); len(got) != tt.want || tt.want == 1 && got[0].Name() != tt.args[0] {
			t.Errorf("%q: %d commands", tt.args, len(got))
		}
	}
	if devices := newRoot(&app{}, "devices").Commands()[0]; len(devices.Commands()) != 4 {
		t.Errorf("%d commands of devices", len(devices.Commands()))
	}
}

// The commands in the help of the program, group by group.
func TestGroupsOfTheHelp(t *testing.T) {
	_, listed, _ := strings.Cut(helpOf(t, newRoot(&app{}), terminal.Display{}), "  mqttca rehearse\n")
	var got []string
	for _, line := range regexp.MustCompile(`(?m)^(\S.*:)$|^  ([a-z]+)  `).FindAllStringSubmatch(listed, -1) {
		got = append(got, line[1]+line[2])
	}
	const want = "Onboard a CA: check rehearse register connect " +
		"Step by step, for a CA without a network: code sign submit confirm " +
		"Operate: instances list show devices activate deactivate delete " +
		"Many CAs and instances: import plan apply " +
		"Try and script: policy emulate version completion help "
	if all := strings.Join(got, " "); !strings.HasPrefix(all, want) {
		t.Errorf("\n got %s\nwant %s", all, want)
	}
}

// Who writes a policy learns from the help of policy which commands it allows.
func TestCommandsOfEachPurpose(t *testing.T) {
	policy, _, err := newRoot(&app{}).Find([]string{"policy"})
	if err != nil {
		t.Fatal(err)
	}
	help := helpOf(t, policy, terminal.Display{})
	for _, line := range []string{
		"  register   check, register, code, submit\n",
		"  connect    connect\n",
		"  read       confirm, instances, list, show, devices, devices show,\n             import, plan\n",
		"  lifecycle  activate, deactivate, delete\n",
		"  devices    devices activate, devices deactivate, devices delete\n",
		"  apply      apply\n",
	} {
		if !strings.Contains(help, line) {
			t.Errorf("the help of policy lacks %q:\n%s", line, help)
		}
	}
}

// The policy that a hint names allows the request that was refused.
func TestPolicyOfTheHintAllowsTheRequest(t *testing.T) {
	command := regexp.MustCompile(`has to be allowed (\S+) .*'mqttca policy .* (--for .+)'`)
	for _, tt := range networkCommands {
		for nth, operation := range strings.Fields(tt.requests) {
			s := newStage(t, tt.state)
			s.service.Inject(emulator.Fault{Kind: emulator.FaultRefuse, Code: "NoPermission", Call: nth + 1})
			_, _, stderr := runHere(s.line(tt.args)...)
			hint := command.FindStringSubmatch(stderr)
			if hint == nil {
				if api.ActionsFor(operation) != nil && (tt.change == "" || nth <= slices.Index(strings.Fields(tt.requests), tt.change)) { // else the change counts, or no action is needed
					t.Errorf("%s, %s: no hint names a policy: %s", tt.args, operation, stderr)
				}
				continue
			}
			policy := mustRun(t, append([]string{"policy", "--region", "cn-hangzhou", "--account", "1", "--instance", emulatedInstance}, strings.Fields(hint[2])...)...)
			if !strings.Contains(policy, `"`+hint[1]+`"`) {
				t.Errorf("%s: the policy %s does not allow %s:\n%s", tt.args, hint[2], hint[1], policy)
			}
		}
	}
}

// Each command has what the tests of all commands go by. A message says where to add it.
func TestEveryCommandIsTested(t *testing.T) {
	scripts, err := filepath.Glob(filepath.Join("..", "testdata", "script", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var stories, refused strings.Builder
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		stories.Write(text)
	}
	for _, row := range networkCommands {
		refused.WriteString(row.args + "\n")
	}
	documents, _ := topics.Find("json")
	for _, row := range commands() {
		if !regexp.MustCompile(`(?m)^\w.*\bmqttca ` + row.name + `\b`).MatchString(stories.String()) {
			t.Errorf("no story runs %s: tell one in testdata/script", row.name)
		}
		// check calls the service only with --online; it and plan print a result if that fails.
		if row.calls != "" && row.name != "check" && row.name != "plan" && !regexp.MustCompile(`(?m)^`+row.name+`\b`).MatchString(refused.String()) {
			t.Errorf("no request of %s is refused: add it to networkCommands in refused_test.go", row.name)
		}
		switch row.name {
		case "policy", "completion", "help": // their results are text, or the vendor's JSON
		default:
			if !strings.Contains(documents.Text, "`"+row.name+"`") {
				t.Errorf("the topic json has no document of %s: add it there, and its type to documentTypes in schema_test.go", row.name)
			}
		}
	}
}
