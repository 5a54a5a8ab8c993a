package terminal

import (
	"os"

	"golang.org/x/sys/windows"
)

// takesEscapes switches the console to escape sequences and reports whether it accepts them.
func takesEscapes(console *os.File) bool {
	var mode uint32
	handle := windows.Handle(console.Fd())
	if windows.GetConsoleMode(handle, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(handle, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
