package cmd

import (
	"errors"

	"mqttca/cmd/terminal"

	"github.com/spf13/cobra"
)

// errDisagreed is the end of a ceremony whose values were not agreed on: nothing was done.
var errDisagreed = interrupted{errors.New("nothing was done, since the answer was not yes")}

func addYes(cmd *cobra.Command, value *bool) {
	cmd.Flags().BoolVar(value, "yes", false, "do not ask on a terminal whether the values shown are those that were read aloud")
}

// agreed shows what a witness compares, and on a terminal asks before anything comes of
// it: a file that was altered on the way can be told by nothing else. In a script whoever
// wrote it has agreed.
func (a *app) agreed(cmd *cobra.Command, values []terminal.Field, yes bool) error {
	a.noteFields(values)
	if _, canAsk := a.terminal(); yes || !canAsk || a.silent() {
		return nil
	}
	answer, err := a.ask(cmd.Context(), "are these the values that were read aloud? type yes to go on: ")
	if err == nil && answer != "yes" {
		err = errDisagreed
	}
	return err
}
