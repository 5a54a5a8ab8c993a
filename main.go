// Command mqttca registers a private certificate authority with an ApsaraMQ for
// MQTT instance.
package main

import (
	"os"

	"mqttca/cmd"
)

func main() { os.Exit(cmd.Main()) }
