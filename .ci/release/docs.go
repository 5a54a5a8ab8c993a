package main

import (
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// writeManPages writes one page a command. They have no other date than this one, so
// that they are the same in each build of a commit.
func writeManPages(root *cobra.Command, folder string, date time.Time) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	root.DisableAutoGenTag = true
	return doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "mqttca", Manual: "mqttca", Date: &date}, folder)
}

// writeCompletions writes what 'mqttca completion' prints, under the names by which the
// shells look for it.
func writeCompletions(root *cobra.Command, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for name, write := range map[string]func(string) error{
		"mqttca":      func(path string) error { return root.GenBashCompletionFileV2(path, true) },
		"_mqttca":     root.GenZshCompletionFile,
		"mqttca.fish": func(path string) error { return root.GenFishCompletionFile(path, true) },
		"mqttca.ps1":  root.GenPowerShellCompletionFileWithDesc,
	} {
		if err := write(filepath.Join(folder, name)); err != nil {
			return err
		}
	}
	return nil
}
