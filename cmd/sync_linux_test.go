package cmd

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A file is on the disk by its content and by its name, whether it is new or replaces one.
func TestFolderIsSynced(t *testing.T) {
	program, err := exec.LookPath("mqttca")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("strace, which shows what is synced, is not installed")
	}
	folder, ca := t.TempDir(), filepath.Join(testdata(), "ca", "openssl.p256")
	for _, force := range []string{"--force=false", "--force"} {
		command := exec.Command("strace", "-f", "-y", "-e", "trace=/^(fsync|link|rename)", program, "sign", "--code", "x",
			"--ca-cert", ca+".crt", "--ca-key", ca+".pkcs8.key", force, "--out", filepath.Join(folder, "out.crt"))
		output, err := command.CombinedOutput()
		if strings.Contains(string(output), "PTRACE") {
			t.Skip("strace may not look at processes here")
		}
		// Other threads may run between the begin and the end of a call, which are two lines then.
		inOrder := regexp.MustCompile(`(?s)fsync\(\d+<[^>]*/\.mqttca-\d+>.*(link|rename)\w*\(.*fsync\(\d+<` + regexp.QuoteMeta(folder) + `>`)
		if err != nil || !inOrder.Match(output) {
			t.Errorf("%v: %s", err, output)
		}
	}
}
