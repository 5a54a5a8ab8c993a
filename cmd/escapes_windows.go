package cmd

import (
	"os"

	"golang.org/x/sys/windows"
)

// takesEscapes has the console take escape sequences and reports whether it does.
func takesEscapes(console *os.File) bool {
	var mode uint32
	handle := windows.Handle(console.Fd())
	if windows.GetConsoleMode(handle, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(handle, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
