package cmd

import (
	"bytes"
	"encoding/json"
	"io"

	"mqttca/cmd/terminal"
)

// print writes the result to stdout: the document with --json, else the text that plain
// writes.
func (a *app) print(document any, plain func(io.Writer) error) error {
	var b bytes.Buffer
	if !a.json {
		if err := plain(&b); err != nil {
			return err
		}
	} else {
		data, err := encode(document)
		if err != nil {
			return err
		}
		b.Write(data)
	}
	if a.shown.IsTerminal() {
		a.err.SetApart()
	}
	if _, err := a.out.Write(b.Bytes()); err != nil {
		return cannotWrite("standard output", err)
	}
	return nil
}

// encode is a document as JSON, indented, with a line feed at the end. It also escapes
// characters that do not print and that encoding/json leaves alone: they can only stand
// inside a string, where \u means the same.
func encode(document any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(document); err != nil {
		return nil, err
	}
	return []byte(terminal.EscapeExcept(b.String(), "\n")), nil
}

// writeDocument writes a JSON document without a secret to a file.
func (a *app) writeDocument(path string, document any, force bool) error {
	data, err := encode(document)
	if err != nil {
		return err
	}
	if err := writeFile(path, data, 0o644, force); err != nil {
		return err
	}
	a.note("wrote %s", path)
	return nil
}

// noteFields prints fields as progress, for a witness of the run.
func (a *app) noteFields(fields []terminal.Field) {
	if !a.silent() {
		(&terminal.Sheet{Writer: a.err, Display: a.err.Display}).Fields(fields, nil)
	}
}
