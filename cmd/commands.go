package cmd

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mqttca/api"
)

// A command is a row of the table of commands. A new command is one file and one row.
type command struct {
	name  string                    // with the name of its parent ahead, if any
	group string                    // its heading in the help of the program
	exits []int                     // the exit codes it can end in, besides anyExit
	calls api.Purpose               // the purpose of its calls to the service; "" if it makes none
	build func(*app) *cobra.Command // its flags, its help and its work
}

// The groups, in the order in which somebody new meets them.
const (
	onboard    = "Onboard a CA:"
	stepByStep = "Step by step, for a CA without a network:"
	operate    = "Operate:"
	together   = "Many CAs and instances:"
	tryOut     = "Try and script:"
)

// commands is the table, in the order of the help. The help, the policies in hints, and the
// documentation read it.
func commands() []command {
	var (
		calling = []int{exitDenied, exitRefused, exitUnavailable, exitInterrupted} // for any call to the service
		looking = append(calling[:len(calling):len(calling)], exitNotListed)       // for one CA in the list
	)
	return []command{
		{"check", onboard, calling, api.ToRegister, newCheck},
		{"rehearse", onboard, looking, "", newRehearse}, // it calls its own emulator
		{"register", onboard, looking, api.ToRegister, newRegister},
		{"connect", onboard, looking, api.ToConnect, newConnect},

		{"code", stepByStep, calling, api.ToRegister, newCode},
		{"sign", stepByStep, []int{exitInterrupted}, "", newSign},
		{"submit", stepByStep, looking, api.ToRegister, newSubmit},
		{"confirm", stepByStep, looking, api.ToRead, newConfirm},

		{"instances", operate, calling, api.ToRead, newInstances},
		{"list", operate, append(calling[:len(calling):len(calling)], exitExpiring), api.ToRead, newList},
		{"show", operate, looking, api.ToRead, newShow},
		{"devices", operate, looking, api.ToRead, newDevices},
		{"devices show", operate, looking, api.ToRead, newDeviceShow},
		{"devices activate", operate, looking, api.ToDevices, newDeviceActivate},
		{"devices deactivate", operate, looking, api.ToDevices, newDeviceDeactivate},
		{"devices delete", operate, looking, api.ToDevices, newDeviceDelete},
		{"activate", operate, looking, api.ToLifecycle, newActivate},
		{"deactivate", operate, looking, api.ToLifecycle, newDeactivate},
		{"delete", operate, looking, api.ToLifecycle, newDelete},

		{"import", together, calling, api.ToRead, newImport},
		{"plan", together, append(looking[:len(looking):len(looking)], exitChanges), api.ToRead, newPlan},
		{"apply", together, append(looking[:len(looking):len(looking)], exitChanges), api.ToApply, newApply},

		{"policy", tryOut, []int{exitDenied, exitInterrupted}, "", newPolicy},
		// Serving until an interrupt is success.
		{"emulate", tryOut, nil, "", newEmulate},
		{"version", tryOut, nil, "", newVersion},
		{"completion", tryOut, nil, "", newCompletion},
		{"help", tryOut, nil, "", newHelp},
	}
}

// rowOf is the row of a command, or of its parent. It is empty for the program itself.
func rowOf(cmd *cobra.Command) command {
	for ; cmd.HasParent(); cmd = cmd.Parent() {
		name := strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" ")
		for _, row := range commands() {
			if row.name == name {
				return row
			}
		}
	}
	return command{}
}

// The exit codes. They are part of the contract with scripts: a number never gets another
// meaning.
const (
	exitOK          = 0
	exitFault       = 1
	exitUsage       = 2
	exitLocal       = 3
	exitDenied      = 4
	exitRefused     = 5
	exitUnavailable = 6
	exitNotListed   = 7
	exitExpiring    = 8
	exitChanges     = 9
	exitInterrupted = 130
)

// exitMeanings are the meanings of the exit codes, in the words of the help and the topic exit-codes.
var exitMeanings = []struct {
	code    int
	meaning string
}{
	{exitOK, "success, including nothing left to do"},
	{exitFault, "an internal error of mqttca"},
	{exitUsage, "the command line or an environment variable is wrong"},
	{exitLocal, "a local problem: certificate, key, password, HSM or output"},
	{exitDenied, "credentials or permission"},
	{exitRefused, "refused by the service, or because of certificates registered there"},
	{exitUnavailable, "the service could not be reached, or could not answer"},
	{exitNotListed, "not in the list, or listed but inactive"},
	{exitExpiring, "something expires soon, if you asked for this check"},
	{exitChanges, "a plan has changes, if you asked, or a saved plan is out of date"},
	{exitInterrupted, "interrupted by a signal, or you declined the prompt"},
}

// anyExit are the exit codes of every command.
var anyExit = []int{exitOK, exitFault, exitUsage, exitLocal}

// canEnd reports whether a command can end in an exit code.
func (c command) canEnd(code int) bool {
	return slices.Contains(anyExit, code) || slices.Contains(c.exits, code)
}
