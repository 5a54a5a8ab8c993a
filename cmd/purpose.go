package cmd

import (
	"errors"

	"github.com/spf13/cobra"

	"mqttca/api"
)

// purposes are what commands are for, as far as that is not to register a CA: a hint
// names the policy for it.
var purposes = map[string]api.Purpose{
	"confirm":    api.ToRead,
	"list":       api.ToRead,
	"show":       api.ToRead,
	"devices":    api.ToRead,
	"activate":   api.ToLifecycle,
	"deactivate": api.ToLifecycle,
	"delete":     api.ToLifecycle,
}

// A purposeError is an error with what the command that met it is for.
type purposeError struct {
	error
	purpose api.Purpose
}

func (e *purposeError) Unwrap() error { return e.error }

// addPurposes has the commands say what they are for where they fail.
func addPurposes(root *cobra.Command) {
	for _, cmd := range root.Commands() {
		purpose, known := purposes[cmd.Name()]
		if !known {
			continue
		}
		run := cmd.RunE
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			if err := run(cmd, args); err != nil {
				return &purposeError{err, purpose}
			}
			return nil
		}
	}
}

func purposeOf(err error) api.Purpose {
	var met *purposeError
	if errors.As(err, &met) {
		return met.purpose
	}
	return api.ToRegister
}
