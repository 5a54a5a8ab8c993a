// Command release makes what a release has beside the program: its man pages, its
// completions for shells, and the licenses of all that is linked into it. It is a module
// of its own, so that what makes man pages stays out of the program's dependencies.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"mqttca/cmd"
)

func main() {
	out := flag.String("out", "out", "folder to make anew and write to")
	date := flag.Int64("date", 0, "date of the man pages, in seconds since 1970")
	snapshot := flag.Bool("snapshot", false, "allow placeholders in the name of the publisher")
	flag.Parse()
	err := checkPublisher(*snapshot, os.Getenv)
	if err == nil {
		err = write(*out, time.Unix(*date, 0).UTC())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(out string, date time.Time) error {
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	if err := writeManPages(cmd.Root(), filepath.Join(out, "man"), date); err != nil {
		return fmt.Errorf("write man pages: %w", err)
	}
	if err := writeTopicPages(filepath.Join(out, "man"), date); err != nil {
		return fmt.Errorf("write man pages of topics: %w", err)
	}
	if err := writeCompletions(cmd.Root(), filepath.Join(out, "completions")); err != nil {
		return fmt.Errorf("write completions: %w", err)
	}
	if err := writeLicenses(filepath.Join(out, "THIRD-PARTY-LICENSES.txt")); err != nil {
		return fmt.Errorf("write licenses: %w", err)
	}
	return nil
}
