package cmd

import (
	"encoding/csv"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"mqttca/cmd/terminal"
)

// A listingFlags says how a list is printed, if not as a table that fits the terminal.
type listingFlags struct {
	csv  bool
	wide bool
}

func (f *listingFlags) addFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.csv, "csv", false, "print the list as CSV (RFC 4180)")
	cmd.Flags().BoolVar(&f.wide, "wide", false, "print every column of the table, and shorten none")
}

func (f listingFlags) check(json bool) error {
	switch {
	case f.csv && json:
		return usage("--csv and --json exclude each other")
	case f.wide && json, f.wide && f.csv:
		return usage("--wide is for the table; --json and --csv print every field")
	}
	return nil
}

// A listing is the certificates of a list, as --csv and the table show them.
type listing struct {
	count       int
	certificate func(int) certificateDocument
	fields      []string           // of CSV
	record      func(int) []string // the values of the fields
	title       string             // of the last column of --wide, which only these certificates have
	own         func(int) text     // its value
}

// certificateFields are the fields of CSV that every certificate has.
var certificateFields = []string{"sn", "name", "active", "subject", "serial_number", "sha256", "not_before", "not_after"}

func (d certificateDocument) record() []string {
	active := ""
	if d.Active != nil {
		active = strconv.FormatBool(*d.Active)
	}
	return []string{string(d.Sn), string(d.Name), active, string(d.Subject), string(d.SerialNumber), string(d.SHA256), string(d.NotBefore), string(d.NotAfter)}
}

// csv writes a line for each certificate, with the fields of the JSON document.
func (l listing) csv(w io.Writer) error {
	table := csv.NewWriter(w)
	table.UseCRLF = true
	table.Write(l.fields)
	for i := range l.count {
		row := l.record(i)
		for at, field := range row {
			row[at] = terminal.Escape(field)
		}
		table.Write(row)
	}
	table.Flush()
	return table.Error()
}

// print writes a table. It shortens names and subjects if it must, but never a serial number,
// which is there to be copied; with wide it shortens nothing.
func (l listing) print(p *terminal.Sheet, wide bool) error {
	now := time.Now()
	table := terminal.Table{Count: l.count, Whole: wide, Columns: []terminal.Column{
		{Title: "NAME", Label: "name", Yields: true},
		{Title: "STATE", Label: "state"},
		{Title: "VALID UNTIL", Label: "valid until"},
		{Title: "SN", Label: "Sn"},
		{Title: "SUBJECT", Label: "subject", Yields: true},
	}, Row: func(i int) []terminal.Cell {
		c := l.certificate(i)
		row := []terminal.Cell{
			{Text: string(c.Name)}, {Text: c.state(), Tone: c.stateTone()}, {Text: string(c.NotAfter), Tone: c.expiryTone(now)}, {Text: string(c.Sn)}, {Text: string(c.Subject)},
		}
		if wide {
			row = append(row, terminal.Cell{Text: string(c.NotBefore)}, terminal.Cell{Text: string(c.SerialNumber)}, terminal.Cell{Text: string(c.SHA256)}, terminal.Cell{Text: string(l.own(i))})
		}
		return row
	}}
	if wide {
		table.Columns = append(table.Columns, terminal.Column{Title: "VALID FROM"}, terminal.Column{Title: "SERIAL NUMBER"}, terminal.Column{Title: "SHA-256"}, terminal.Column{Title: l.title})
	}
	return p.Table(table)
}

// printList prints a list in the form that was asked for.
func (a *app) printList(document any, l listing, f listingFlags, plain func(*terminal.Sheet, bool) error) error {
	if f.csv {
		return a.print(nil, l.csv)
	}
	return a.print(document, a.shown.Layout(func(p *terminal.Sheet) error { return plain(p, f.wide) }))
}
