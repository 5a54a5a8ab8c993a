package cmd

import (
	"slices"

	"github.com/spf13/cobra"
)

// exitMeanings say what the exit codes mean, in the words of the help and the README.
var exitMeanings = []struct {
	code    int
	meaning string
}{
	{exitOK, "done, also where it was done before"},
	{exitFault, "a fault of mqttca itself"},
	{exitUsage, "the command line is wrong"},
	{exitLocal, "something local: certificate, key, password, HSM, output"},
	{exitDenied, "credentials or permission"},
	{exitRefused, "refused by the service, or because of what it has"},
	{exitUnavailable, "the service could not be reached, or could not answer"},
	{exitNotListed, "not in the list, or listed but inactive"},
	{exitExpiring, "something expires soon, where that was asked"},
	{exitInterrupted, "SIGINT, SIGTERM or SIGHUP, or no where it was asked"},
}

// anyExit are the codes that every command can end in.
var anyExit = []int{exitOK, exitFault, exitUsage, exitLocal}

// exits are the other codes that a command can end in. One that serves until it is
// interrupted has done what it should.
var exits = map[string][]int{
	"check":      {exitDenied, exitRefused, exitUnavailable, exitInterrupted},
	"rehearse":   {exitDenied, exitRefused, exitUnavailable, exitNotListed, exitInterrupted},
	"register":   {exitDenied, exitRefused, exitUnavailable, exitNotListed, exitInterrupted},
	"code":       {exitDenied, exitRefused, exitUnavailable, exitInterrupted},
	"sign":       {exitInterrupted},
	"submit":     {exitDenied, exitRefused, exitUnavailable, exitNotListed, exitInterrupted},
	"confirm":    {exitDenied, exitRefused, exitUnavailable, exitNotListed, exitInterrupted},
	"list":       {exitDenied, exitRefused, exitUnavailable, exitExpiring, exitInterrupted},
	"show":       {exitDenied, exitRefused, exitUnavailable, exitNotListed, exitInterrupted},
	"devices":    {exitDenied, exitRefused, exitUnavailable, exitNotListed, exitInterrupted},
	"activate":   {exitDenied, exitRefused, exitUnavailable, exitNotListed, exitInterrupted},
	"deactivate": {exitDenied, exitRefused, exitUnavailable, exitNotListed, exitInterrupted},
	"delete":     {exitDenied, exitRefused, exitUnavailable, exitNotListed, exitInterrupted},
	"policy":     {exitDenied, exitInterrupted},
	"emulate":    {},
	"version":    {},
	"help":       {},
	"completion": {},
}

// canEnd reports whether a command can end in an exit code.
func canEnd(cmd *cobra.Command, code int) bool {
	for cmd.HasParent() && cmd.Parent().HasParent() {
		cmd = cmd.Parent() // of one that is below completion
	}
	return slices.Contains(anyExit, code) || slices.Contains(exits[cmd.Name()], code)
}
