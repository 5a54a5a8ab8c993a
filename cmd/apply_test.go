package cmd

import (
	"errors"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
	"mqttca/pki"
)

// The live line of 3,000 changes fits into 80 columns, and of many failures the first are shown.
func TestLiveLineOfARollout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, paper := liveApp(80)
		r := &rollout{app: a, cmd: &cobra.Command{}, of: 3000, needed: 7000, started: time.Now()}
		r.began("apply     3000 changes")
		for n := range 2000 {
			row := &appliedRow{rowDocument: rowDocument{InstanceID: "post-cn-1", CA: "plant"}}
			var err error
			if n%40 == 0 {
				err = errors.New("a reason")
			}
			r.end(row, workflow.Result{Outcome: workflow.Registered}, err)
		}
		time.Sleep(20 * time.Second)
		for range 4000 {
			r.observe(api.Exchange{})
		}
		time.Sleep(time.Second)
		synctest.Wait()
		const want = "apply     3000 changes: 1950 done, 50 failed, 200 calls/s, 15s left"
		lines := strings.Split(strings.TrimSpace(standing(paper.String(), 80)), "\n")
		if last := lines[len(lines)-1]; len(lines) != mostFailures+1 || !strings.Contains(last, want+"     ") && !strings.Contains(last, want+"  ") {
			t.Errorf("%d lines, the last %q", len(lines), last)
		}
		a.err.End(false)
	})
}

// Each receipt has the requests of its row: the lists of its instance, its codes, its submission. A
// code that a row without one fetched belongs to nobody.
func TestRequestsOfARow(t *testing.T) {
	folder, ca := t.TempDir(), throwaway(t)
	r := &rollout{app: &app{console: console{quiet: true, err: terminal.NewScreen(&paper{}, terminal.Display{})}}, cmd: &cobra.Command{}, logs: map[string]*rowLog{"i": {}}}
	r.fleet, r.receipts = &fleet{cas: map[string]*pki.CA{"a": ca, "b": ca, "c": ca}}, folder
	rows := map[string]*appliedRow{}
	for _, name := range []string{"a", "b", "c"} {
		rows[name] = &appliedRow{rowDocument: rowDocument{InstanceID: "i", CA: text(name)}, session: &session{run: "run", started: time.Now()}}
	}
	saw := func(operations ...string) {
		for _, operation := range operations {
			r.observe(api.Exchange{Operation: operation, Params: url.Values{"MqttInstanceId": {"i"}}})
		}
	}
	const list, code, submit, activate = "ListCaCertificate", "GetRegisterCode", "RegisterCaCertificate", "ActiveCaCertificate"
	record := func(name string) {
		if err := r.record(rows[name], workflow.Result{Outcome: workflow.Submitting}); err != nil {
			t.Fatal(err)
		}
	}
	saw(list, code)
	record("a")
	saw(submit, list, code) // without an answer: once more
	record("a")
	saw(submit, code)
	if r.leave(rows["b"]) {
		t.Error("a row that fetched a code only has a receipt")
	}
	record("c")
	saw(activate, list)
	for name, want := range map[string][]string{"a": {list, code, submit, list, code, submit, list}, "c": {list, list, activate, list}} {
		if !r.leave(rows[name]) || r.closeRow(rows[name], workflow.Result{Outcome: workflow.Registered}, nil) != nil {
			t.Errorf("%s has no receipt", name)
		}
		receipt, err := r.readReceipt(filepath.Join(folder, "i."+name+".json"))
		var got []string
		for _, request := range receipt.Requests {
			got = append(got, request.Operation)
		}
		if err != nil || !slices.Equal(got, want) || receipt.Outcome != workflow.Registered {
			t.Errorf("%s: %v, %s, requests %q, want %q", name, err, receipt.Outcome, got, want)
		}
	}
}

// A change whose receipt is lost was made, and its row failed.
func TestCountsOfAnApply(t *testing.T) {
	lost := &doneError{workflow.Registered, errors.New("no receipt")}
	row := rowDocument{Action: text(workflow.ToRegister), err: lost, failed: &failure{}}
	d := applyDocument{Rows: []appliedRow{{rowDocument: row}, {rowDocument: rowDocument{Action: text(workflow.Drift)}}}}
	d.count()
	if d.Done != 1 || d.Failed != 1 || d.Left != 0 || d.Drift != 1 {
		t.Errorf("done %d, failed %d, left %d, drift %d", d.Done, d.Failed, d.Left, d.Drift)
	}
}
