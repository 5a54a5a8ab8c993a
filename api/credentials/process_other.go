//go:build !unix

package credentials

import "os/exec"

// killsAll is not possible here without more: the process that was started is killed.
func killsAll(*exec.Cmd) (end func() error) { return func() error { return nil } }
