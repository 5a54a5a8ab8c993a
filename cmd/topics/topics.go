// Package topics is the reference of mqttca: Markdown files that are embedded in the
// program, because the hosts that need it often have no network. 'mqttca help TOPIC'
// prints one. Beside them are the JSON Schemas of the documents that mqttca writes.
//
// The files keep to a subset of Markdown that [Topic.Print] renders and that reads well
// as it is: headings (# and ##), paragraphs, lists of one level, fenced blocks, tables,
// and in the text `code`, **strong** and [links](URL). A comment is a line of its own; the one
// above a table or list says that a test generates it. Another runs every ```sh block. The
// package knows no command.
package topics

import (
	"bytes"
	"embed"
	"encoding/json"
	"slices"
	"strings"
)

// A Topic is one page of the reference.
type Topic struct {
	Name  string // for 'mqttca help NAME'
	Title string
	Text  string // Markdown, with the title and without comments
}

//go:embed *.md zh/*.md schema/*.json
var files embed.FS

// names are those of the files of a folder with this extension, in order.
func names(folder, extension string) (names []string) {
	entries, err := files.ReadDir(folder)
	if err != nil {
		panic(err) // the folder is part of the program
	}
	for _, entry := range entries {
		if name, ok := strings.CutSuffix(entry.Name(), extension); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// All returns the topics in the order of their names.
func All() (all []Topic) {
	for _, name := range names(".", ".md") {
		topic, _ := Find(name)
		all = append(all, topic)
	}
	return all
}

// Find returns the topic of a name; ok is false if there is none.
func Find(name string) (topic Topic, ok bool) {
	if strings.Contains(name, "/") {
		return Topic{}, false
	}
	return read(name, name+".md")
}

func read(name, file string) (topic Topic, ok bool) {
	data, err := files.ReadFile(file)
	if err != nil {
		return Topic{}, false
	}
	var text strings.Builder
	for line := range strings.Lines(string(data)) {
		if !strings.HasPrefix(line, "<!--") {
			text.WriteString(line)
		}
	}
	first, _, _ := strings.Cut(text.String(), "\n")
	return Topic{Name: name, Title: strings.TrimPrefix(first, "# "), Text: text.String()}, true
}

// Languages are those of the topics: English, and Chinese beside it in the folder zh.
var Languages = []string{"en", "zh"}

// In returns the topic in the language of a locale, such as zh_CN.UTF-8. A topic that is not
// translated is in English, and says so.
func (t Topic) In(locale string) Topic {
	if !strings.HasPrefix(locale, "zh") {
		return t
	}
	if translated, ok := read(t.Name, "zh/"+t.Name+".md"); ok {
		return translated
	}
	t.Text = "本主题尚无中文版，以下为英文原文。\n\n" + t.Text
	return t
}

// Schemas returns the names of the documents that have a JSON Schema.
func Schemas() []string { return names("schema", ".json") }

// Schema returns the JSON Schema of a document; ok is false if there is none. The files are compact,
// which makes the program 40 kB smaller.
func Schema(document string) (text string, ok bool) {
	data, err := files.ReadFile("schema/" + document + ".json")
	var indented bytes.Buffer
	ok = err == nil && json.Indent(&indented, data, "", "  ") == nil
	return indented.String(), ok
}
