package cmd

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"mqttca/cmd/terminal"
	"mqttca/cmd/topics"
)

// failures are all kinds of errors as a script gets them.
func failures(t *testing.T) (all []failure) {
	for _, tt := range errorCases(t) {
		all = append(all, describe(&cobra.Command{}, tt.err))
	}
	return all
}

func exitCodesTopic() string {
	topic, _ := topics.Find("exit-codes")
	return topic.Text
}

// The Jobs of the topic kubernetes end for good only on exit codes of which no error asks for another
// run as such.
func TestJobsEndOnWhatIsFinal(t *testing.T) {
	topic, _ := topics.Find("kubernetes")
	jobs := regexp.MustCompile(`action: FailJob, onExitCodes: \{operator: In, values: \[(.+?)\]`).FindAllStringSubmatch(topic.Text, -1)
	if len(jobs) == 0 {
		t.Fatal("no Job ends on exit codes")
	}
	for _, values := range jobs {
		codes := strings.Split(values[1], ", ")
		for _, f := range failures(t) {
			if slices.Contains(codes, fmt.Sprint(f.ExitCode)) && (f.Retry == "now" || f.Retry == "later") {
				t.Errorf("a Job ends for good on %+v", f)
			}
		}
	}
}

// decision is what the program for jq should say of an error.
func decision(f failure) string {
	switch f.Retry {
	case "now", "later":
		return "retry"
	case "look":
		return "alert"
	}
	if slices.Contains([]string{"not_listed", "inactive", "active", "expiring", "changes", "plan_stale", "fault"}, f.Reason) {
		return "alert"
	}
	return "stop"
}

// A script that goes by the exit code alone does not go on where one that goes by the error
// stops, and does not stop where that one goes on.
func TestDecisionsFitTheExitCodes(t *testing.T) {
	want := map[int]string{
		exitFault: "alert", exitUsage: "stop", exitLocal: "stop", exitDenied: "stop", exitRefused: "stop",
		exitUnavailable: "retry alert stop", exitNotListed: "alert", exitExpiring: "alert", exitChanges: "alert", exitInterrupted: "retry alert stop",
	}
	for _, f := range failures(t) {
		if !strings.Contains(want[f.ExitCode], decision(f)) {
			t.Errorf("exit code %d: %s, want %s: %+v", f.ExitCode, decision(f), want[f.ExitCode], f)
		}
	}
}

// The program for jq in the topic, which the story runs, decides for every kind of error.
func TestProgramForJQ(t *testing.T) {
	_, program, _ := strings.Cut(exitCodesTopic(), "```jq\n")
	program, _, _ = strings.Cut(program, "```")
	story, err := os.ReadFile(filepath.Join("..", "testdata", "script", "decide.txtar"))
	if err != nil || program == "" || !strings.HasSuffix(string(story), "-- decide.jq --\n"+program) || strings.Count(program, "\n") > 10 {
		t.Fatalf("the story decide should end in the program of the topic, which has at most ten lines: %v\n%s", err, program)
	}
	if _, err := exec.LookPath("jq"); err != nil {
		t.Skip("jq is not installed; TestDecisionsFitTheExitCodes makes the same decisions")
	}
	var runs bytes.Buffer // each an array of its lines: one process for all
	var want []string
	all := append(failures(t), failure{}, failure{Type: "killed"})
	for _, f := range all {
		var line bytes.Buffer
		c := &console{err: terminal.NewScreen(&line, terminal.Display{})}
		c.record(remark{"warning", "first"})
		switch f.Type {
		case "error":
			c.record(f)
			want = append(want, decision(f))
		case "":
			line.WriteString(`{"format": "mqttca/list/v1"}` + "\n")
			want = append(want, "done")
		default:
			want = append(want, "retry") // of a run that was killed
		}
		fmt.Fprintf(&runs, "[%s]\n", strings.ReplaceAll(strings.TrimSpace(line.String()), "\n", ","))
	}
	jq := exec.Command("jq", "-r", "def inputs: .[]; "+program)
	jq.Stdin = &runs
	output, err := jq.CombinedOutput()
	got := strings.Fields(string(output))
	if err != nil || len(got) != len(want) {
		t.Fatalf("%v, %s", err, output)
	}
	for i, f := range all {
		if got[i] != want[i] {
			t.Errorf("%s, want %s: %+v", got[i], want[i], f)
		}
	}
}

// With --json a step, a note and a request are lines of standard error only if --verbose asks for
// them; warnings and the error always are.
func TestLinesOfARun(t *testing.T) {
	for more, want := range map[string]string{
		"":                   "error warning",
		" --verbose":         "error request step warning",
		" --verbose --quiet": "error request warning",
	} {
		s := newStage(t, "absent")
		_, _, stderr := runHere(s.line("confirm --wait 0s --ca-cert CERT --json" + more)...)
		types := map[string]bool{}
		for _, m := range regexp.MustCompile(`(?m)^\{"type":"(\w+)"`).FindAllStringSubmatch(stderr, -1) {
			types[m[1]] = true
		}
		if got := strings.Join(slices.Sorted(maps.Keys(types)), " "); got != want {
			t.Errorf("%s: %s, want %s: %s", more, got, want, stderr)
		}
		endsInErrorObject(t, stderr, exitNotListed)
	}
}
