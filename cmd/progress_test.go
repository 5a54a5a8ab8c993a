package cmd

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mqttca/api"
	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
)

// A paper is a terminal that is written to by several goroutines.
type paper struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (p *paper) Write(data []byte) (int, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.text.Write(data)
}

func (p *paper) String() string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.text.String()
}

// liveApp is a run on a terminal with so many columns.
func liveApp(columns int) (*app, *paper) {
	paper := &paper{}
	shown := terminal.Display{Columns: func() int { return columns }}
	screen := terminal.NewScreen(paper, shown)
	screen.Redraws = true
	return &app{console: console{err: screen, shown: shown, out: paper}}, paper
}

// What the terminal shows while steps go on, at moments of their lives.
func TestLiveSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, paper := liveApp(80)
		steps := progress{&a.console}
		shows := func(when, want string) {
			t.Helper()
			synctest.Wait()
			if got := standing(paper.String(), 80); got != want {
				t.Errorf("%s\n got %q\nwant %q", when, got, want)
			}
		}
		const (
			list    = "✓ list      read the instance's list of CAs                            0.2s\n"
			warning = "warning: the CA\n"
			retry   = "! retry     ListCaCertificate in 1.5s: interrupted\n"
			confirm = " confirm   wait until the CA is listed as active                      "
		)
		steps.Started(workflow.List)
		shows("at once", "⠋ list      read the instance's list of CAs                            0.0s")
		time.Sleep(250 * time.Millisecond)
		shows("after a while", "⠹ list      read the instance's list of CAs                            0.2s")
		steps.Ended(workflow.List, nil)
		shows("ended", list)
		time.Sleep(time.Second)
		shows("between steps", list)
		steps.Started(workflow.Confirm)
		steps.Warned("the CA")
		shows("warned", list+warning+"⠋"+confirm+"0.0s")
		a.noteRetry(api.Retry{Call: api.Call{Operation: "ListCaCertificate"}, Pause: 1500 * time.Millisecond, Err: errInterrupted})
		time.Sleep(12*time.Second + time.Millisecond)
		shows("tried again", list+warning+retry+"⠋"+confirm+" 12s")
		time.Sleep(50 * time.Second)
		steps.Ended(workflow.Confirm, context.Canceled)
		shows("failed", list+warning+retry+"✗"+confirm[:len(confirm)-1]+"1m02s\n")
		a.fail(nil, errInterrupted)
		shows("said why", list+warning+retry+"✗"+confirm[:len(confirm)-1]+"1m02s\nerror: interrupted\n")
	})
}

// A question in the middle of a step is not drawn over; the step comes back with the line
// that ends it.
func TestLiveQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, paper := liveApp(60)
		steps := progress{&a.console}
		steps.Started(workflow.Sign)
		a.prompt("PIN: ")
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := standing(paper.String(), 60); got != "PIN:" {
			t.Errorf("while the answer is awaited: %q", got)
		}
		a.prompt("\n")
		steps.Ended(workflow.Sign, nil)
		if got := standing(paper.String(), 60); got != "PIN:\n✓ sign      sign the verification certificate wit…  1m00s\n" {
			t.Errorf("at the end: %q", got)
		}
	})
}

// Steps are lines in a pipe and on a terminal that cannot draw anew, and nothing where no
// progress is wanted; escape codes are only where a line is drawn anew.
func TestStepsElsewhere(t *testing.T) {
	for name, tt := range map[string]struct {
		set  func(*app)
		want string
	}{
		"pipe":    {func(a *app) { a.err = terminal.NewScreen(a.out, terminal.Display{}) }, "list      read the instance's list of CAs\nretry     ListCaCertificate in 1s: interrupted\n"},
		"dumb":    {func(a *app) { a.err.Redraws = false }, "list      read the instance's list of CAs\nretry     ListCaCertificate in 1s: interrupted\n"},
		"--quiet": {func(a *app) { a.quiet = true }, ""},
		"--json":  {func(a *app) { a.json = true }, `{"type":"retry","message":"interrupted","operation":"ListCaCertificate","pause_seconds":1}` + "\n"},
		"both":    {func(a *app) { a.json, a.quiet = true, true }, ""},
		"--json --verbose": {func(a *app) { a.json, a.verbose = true, true }, `{"type":"step","message":"read the instance's list of CAs","step":"list"}` + "\n" +
			`{"type":"retry","message":"interrupted","operation":"ListCaCertificate","pause_seconds":1}` + "\n"},
		"live": {func(a *app) {}, "\r⠋ list      read the instance's list of CAs                            0.0s\x1b[K" +
			"\r\x1b[K! retry     ListCaCertificate in 1s: interrupted\n" +
			"\r⠋ list      read the instance's list of CAs                            0.0s\x1b[K" +
			"\r\x1b[K✗ list      read the instance's list of CAs                            0.0s\n"},
	} {
		synctest.Test(t, func(t *testing.T) {
			a, paper := liveApp(80)
			tt.set(a)
			steps := progress{&a.console}
			steps.Started(workflow.List)
			a.noteRetry(api.Retry{Call: api.Call{Operation: "ListCaCertificate"}, Pause: time.Second, Err: errInterrupted})
			steps.Ended(workflow.List, errors.New("refused"))
			if got := paper.String(); got != tt.want {
				t.Errorf("%s: %q, want %q", name, got, tt.want)
			}
		})
	}
}

// On the terminal that has shown steps the result stands apart from them; elsewhere nothing
// is added.
func TestResultAfterSteps(t *testing.T) {
	for name, tt := range map[string]struct {
		set   func(*app)
		steps bool
		want  string
	}{
		"terminal":           {func(*app) {}, true, "\nresult\n"},
		"result into a pipe": {func(a *app) { a.shown = terminal.Display{} }, true, "result\n"},
		"without steps":      {func(*app) {}, false, "result\n"},
		"steps into a pipe":  {func(a *app) { a.err = terminal.NewScreen(a.out, terminal.Display{}) }, true, "result\n"},
	} {
		a, paper := liveApp(80)
		tt.set(a)
		if tt.steps {
			progress{&a.console}.Started(workflow.List)
			progress{&a.console}.Ended(workflow.List, nil)
		}
		before := paper.String()
		a.print(nil, a.shown.Layout(func(p *terminal.Sheet) error { p.Line("result"); return nil }))
		if got := strings.TrimPrefix(paper.String(), before); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// Of work over many objects the first retry of a kind is shown, with --verbose all.
func TestRetriesOfManyObjects(t *testing.T) {
	for verbose, want := range map[bool]int{false: 3, true: 5} {
		paper := &paper{}
		a := &app{console: console{err: terminal.NewScreen(paper, terminal.Display{}), verbose: verbose}, connectionFlags: connectionFlags{many: true}}
		for _, r := range []struct {
			operation string
			err       error
		}{{"A", &api.Error{}}, {"A", &api.Error{}}, {"A", &api.NoAnswerError{}}, {"B", &api.Error{}}, {"B", &api.Error{}}} {
			a.noteRetry(api.Retry{Call: api.Call{Operation: r.operation}, Err: r.err})
		}
		if got := strings.Count(paper.String(), "retry "); got != want {
			t.Errorf("verbose %v: %d retries, want %d: %s", verbose, got, want, paper.String())
		}
	}
}
