package cmd

import (
	"errors"
	"syscall"
)

// cannotPrint is the error of a result that could not be printed. If the reader went away, it is
// nil: the reader has read enough, as head has.
func cannotPrint(err error) error {
	if err == nil || errors.Is(err, syscall.EPIPE) {
		return nil
	}
	return cannotWrite("standard output", err)
}

// checkStdout fails if no result could be printed: standard output is closed, is open for reading
// only, or is a full device. A write of no bytes shows the latter two.
func (c *console) checkStdout() error {
	_, err := c.out.Write(nil)
	if stdoutClosed() {
		err = errors.New("it is closed")
	}
	if err != nil {
		return &fileError{"write", "standard output", err, "give it a file, or '>/dev/null' if you do not need the result"}
	}
	return nil
}
