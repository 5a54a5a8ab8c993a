//go:build !linux

package cmd

import "github.com/rogpeppe/go-internal/testscript"

// cmdTerminal is for Linux: a script that uses it says [!linux] skip.
func cmdTerminal(ts *testscript.TestScript, neg bool, args []string) {
	ts.Fatalf("no terminal can be opened here")
}
