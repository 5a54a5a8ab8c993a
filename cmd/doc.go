// Package cmd is the command line of mqttca: one command a file, flags to an
// options struct to a run method. It is the only place that prints, prompts, reads
// flags and picks an exit code; what a command does stands in cmd/workflow, pki and
// api.
//
// Its contract: stdout holds the result and only that, with --json exactly one JSON
// document; progress, warnings, hints and errors go to stderr; the exit code is one
// of the constants in exitcode.go.
package cmd
