package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/pflag"

	"mqttca/cmd/terminal"
)

// A console is how a run talks with the person or the script that started it.
type console struct {
	in  io.Reader
	out io.Writer        // the result, nothing else
	err *terminal.Screen // everything else

	shown terminal.Display // how a result is shown

	json    bool
	quiet   bool
	verbose bool
}

// addFlags adds the flags of every command.
func (c *console) addFlags(flags *pflag.FlagSet) {
	flags.BoolVar(&c.json, "json", false, "print one JSON document; implies --quiet")
	flags.BoolVarP(&c.quiet, "quiet", "q", false, "print no progress and no hints")
	flags.BoolVarP(&c.verbose, "verbose", "v", false, "print each request and answer as one line on stderr")
}

// silent reports whether progress is unwanted.
func (c *console) silent() bool { return c.quiet || c.json }

// note prints a line of progress.
func (c *console) note(format string, args ...any) {
	if !c.silent() {
		c.err.Say("", terminal.Plain, fmt.Sprintf(format, args...))
	}
}

// warn prints a warning, also if progress is unwanted.
func (c *console) warn(format string, args ...any) {
	c.err.Say("warning: ", terminal.Yellow, fmt.Sprintf(format, args...))
}

// print writes the result to stdout: the document with --json, else the text that plain
// writes.
func (c *console) print(document any, plain func(io.Writer) error) error {
	var b bytes.Buffer
	if !c.json {
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
	if c.shown.IsTerminal() {
		c.err.SetApart()
	}
	if _, err := c.out.Write(b.Bytes()); err != nil {
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
func (c *console) writeDocument(path string, document any, force bool) error {
	data, err := encode(document)
	if err != nil {
		return err
	}
	if err := writeFile(path, data, 0o644, force); err != nil {
		return err
	}
	c.note("wrote %s", path)
	return nil
}

// noteFields prints fields as progress, for a witness of the run.
func (c *console) noteFields(fields []terminal.Field) {
	if !c.silent() {
		(&terminal.Sheet{Writer: c.err, Display: c.err.Display}).Fields(fields, nil)
	}
}
