package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"mqttca/cmd"
	"mqttca/cmd/topics"
)

var date = time.Date(2001, 2, 28, 23, 59, 59, 0, time.UTC)

// Every command has a page, whose date is the one given, and each option is in it.
func TestManPages(t *testing.T) {
	folder := t.TempDir()
	if err := writeManPages(cmd.Root(), folder, date); err != nil {
		t.Fatal(err)
	}
	visit(cmd.Root(), func(c *cobra.Command) {
		if c.Name() == "help" {
			return
		}
		page := read(t, filepath.Join(folder, strings.ReplaceAll(c.CommandPath(), " ", "-")+".1"))
		for _, want := range []string{`"Feb 2001" "mqttca"`, c.Short, `\fB--json\fP`} {
			if !strings.Contains(page, want) {
				t.Errorf("the page of %s lacks %q", c.CommandPath(), want)
			}
		}
	})
	page := read(t, filepath.Join(folder, "mqttca-register.1"))
	for _, want := range []string{`\fB--ca-key\fP`, "mqttca register --region cn-hangzhou"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page of register lacks %q", want)
		}
	}
}

// Every topic has a page of section 7 with all of its text, which renders without a warning.
func TestTopicPages(t *testing.T) {
	folder := t.TempDir()
	if err := writeTopicPages(folder, date); err != nil {
		t.Fatal(err)
	}
	for _, topic := range topics.All() {
		path := filepath.Join(folder, "mqttca-"+topic.Name+".7")
		page := read(t, path)
		if want := `.TH "MQTTCA-` + strings.ToUpper(topic.Name) + `" 7 2001-02-28`; !strings.HasPrefix(page, want) {
			t.Errorf("the page of %s begins with %.60s", topic.Name, page)
		}
		for _, renderer := range []string{"groff -man -Tutf8 -ww", "mandoc -Tutf8 -Wwarning,stop", "man --warnings=all -l"} {
			name, options, _ := strings.Cut(renderer, " ")
			if _, err := exec.LookPath(name); err != nil {
				t.Logf("SKIP: rendering with %s, which is not installed", name)
				continue
			}
			program := exec.Command(name, append(strings.Fields(options), path)...)
			program.Env = append(os.Environ(), "MANPAGER=cat", "MANWIDTH=80", "LC_ALL=C.UTF-8", "GROFF_NO_SGR=1")
			var complaints strings.Builder
			program.Stderr = &complaints
			shown, err := program.Output()
			if err != nil || complaints.Len() > 0 {
				t.Errorf("%s: %s: %v\n%s", topic.Name, renderer, err, complaints.String())
			}
			if lost := missing(topic.Text, string(shown)); len(lost) > 0 {
				t.Errorf("%s: %s leaves out %q", topic.Name, renderer, lost)
			}
		}
	}
}

// missing are the words of a topic that a page does not show. An address may be broken.
func missing(topic, shown string) (words []string) {
	shown = regexp.MustCompile(".\\x08|(/)\n +").ReplaceAllString(shown, "$1")
	for _, word := range regexp.MustCompile(`[A-Za-z0-9_.=/:-]{3,}|[^\x00-\x7f]+`).FindAllString(regexp.MustCompile("(?m)^```.*").ReplaceAllString(topic, ""), -1) {
		if !strings.Contains(shown, word) && strings.Trim(word, "-") != "" {
			words = append(words, word)
		}
	}
	return words
}

func visit(c *cobra.Command, do func(*cobra.Command)) {
	do(c)
	for _, child := range c.Commands() {
		visit(child, do)
	}
}

// The completions are what the program itself prints.
func TestCompletions(t *testing.T) {
	folder := t.TempDir()
	if err := writeCompletions(cmd.Root(), folder); err != nil {
		t.Fatal(err)
	}
	for name, shell := range map[string]string{
		"mqttca": "bash", "_mqttca": "zsh", "mqttca.fish": "fish", "mqttca.ps1": "powershell",
	} {
		program := exec.Command("go", "run", "mqttca", "completion", shell)
		want, err := program.Output()
		if err != nil {
			t.Fatal(err)
		}
		if got := read(t, filepath.Join(folder, name)); got != string(want) {
			t.Errorf("%s differs from what 'mqttca completion %s' prints", name, shell)
		}
	}
}

// The licenses of a direct and an indirect dependency, of one that is linked on Windows
// only, of a part that a module took from elsewhere, and of Go.
func TestLicenses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "licenses")
	if err := writeLicenses(path); err != nil {
		t.Fatal(err)
	}
	text := read(t, path)
	for _, want := range []string{
		"\ngithub.com/spf13/cobra v", "\ngithub.com/spf13/pflag v", "\ngithub.com/miekg/pkcs11 v",
		"\ngithub.com/inconshreveable/mousetrap v", ": internal/bcrypt_pbkdf/LICENSE\n",
		"\nthe Go standard library go1.", "Redistributions in binary form",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the licenses lack %q", want)
		}
	}
	if strings.Contains(text, "go-md2man") {
		t.Error("the licenses name a module that is not linked into the program")
	}
}

func TestNoLicense(t *testing.T) {
	module := &module{Path: "example.com/m", Version: "v1.0.0", Dir: t.TempDir()}
	linked := []linkedPackage{{Dir: filepath.Join(module.Dir, "inner"), Module: module}}
	if err := os.Mkdir(linked[0].Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := licensesOf(linked)
	if want := "package " + linked[0].Dir + " of example.com/m v1.0.0 has no license"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
