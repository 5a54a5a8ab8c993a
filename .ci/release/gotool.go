package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// goOutput runs the Go tool in a folder, for this system, with some more of environment.
func goOutput(folder string, environment []string, args ...string) (string, error) {
	command := exec.Command("go", args...)
	command.Dir = folder
	command.Env = append(os.Environ(), environment...)
	output, err := command.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("go %s: %w: %s", strings.Join(args, " "), err, exit.Stderr)
	}
	return strings.TrimSpace(string(output)), err
}
