package emulator_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mqttca/api/emulator"
)

// mosquitto returns a command of Mosquitto's clients that connects as a device with a certificate.
func (d *testBroker) mosquitto(program string, identity tls.Certificate, id, password string, args ...string) *exec.Cmd {
	d.t.Helper()
	folder := d.t.TempDir()
	key, err := x509.MarshalPKCS8PrivateKey(identity.PrivateKey)
	if err != nil {
		d.t.Fatal(err)
	}
	var chain []byte
	for _, der := range identity.Certificate {
		chain = append(chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	for name, data := range map[string][]byte{
		"root.crt": d.RootPEM, "device.crt": chain, "device.key": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			d.t.Fatal(err)
		}
	}
	_, port, _ := net.SplitHostPort(d.Address)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	d.t.Cleanup(cancel)
	command := exec.CommandContext(ctx, program, append([]string{"-h", "localhost", "-p", port, "--cafile", "root.crt", "--cert", "device.crt",
		"--key", "device.key", "-i", id, "-u", "Signature|" + plainKey.AccessKeyID + "|" + instanceID, "-P", password}, args...)...)
	command.Dir = folder
	return command
}

// TestMosquitto: Mosquitto's clients publish and subscribe through the broker, and say why they are refused.
func TestMosquitto(t *testing.T) {
	for _, program := range []string{"mosquitto_pub", "mosquitto_sub"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("SKIP: %s is not installed (Debian package mosquitto-clients)", program)
		}
	}
	d := openBroker(t, nil)
	const subscriber, publisher = emulator.DefaultGroup + "@@@sub", emulator.DefaultGroup + "@@@pub"
	pump, valve := d.ca.identity(t, 0x11, nil), d.ca.identity(t, 0x22, nil)
	sixteen := "-t pumps/# " // topics of a client that subscribes again whenever it comes
	for i := range 15 {
		sixteen += fmt.Sprintf("-t s/%d ", i)
	}
	// A session is kept for the subscriber, who comes back for the message and is subscribed again under the id of the message.
	for _, step := range []struct {
		program, id string
		identity    tls.Certificate
		args, want  string
	}{
		{"mosquitto_sub", subscriber, valve, "-t pumps/# -q 1 -c -E", ""},
		{"mosquitto_pub", publisher, pump, "-t pumps/1 -q 1 -m on", ""},
		{"mosquitto_sub", subscriber, valve, "-t pumps/# -t x -q 1 -c -E -d", "Subscribed (mid: 1): 1, 1\n"},
		{"mosquitto_pub", publisher, pump, "-t pumps/1 -q 1 -m on", ""},
		{"mosquitto_sub", subscriber, valve, "-t pumps/# -q 1 -c -C 1", "on\n"},
		{"mosquitto_sub", subscriber, valve, sixteen + " -c -q 1 -E", ""},
		{"mosquitto_sub", subscriber, valve, sixteen + " -c -q 1 -E", ""},
	} {
		output, err := d.mosquitto(step.program, step.identity, step.id, string(passwordOf(step.id)), strings.Fields(step.args)...).CombinedOutput()
		if err != nil || !strings.Contains(string(output), step.want) {
			t.Errorf("%s %s: %v: %s", step.program, step.args, err, output)
		}
	}
	stranger := numbered(t, 2).identity(t, 0x11, nil)
	for name, test := range map[string]struct {
		identity     tls.Certificate
		id, password string
		want         string
	}{
		"wrong password": {pump, publisher, "wrong", "Connection error: Connection Refused: bad user name or password."},
		"no group":       {pump, "pub", "wrong", "Connection error: Connection Refused: identifier rejected."},
		"another CA":     {stranger, publisher, string(passwordOf(publisher)), "Error: "},
	} {
		output, err := d.mosquitto("mosquitto_pub", test.identity, test.id, test.password, "-t", "pumps/1", "-m", "x").CombinedOutput()
		if err == nil || !strings.Contains(string(output), test.want) {
			t.Errorf("%s: %v: %s, want %q", name, err, output, test.want)
		}
	}
}
