package cmd

import (
	"context"
	"fmt"
	"strings"

	"mqttca/cmd/topics"
)

// schemaTopic is the word after help to print the JSON Schema of a document.
const schemaTopic = "json-schema"

// printSchema prints the schema of a document, or without one the names of all.
func (a *app) printSchema(ctx context.Context, documents []string) error {
	schema, ok := topics.Schema(strings.Join(documents, " "))
	switch {
	case ok:
	case len(documents) > 0:
		return &usageError{fmt.Sprintf("mqttca help: no JSON Schema of %q", strings.Join(documents, " ")), true, "'mqttca help json-schema' lists the documents"}
	case a.json:
		return a.print(topics.Schemas(), nil)
	default:
		schema = strings.Join(topics.Schemas(), "\n") + "\n"
	}
	return a.page(ctx, schema)
}
