package cmd

import (
	"os"
	"os/exec"
	"path/filepath"
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
		for _, block := range shellBlocks(topic.Text) {
			if blocks++; block.missing != "" {
				t.Logf("SKIP: %s is missing for the commands\n%s", block.missing, block.text)
				continue
			}
			lines.WriteString(block.text)
		}
		if making := strings.Index(lines.String(), "-keyout "); making >= 0 && !strings.Contains(lines.String()[:making], "mktemp -d") {
			t.Errorf("%s: the commands may overwrite the reader's own CA key", topic.Name)
		}
		if lines.Len() > 0 {
			t.Run(topic.Name, func(t *testing.T) { runShell(t, lines.String()) })
		}
	}
	if blocks == 0 {
		t.Error("no blocks found: have the topics changed their form?")
	}
}

type shellBlock struct {
	text    string
	missing string // the first of what it needs that is not there
}

// shellBlocks are the blocks of commands of a page. A block that needs more than a shell and
// OpenSSL says so: ```sh softhsm certtool.
func shellBlocks(text string) (blocks []shellBlock) {
	for _, m := range regexp.MustCompile("(?ms)^```sh((?: [a-z0-9-]+)*)\n(.*?)^```").FindAllStringSubmatch(text, -1) {
		block := shellBlock{text: m[2]}
		for name := range strings.FieldsSeq(m[1]) {
			_, err := exec.LookPath(name)
			if name == "softhsm" && !canSetUpTokens() || name != "softhsm" && err != nil {
				block.missing = name
				break
			}
		}
		blocks = append(blocks, block)
	}
	return blocks
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

// Every topic is in Chinese, with the commands, tables and numbers of the English one.
func TestTopicsInChinese(t *testing.T) {
	for _, topic := range topics.All() {
		english, chinese := "cmd/topics/"+topic.Name+".md", "cmd/topics/zh/"+topic.Name+".md"
		if topic.In("zh").Text == topic.Text {
			t.Errorf("%s: the Chinese text is the English one", topic.Name)
		}
		if _, err := os.Stat(filepath.Join("..", chinese)); err != nil {
			t.Errorf("the topic %s is not in Chinese", topic.Name)
			continue
		}
		sameBlocks(t, english, chinese)
		sameChapters(t, english, chinese)
	}
	paths, _ := filepath.Glob("topics/zh/*.md")
	for _, path := range paths {
		if _, ok := topics.Find(strings.TrimSuffix(filepath.Base(path), ".md")); !ok {
			t.Errorf("%s is no topic", path)
		}
	}
}

// The language of a topic is that of --lang, else of the first variable that is set; commands
// have help in English only.
func TestLanguageOfTopics(t *testing.T) {
	const english, chinese = "Environment variables\n", "环境变量\n"
	for _, tt := range []struct{ all, messages, lang, args, want string }{
		{"", "", "", "help environment", english},
		{"", "", "zh_CN.UTF-8", "help environment", chinese},
		{"", "", "zh", "help environment", chinese},
		{"", "zh_TW", "en_US.UTF-8", "help environment", chinese},
		{"C", "zh_CN", "zh_CN", "help environment", english},
		{"POSIX", "", "zh_CN", "help environment", english},
		{"de_DE.UTF-8", "", "", "help environment", english},
		{"C", "", "", "help --lang zh environment", chinese},
		{"zh_CN.UTF-8", "", "", "help environment --lang=en", english},
		{"zh_CN.UTF-8", "", "", "help list", "List the CA certificates"},
		{"", "", "", "help --lang zh", "  ceremony             分步执行："},
		{"zh_CN.UTF-8", "", "", "help --lang en", "  ceremony             The ceremony: "},
	} {
		t.Setenv("LC_ALL", tt.all)
		t.Setenv("LC_MESSAGES", tt.messages)
		t.Setenv("LANG", tt.lang)
		if stdout := mustRun(t, strings.Fields(tt.args)...); !strings.HasPrefix(stdout, tt.want) {
			t.Errorf("%+v: %.60s", tt, stdout)
		}
	}
	for _, args := range []string{"help --lang fr environment", "help --lang zh list", "help zh/environment"} {
		if code, stdout, stderr := runHere(strings.Fields(args)...); code != exitUsage || stdout != "" {
			t.Errorf("%s: exit code %d, %s%s", args, code, stdout, stderr)
		}
	}
}
