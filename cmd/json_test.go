package cmd

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"mqttca/cmd/topics"
)

// documentParts are the objects inside of documents, by their names in the topic.
var documentParts = map[string]any{
	"ca":                caDocument{},
	"deviceCertificate": deviceDocument{},
	"request":           requestDocument{},
	"instance":          instanceDocument{},
	"examinedCA":        examinedCADocument{},
	"pair":              pairDocument{},
	"verification":      verificationDocument{},
	"finding":           findingDocument{},
	"probe":             probeDocument{},
	"step":              stepDocument{},
	"row":               rowDocument{},
}

// The topic has the fields of every document and of its parts, as they are written.
func TestTopicOfJSON(t *testing.T) {
	topic, _ := topics.Find("json")
	documents, parts, _ := strings.Cut(topic.Text, "| part | in |")
	for text, types := range map[string]map[string]any{documents: documentTypes, parts: documentParts} {
		for name, document := range types {
			row := fmt.Sprintf("- `%s`: `%s`\n", name, strings.Join(fieldsOf(reflect.TypeOf(document)), "` `"))
			if !strings.Contains(text, row) {
				t.Errorf("the topic should have the line\n%s", row)
			}
		}
	}
	for _, outcome := range outcomes() {
		if !strings.Contains(topic.Text, fmt.Sprintf("`%s`", outcome)) {
			t.Errorf("the topic lacks the outcome %s", outcome)
		}
	}
}

// fieldsOf is the names of a document's fields as encoding/json writes them.
func fieldsOf(document reflect.Type) []string {
	var names []string
	for i := range document.NumField() {
		field := document.Field(i)
		if field.Anonymous {
			names = append(names, fieldsOf(field.Type)...)
			continue
		}
		if field.IsExported() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			names = append(names, name)
		}
	}
	return names
}
