//go:build !windows

package terminal

import "os"

// takesEscapes is true for every terminal but a console of Windows; TERM tells the rest.
func takesEscapes(*os.File) bool { return true }
