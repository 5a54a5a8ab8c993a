// Command bare is what a program costs that has cobra and net/http and does nothing:
// the baseline for the start and the size of mqttca.
package main

import (
	"net/http"
	"os"

	"github.com/spf13/cobra"
)

func main() {
	client := &http.Client{}
	root := &cobra.Command{Use: "bare", RunE: func(cmd *cobra.Command, args []string) error {
		_, err := client.Get(args[0])
		return err
	}}
	root.AddCommand(&cobra.Command{Use: "version", Run: func(cmd *cobra.Command, _ []string) { cmd.Println("bare") }})
	if root.Execute() != nil {
		os.Exit(1)
	}
}
