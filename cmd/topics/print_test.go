package topics

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mqttca/cmd/terminal"
)

const sample = "# A title\n\nA paragraph with `code`, **strong** text and a [link](https://example.com/page), which\nis broken anew.\n" +
	"- an item that is longer than the width of\n  a narrow terminal\n- another\n\n" +
	"```sh\nmqttca rehearse --a-flag --that-is-never-broken --whatever-the-width\n\n  indented\n```\n\n## Next\n" +
	"| code | meaning |\n|---|---|\n| `130` | interrupted by a signal, in the middle of a run |\n| 2 | usage, `-h\\|x` |\n| | more |\n"

func printed(t *testing.T, d terminal.Display) string { return printedText(t, sample, d) }

func printedText(t *testing.T, text string, d terminal.Display) string {
	t.Helper()
	var out strings.Builder
	if err := d.Layout((Topic{Text: text}).Print)(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestPrint(t *testing.T) {
	for columns, want := range map[int]string{
		0: `A title

A paragraph with code, strong text and a link (https://example.com/page), which
is broken anew.
- an item that is longer than the width of a narrow terminal
- another

  mqttca rehearse --a-flag --that-is-never-broken --whatever-the-width

    indented

Next
code  meaning
130   interrupted by a signal, in the middle of a run
2     usage, -h|x
      more
`,
		40: `A title

A paragraph with code, strong text and a
link (https://example.com/page), which
is broken anew.
- an item that is longer than the width
  of a narrow terminal
- another

  mqttca rehearse --a-flag --that-is-never-broken --whatever-the-width

    indented

Next
code  meaning
130   interrupted by a signal, in the
      middle of a run
2     usage, -h|x
      more
`,
	} {
		d := terminal.Display{}
		if columns > 0 {
			d.Columns = func() int { return columns }
		}
		if diff := cmp.Diff(want, printed(t, d)); diff != "" {
			t.Errorf("%d columns (-want +got):\n%s", columns, diff)
		}
	}
}

// Blocks stay apart without empty lines between them.
func TestBlocksTogether(t *testing.T) {
	text := "# Title\nText right below.\n```sh\nmqttca list\n```\nMore text.\n| a | b |\n|---|---|\n| c | d |\nEnd.\n"
	want := "Title\nText right below.\n  mqttca list\nMore text.\na  b\nc  d\nEnd.\n"
	if diff := cmp.Diff(want, printedText(t, text, terminal.Display{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// A table that is too wide has its widest columns wrapped; if a word has no room then, its rows
// become lists. Emphasis ends with each line.
func TestPrintWideTable(t *testing.T) {
	const titles = "| name | older | here |\n|---|---|---|\n"
	for rows, want := range map[string]string{
		"| `ONE`, `TWO` | **some words that go into the next line** | read, or an error if both are set |\n| three | | |\n": "name      older             here\n" +
			"ONE, TWO  some words that   read, or an\n" +
			"          go into the next  error if both\n" +
			"          line              are set\n" +
			"three\n",
		"| `A_LONG_WORD_THAT_IS_NEVER_BROKEN` | other | the meaning of the word |\n| b | | c |\n": "A_LONG_WORD_THAT_IS_NEVER_BROKEN\n" +
			"  older  other\n" +
			"  here   the meaning of the word\n" +
			"b\n" +
			"  here   c\n",
	} {
		d := terminal.Display{Columns: func() int { return 41 }}
		if diff := cmp.Diff(want, printedText(t, titles+rows, d)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
	coloured := printedText(t, titles+"| a | **strong words that are broken** | "+strings.Repeat("c", 20)+" |\n", terminal.Display{Colour: true, Columns: func() int { return 45 }})
	if !strings.Contains(coloured, "\na     \x1b[1mstrong words that\x1b[0m  cccc") || !strings.Contains(coloured, "\n      \x1b[1mare broken\x1b[0m\n") {
		t.Errorf("%q", coloured)
	}
}

// No line of a topic is wider than the terminal, but one with a command, or with a single word, such as the
// address of a link.
func TestTopicsFit(t *testing.T) {
	blocks := regexp.MustCompile("(?ms)^```.*?^```$")
	for _, topic := range All() {
		for _, language := range Languages {
			text := blocks.ReplaceAllString(topic.In(language).Text, "")
			for _, width := range []int{40, 60, 80, 100} {
				for line := range strings.Lines(printedText(t, text, terminal.Display{Columns: func() int { return width }})) {
					line = strings.TrimSuffix(line, "\n")
					word := strings.TrimSpace(line)
					tooLong := !strings.Contains(word, " ") && terminal.Columns(word) > width-3
					if terminal.Columns(line) > width && !tooLong {
						t.Errorf("%s, %s, %d columns: %s", topic.Name, language, width, line)
					}
				}
			}
		}
	}
}

// Colours are added to the text and change no line of it.
func TestPrintInColour(t *testing.T) {
	coloured := printed(t, terminal.Display{Colour: true})
	for _, want := range []string{"\x1b[1mA title\x1b[0m\n", "with \x1b[1mcode\x1b[0m, \x1b[1mstrong\x1b[0m text", "\x1b[1mcode\x1b[0m  \x1b[1mmeaning\x1b[0m\n", "\x1b[1m130\x1b[0m   interrupted"} {
		if !strings.Contains(coloured, want) {
			t.Errorf("%q is missing in %q", want, coloured)
		}
	}
	if bare := strings.NewReplacer("\x1b[1m", "", "\x1b[0m", "").Replace(coloured); bare != printed(t, terminal.Display{}) {
		t.Errorf("without its colours: %q", bare)
	}
}

// Chinese is broken between ideographs, and a break of the source between two is no space. A
// tone that goes on in the next line begins anew there.
func TestPrintChinese(t *testing.T) {
	text := "# 环境变量\n\n命令行选项优先于对应的环境变量，\n值为空的变量视为\n未设置；**若其中两个的值不同，则以退出码 2 结束，这一点**与 `mqttca\nlist` 相同。\n\n" +
		"| 变量 | 含义 |\n|---|---|\n| `LANG` | 主题的语言：以 `zh` 开头时为中文，否则为英文，其余情况不变 |\n"
	want := "环境变量\n\n命令行选项优先于对应的环境变量，值为空的\n变量视为未设置；若其中两个的值不同，则以\n退出码 2 结束，这一点与 mqttca list 相\n同。\n\n" +
		"变量  含义\nLANG  主题的语言：以 zh 开头时为中文，否\n      则为英文，其余情况不变\n"
	d := terminal.Display{Columns: func() int { return 40 }}
	if diff := cmp.Diff(want, printedText(t, text, d)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	codes := "支持的模式：`AK`、`StsToken`、`RamRoleArn`、`EcsRamRole`、`CredentialsURI`。"
	if got := printedText(t, codes, d); got != "支持的模式：AK、StsToken、RamRoleArn、\nEcsRamRole、CredentialsURI。\n" {
		t.Errorf("codes without spaces between them: %q", got)
	}
	d.Colour = true
	if coloured := printedText(t, text, d); !strings.Contains(coloured, "；\x1b[1m若其中两个的值不同，则以\x1b[0m\n\x1b[1m退出码 2 结束，这一点\x1b[0m与 ") {
		t.Errorf("%q", coloured)
	}
}

// Every topic has a title, and nothing in it is outside of the subset.
func TestTopics(t *testing.T) {
	if len(All()) == 0 {
		t.Fatal("no topics")
	}
	both := All()
	for _, name := range names("zh", ".md") {
		topic, _ := Find(name)
		both = append(both, topic.In("zh"))
	}
	for _, topic := range both {
		if !strings.HasPrefix(topic.Text, "# "+topic.Title+"\n\n") || topic.Title == "" {
			t.Errorf("%s begins with %.40q", topic.Name, topic.Text)
		}
		var out strings.Builder
		if err := (terminal.Display{}).Layout(topic.Print)(&out); err != nil {
			t.Fatal(err)
		}
		fenced := false
		for line := range strings.Lines(topic.Text) {
			fenced = fenced != strings.HasPrefix(line, "```")
			for _, foreign := range []string{"###", "* ", "1. ", "> ", "  - ", "<", "!["} {
				if !fenced && strings.HasPrefix(line, foreign) {
					t.Errorf("%s: Print does not know %q", topic.Name, line)
				}
			}
		}
		if strings.ContainsAny(out.String(), "`\x01\x02") || strings.Contains(out.String(), "**") {
			t.Errorf("%s leaves marks:\n%s", topic.Name, out.String())
		}
	}
	if _, ok := Find("nothing"); ok {
		t.Error("a topic that does not exist is found")
	}
}
