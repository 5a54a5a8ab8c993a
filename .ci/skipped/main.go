// Command skipped reads what go test -json writes and prints what go test would print
// without it, and a line for each test or part of one that was skipped, with the reason:
// without -v go test is silent about these. It exits with 1 when a test failed, or none ran.
//
//	go test -json ./... | go run ./.ci/skipped
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
)

func main() {
	if !show(os.Stdin, os.Stdout) {
		os.Exit(1)
	}
}

// An event is a line of go test -json: go doc test2json.
type event struct{ Action, Package, Test, Output string }

// show reports whether all packages passed.
func show(in io.Reader, out io.Writer) (passed bool) {
	s := summary{out: out, running: map[string]map[string]string{}}
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			break
		}
		var e event
		if json.Unmarshal(line, &e) != nil {
			out.Write(line)
			continue
		}
		s.take(e)
	}
	for _, line := range s.skipped {
		fmt.Fprintln(out, "SKIP", line)
	}
	return s.packages > 0 && s.failed == 0
}

type summary struct {
	out              io.Writer
	packages, failed int
	running          map[string]map[string]string // what each test has printed that has not ended, by package; a package's own is of the test ""
	skipped          []string
}

func (s *summary) take(e event) {
	if s.running[e.Package] == nil {
		s.running[e.Package] = map[string]string{}
	}
	tests := s.running[e.Package]
	switch e.Action {
	case "build-output":
		io.WriteString(s.out, e.Output)
	case "output":
		if !strings.HasPrefix(e.Output, "=== ") {
			tests[e.Test] += e.Output
		}
	case "pass", "fail", "skip":
		text := tests[e.Test]
		delete(tests, e.Test)
		if e.Test == "" {
			s.endPackage(e, text, tests)
		} else {
			s.endTest(e, text)
		}
	}
}

func (s *summary) endPackage(e event, text string, unended map[string]string) {
	s.packages++
	if e.Action == "fail" {
		s.failed++
		for _, text := range unended { // by a panic, or a time limit
			io.WriteString(s.out, text)
		}
	}
	io.WriteString(s.out, strings.TrimPrefix(text, "PASS\n"))
}

func (s *summary) endTest(e event, text string) {
	if e.Action == "fail" {
		io.WriteString(s.out, text)
		return
	}
	s.skipped = append(s.skipped, reasons(e, text)...)
}

var logged = regexp.MustCompile(`^ +\w+\.go:\d+: (.*)`)

// reasons are the reasons of a test that was skipped, or of a test that passed and has
// logged that it left something out: a line that begins with "SKIP: ".
func reasons(e event, text string) (found []string) {
	for line := range strings.Lines(text) {
		match := logged.FindStringSubmatch(line)
		if match == nil {
			continue
		}
		reason, part := strings.CutPrefix(match[1], "SKIP: ")
		if part || e.Action == "skip" {
			found = append(found, fmt.Sprintf("%s %s: %s", e.Package, e.Test, reason))
		}
		if e.Action == "skip" {
			return found // the rest is a log
		}
	}
	if e.Action == "skip" {
		found = append(found, fmt.Sprintf("%s %s: no reason given", e.Package, e.Test))
	}
	return found
}
