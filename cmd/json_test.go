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
	"appliedRow":        appliedRow{},
	"row":               rowDocument{},
	"importedCA":        importedCA{},
}

// The topic has every outcome.
func TestTopicOfOutcomes(t *testing.T) {
	topic, _ := topics.Find("json")
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
			if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "-" {
				names = append(names, name)
			}
		}
	}
	return names
}
