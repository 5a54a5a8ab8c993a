package cmd

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// A listFilter says which CAs to list. Its zero value takes all.
type listFilter struct {
	active   bool
	inactive bool
	expires  bool          // whether expiring counts
	expiring time.Duration // from now
	name     string
}

func (f *listFilter) addFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.active, "active", false, "list active CAs only")
	cmd.Flags().BoolVar(&f.inactive, "inactive", false, "list inactive CAs only")
	cmd.Flags().Var(optionalDuration{&f.expiring, &f.expires}, "expiring", "list CAs only that expire within this time, such as 30d")
	cmd.Flags().StringVar(&f.name, "name", "", "list CAs only with this text in their name, in whatever case")
}

// takes reports whether a CA passes. One whose validity is not known may expire any day.
func (f listFilter) takes(ca caDocument, now time.Time) bool {
	switch {
	case f.active && !ca.Active, f.inactive && (ca.Active || ca.unclear):
		return false
	case !strings.Contains(strings.ToLower(ca.Name), strings.ToLower(f.name)):
		return false
	}
	if !f.expires {
		return true
	}
	end, known := ca.expires()
	return !known || end.Before(now.Add(f.expiring))
}

// An optionalDuration is a duration that knows whether it was given.
type optionalDuration struct {
	value *time.Duration
	given *bool
}

// Set takes what a duration takes.
func (d optionalDuration) Set(text string) error {
	*d.given = true
	return duration{d.value}.Set(text)
}

// String shows nothing for a duration that was not given.
func (d optionalDuration) String() string {
	if d.given == nil || !*d.given {
		return ""
	}
	return duration{d.value}.String()
}

// Type is the word that the help shows.
func (optionalDuration) Type() string { return "duration" }

// An expiringError says that a list that should be empty is not.
type expiringError struct {
	Count    int
	Instance string
	Within   time.Duration
}

func (e *expiringError) Error() string {
	return fmt.Sprintf("instance %s has CA certificates that expire within %s, %d in number", e.Instance, duration{&e.Within}, e.Count)
}

// Hint says what to do in time.
func (e *expiringError) Hint() string {
	return "register a new CA beside each, issue the device certificates anew under it, and deactivate the old one when no device needs it"
}
