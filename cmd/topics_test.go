package cmd

import (
	"regexp"
	"strings"
	"testing"

	"mqttca/cmd/topics"
)

// Every command of a topic runs, in its order, against the embedded service.
func TestTopicsRun(t *testing.T) {
	var blocks int
	for _, topic := range topics.All() {
		var lines strings.Builder
		for _, block := range regexp.MustCompile("(?ms)^```sh(| softhsm)\n(.*?)^```").FindAllStringSubmatch(topic.Text, -1) {
			if blocks++; block[1] != "" && !canSetUpTokens() {
				t.Logf("SKIP: the commands with SoftHSM: softhsm2-util, pkcs11-tool or cgo is missing\n%s", block[2])
				continue
			}
			lines.WriteString(block[2])
		}
		if lines.Len() > 0 {
			t.Run(topic.Name, func(t *testing.T) { runShell(t, lines.String()) })
		}
	}
	if blocks == 0 {
		t.Error("no blocks found: have the topics changed their form?")
	}
}

// help finds a topic by its name, so none has the name of a command.
func TestTopicsAreNoCommands(t *testing.T) {
	for _, topic := range topics.All() {
		for _, row := range commands() {
			if topic.Name == row.name {
				t.Errorf("%s is a command and a topic", topic.Name)
			}
		}
	}
}
