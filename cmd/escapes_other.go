//go:build !windows

package cmd

import "os"

// takesEscapes holds of every terminal but a console of Windows; TERM says the rest.
func takesEscapes(*os.File) bool { return true }
