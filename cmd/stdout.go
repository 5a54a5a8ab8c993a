package cmd

import (
	"errors"
	"os"
	"syscall"
)

// A resultStream is standard output. A reader that has read enough, such as head, is no
// error: the run does its work, and nobody misses the rest.
type resultStream struct{ *os.File }

func (s resultStream) Write(p []byte) (int, error) {
	n, err := s.File.Write(p)
	if errors.Is(err, syscall.EPIPE) {
		return len(p), nil
	}
	return n, err
}

var errStdoutClosed = errors.New("it is closed")

// checkStdout fails if no result could be printed: standard output is closed, is open for
// reading only, or is a device that is full. A write of no bytes shows the latter two.
func (c *console) checkStdout() error {
	_, err := c.out.Write(nil)
	if stdoutClosed() {
		err = errStdoutClosed
	}
	if err != nil {
		return &fileError{"write", "standard output", err, "give it a file, or '>/dev/null' if you do not need the result"}
	}
	return nil
}
