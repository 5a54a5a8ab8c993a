package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// A fileError says that a file named on the command line could not be read or written.
type fileError struct {
	action string // read or write
	path   string
	reason error
	hint   string
}

// Error leaves out the paths that errors of package os repeat: of temporary files too.
func (e *fileError) Error() string {
	reason := e.reason
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(reason, &path):
		reason = path.Err
	case errors.As(reason, &link):
		reason = link.Err
	}
	return fmt.Sprintf("%s %s: %s", e.action, e.path, reason)
}

func (e *fileError) Unwrap() error { return e.reason }

// Hint says how to go on.
func (e *fileError) Hint() string { return e.hint }

func cannotRead(path string, reason error) error { return &fileError{"read", path, reason, ""} }

func cannotWrite(path string, reason error) error { return &fileError{"write", path, reason, ""} }
