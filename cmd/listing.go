package cmd

import (
	"encoding/csv"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mqttca/cmd/terminal"
	"mqttca/cmd/workflow"
)

// A listingFlags says which entries of a list are printed, and in which form, if not as a table for
// the terminal.
type listingFlags struct {
	filter listFilter
	csv    bool
	wide   bool
}

func (f *listingFlags) addFlags(cmd *cobra.Command, what string) {
	cmd.Flags().BoolVar(&f.filter.active, "active", false, "list only active "+what)
	cmd.Flags().BoolVar(&f.filter.inactive, "inactive", false, "list only inactive "+what)
	cmd.Flags().Var(duration{value: &f.filter.expiring, given: &f.filter.expires}, "expiring", "list only "+what+" that expire within this time, such as 30d")
	cmd.Flags().StringVar(&f.filter.name, "name", "", "list only "+what+" with this text in their name, upper or lower case")
	cmd.Flags().BoolVar(&f.csv, "csv", false, "print the list as CSV (RFC 4180)")
	cmd.Flags().BoolVar(&f.wide, "wide", false, "print every column of the table in full")
}

func (f listingFlags) check(json bool) error {
	switch {
	case f.filter.active && f.filter.inactive:
		return usage("--active and --inactive exclude each other")
	case f.csv && json:
		return usage("--csv and --json exclude each other")
	case f.wide && json, f.wide && f.csv:
		return usage("--wide is for the table; --json and --csv print every field")
	}
	return nil
}

// An entry is a certificate of a list: a [caDocument] or a [deviceDocument].
type entry interface {
	listed() certificateDocument
	own() []string // the values of the fields of its kind only
}

func (d certificateDocument) listed() certificateDocument { return d }

func (d caDocument) own() []string {
	return []string{string(d.RegistrationCode), d.VerificationSHA256.String()}
}

func (d deviceDocument) own() []string { return []string{string(d.CASn)} }

// A listing is the entries of a list, as --csv and the table show them.
type listing struct {
	own     []string // the fields of these entries only, the first of CSV
	entries []entry
}

func entriesOf[T entry](list []T) []entry {
	entries := make([]entry, len(list))
	for i, e := range list {
		entries[i] = e
	}
	return entries
}

// maxListed is room for far more than 100,000 certificates as they are shown.
const maxListed = 64 << 20

// collect makes documents of the listed entries that pass the filter. It fails if they are too
// many for the memory.
func collect[T any, D entry](instance string, listed iter.Seq2[T, error], filter listFilter, document func(T) D) ([]D, error) {
	all, room := []D{}, maxListed
	for one, err := range listed {
		if err != nil {
			return nil, err
		}
		d := document(one)
		if !filter.takes(d.listed(), time.Now()) {
			continue
		}
		if room -= sizeOf(d); room < 0 {
			return nil, &workflow.TooLongError{Instance: instance, MiB: maxListed >> 20}
		}
		all = append(all, d)
	}
	return all, nil
}

// sizeOf is about the memory of an entry.
func sizeOf(e entry) int {
	const fixed = 200 // with a pointer in a slice with room to grow
	d, own := e.listed(), strings.Join(e.own(), "")
	return fixed + len(d.Name) + len(d.Sn) + len(d.Subject) + len(d.SerialNumber) + len(d.SHA256) + len(d.NotBefore) + len(d.NotAfter) + len(own)
}

// csv writes a line for each certificate, with the fields of the JSON document.
func (l listing) csv(w io.Writer) error {
	table := csv.NewWriter(w)
	table.UseCRLF = true
	table.Write(append(l.own, "sn", "name", "active", "subject", "serial_number", "sha256", "not_before", "not_after"))
	for _, e := range l.entries {
		c, active := e.listed(), ""
		if c.Active != nil {
			active = strconv.FormatBool(*c.Active)
		}
		row := append(e.own(), string(c.Sn), string(c.Name), active, string(c.Subject), string(c.SerialNumber), c.SHA256.String(), string(c.NotBefore), string(c.NotAfter))
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
func (l listing) print(p *terminal.Sheet, wide bool) {
	now := time.Now()
	table := terminal.Table{Count: len(l.entries), Whole: wide, Columns: []terminal.Column{
		{Label: "name", Yields: true}, {Label: "state"}, {Label: "valid until"}, {Label: "serial number"}, {Label: "subject", Yields: true},
	}, Row: func(i int) []terminal.Cell {
		c := l.entries[i].listed()
		row := []terminal.Cell{
			{Text: string(c.Name)}, {Text: c.state(), Tone: c.stateTone()}, {Text: string(c.NotAfter), Tone: c.expiryTone(now)}, {Text: string(c.Sn)}, {Text: string(c.Subject)},
		}
		if wide {
			for _, value := range append([]string{string(c.NotBefore), c.SHA256.String()}, l.entries[i].own()...) {
				row = append(row, terminal.Cell{Text: value})
			}
		}
		return row
	}}
	if wide {
		words := strings.NewReplacer("_sn", " serial number", "_sha256", " SHA-256", "_", " ")
		for _, field := range append([]string{"valid from", "SHA-256"}, l.own...) {
			table.Columns = append(table.Columns, terminal.Column{Label: words.Replace(field)})
		}
	}
	p.Table(table)
}

// A longDocument is the result of a command with a list: it may be too long to be encoded in one
// piece.
type longDocument interface {
	head() any // the document with its list empty, which ends it
	listing() listing
	plain(p *terminal.Sheet, wide bool) error
}

// printList prints a list in the requested form. If the list is empty, it says so on stderr.
func (a *app) printList(document longDocument, f listingFlags, what string) error {
	if len(document.listing().entries) == 0 {
		a.note("no %s%s", what, f.filter.that())
	}
	if f.csv {
		return a.print(nil, document.listing().csv)
	}
	return a.print(document, a.shown.Layout(func(p *terminal.Sheet) error { return document.plain(p, f.wide) }))
}
