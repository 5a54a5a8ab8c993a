package cmd

import (
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"mqttca/cmd/topics"
)

// schemaTopic is the word behind help that prints the JSON Schema of a document.
const schemaTopic = "json-schema"

// printSchema prints the schema of a document, or without one the names of all.
func (a *app) printSchema(documents []string) error {
	if len(documents) == 0 {
		return a.print(topics.Schemas(), func(w io.Writer) error {
			_, err := io.WriteString(w, strings.Join(topics.Schemas(), "\n")+"\n")
			return err
		})
	}
	document := strings.Join(documents, " ")
	schema, ok := topics.Schema(document)
	if !ok {
		return &usageError{"mqttca help: no JSON Schema of " + strconv.Quote(document), true, "'mqttca help json-schema' lists the documents"}
	}
	return a.print(json.RawMessage(schema), func(w io.Writer) error {
		_, err := io.WriteString(w, schema)
		return err
	})
}
