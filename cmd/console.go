package cmd

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"

	"github.com/spf13/pflag"

	"mqttca/cmd/terminal"
)

// A console is how a run talks with the person or the script behind it.
type console struct {
	in  io.Reader
	out io.Writer        // the result, nothing else
	err *terminal.Screen // everything else

	shown   terminal.Display // how a result is shown
	heading string           // a warning ahead of anything else on err; "" if there is none

	json    bool
	quiet   bool
	verbose bool
}

func (c *console) addFlags(flags *pflag.FlagSet) {
	flags.BoolVar(&c.json, "json", false, "print one JSON document, and JSON lines on stderr")
	flags.BoolVarP(&c.quiet, "quiet", "q", false, "print no progress and no hints")
	flags.BoolVarP(&c.verbose, "verbose", "v", false, "print each request and answer as one line on stderr")
}

// silent reports whether progress is unwanted. With --json it is, unless --verbose asks for it.
func (c *console) silent() bool { return c.quiet || c.json && !c.verbose }

// note prints a line of progress.
func (c *console) note(format string, args ...any) {
	if !c.silent() {
		c.say("note", "", terminal.Plain, fmt.Sprintf(format, args...))
	}
}

// warn prints a warning, also if progress is unwanted.
func (c *console) warn(format string, args ...any) {
	c.say("warning", "warning: ", terminal.Yellow, fmt.Sprintf(format, args...))
}

// say prints a message: a label and a sentence, with --json a line of this type.
func (c *console) say(kind, label string, t terminal.Tone, message string) {
	c.announce()
	if c.json {
		c.record(remark{kind, message})
		return
	}
	c.err.Say(label, t, message)
}

// announce prints the heading, unless it stands there already.
func (c *console) announce() {
	if heading := c.heading; heading != "" {
		c.heading = ""
		c.warn("%s", heading)
	}
}

// print writes the result to stdout: with --json the document, else the text written by plain.
func (c *console) print(document any, plain func(io.Writer) error) error {
	c.err.End(false)
	if c.shown.IsTerminal() {
		c.err.SetApart()
	}
	out := bufio.NewWriterSize(c.out, 64<<10)
	show := plain
	if c.json {
		show = func(io.Writer) error { return encodeTo(out, document) }
	}
	return cannotPrint(cmp.Or(show(out), out.Flush()))
}

// printText is print for a result of one text.
func (c *console) printText(document any, text string) error {
	return c.print(document, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

// encodeTo writes a document as JSON, entry by entry if it is long. A failed write shows when out
// is flushed.
func encodeTo(out *bufio.Writer, document any) error {
	var entries []entry
	if long, ok := document.(longDocument); ok {
		document, entries = long.head(), long.listing().entries
	}
	data, err := encode(document)
	if len(entries) == 0 || err != nil {
		out.Write(data)
		return err
	}
	out.Write(bytes.TrimSuffix(data, []byte("]\n}\n")))
	for i, e := range entries {
		if data, err = encode(e); err != nil {
			return err
		}
		if i > 0 {
			out.WriteByte(',')
		}
		out.Write(bytes.ReplaceAll(append([]byte("\n"), bytes.TrimSpace(data)...), []byte("\n"), []byte("\n    ")))
	}
	out.WriteString("\n  ]\n}\n")
	return nil
}

// encode is a document as JSON, indented, with a line feed at the end. It also escapes the
// unprintable characters left alone by encoding/json: they stand only inside strings, where \u
// means the same.
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
func (c *console) writeDocument(path string, document any, mode fs.FileMode, force bool) error {
	data, err := encode(document)
	if err != nil {
		return err
	}
	if err := writeFile(path, data, mode, force); err != nil {
		return err
	}
	c.note("wrote %s", path)
	return nil
}

// noteFields prints fields as progress, for a witness of the run.
func (c *console) noteFields(fields []terminal.Field) {
	if !c.quiet && !c.json {
		c.announce()
		(&terminal.Sheet{Writer: c.err, Display: c.err.Display}).Fields(fields, nil)
	}
}
