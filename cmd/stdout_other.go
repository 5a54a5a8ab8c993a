//go:build !cgo || !unix

package cmd

// stdoutClosed cannot be known here; see stdout_cgo.go.
func stdoutClosed() bool { return false }
