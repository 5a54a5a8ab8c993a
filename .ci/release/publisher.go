package main

import (
	"fmt"
	"strings"
)

// checkPublisher fails if a release would name a placeholder of .goreleaser.yaml as its publisher, or
// another repository than the one that the workflow runs in.
func checkPublisher(snapshot bool, environment func(string) string) error {
	if snapshot {
		return nil
	}
	for _, name := range []string{"OWNER", "REPOSITORY", "MAINTAINER"} {
		if value := environment(name); value == "" || value == name || strings.Contains(value, ".invalid") {
			return fmt.Errorf("%s is the placeholder %q, and a release needs a real one: set it in .goreleaser.yaml", name, value)
		}
	}
	named := environment("OWNER") + "/" + environment("REPOSITORY")
	if running := environment("GITHUB_REPOSITORY"); running != "" && !strings.EqualFold(running, named) {
		return fmt.Errorf("the workflow runs in %s, but .goreleaser.yaml names %s", running, named)
	}
	return nil
}
