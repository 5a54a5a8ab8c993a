package cmd

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
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
	own         []string           // the fields that only these certificates have, the first of CSV
	ownOf       func(int) []string // their values
}

// csv writes a line for each certificate, with the fields of the JSON document.
func (l listing) csv(w io.Writer) error {
	table := csv.NewWriter(w)
	table.UseCRLF = true
	table.Write(append(l.own, "sn", "name", "active", "subject", "serial_number", "sha256", "not_before", "not_after"))
	for i := range l.count {
		c, active := l.certificate(i), ""
		if c.Active != nil {
			active = strconv.FormatBool(*c.Active)
		}
		row := append(l.ownOf(i), string(c.Sn), string(c.Name), active, string(c.Subject), string(c.SerialNumber), c.SHA256.String(), string(c.NotBefore), string(c.NotAfter))
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
			for _, value := range append([]string{string(c.NotBefore), string(c.SerialNumber), c.SHA256.String()}, l.ownOf(i)...) {
				row = append(row, terminal.Cell{Text: value})
			}
		}
		return row
	}}
	if wide {
		for _, field := range append([]string{"valid from", "serial number", "SHA-256"}, l.own...) {
			table.Columns = append(table.Columns, terminal.Column{Title: strings.ToUpper(strings.ReplaceAll(field, "_", " "))})
		}
	}
	return p.Table(table)
}

// printList prints a list in the form that was asked for. If there is none of what it lists, it
// says so on stderr.
func (a *app) printList(document any, l listing, f listingFlags, what string, plain func(*terminal.Sheet, bool) error) error {
	if l.count == 0 {
		a.note("no %s", what)
	}
	if f.csv {
		return a.print(nil, l.csv)
	}
	return a.print(document, a.shown.Layout(func(p *terminal.Sheet) error { return plain(p, f.wide) }))
}
