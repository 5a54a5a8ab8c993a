package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"mqttca/api/credentials"
	"mqttca/api/emulator"
)

// What the embedded service knows. These are no secrets: they open nothing but a
// service that lives in memory, on loopback, until its process ends.
const (
	emulatedInstance  = "post-cn-emulated01"
	emulatedKeyID     = "emulated-access-key-id"
	emulatedKeySecret = "emulated-access-key-secret"
	emulatedToken     = "emulated-security-token"
)

func emulatorOptions() emulator.Options {
	return emulator.Options{
		Instances:   []string{emulatedInstance},
		Credentials: []emulator.Credential{{AccessKeyID: emulatedKeyID, AccessKeySecret: emulatedKeySecret}},
	}
}

type emulateOptions struct {
	emulator.Options
	listen  string
	tls     bool
	sts     bool
	allow   []string
	foreign []string
	faults  mixtureFlag
}

func newEmulate(a *app) *cobra.Command {
	o := emulateOptions{listen: "127.0.0.1:0", Options: emulatorOptions()}
	cmd := &cobra.Command{
		Use:   "emulate",
		Short: "Serve the embedded service, for scripts and tests",
		Long: `Serve the embedded stand-in for the control plane of ApsaraMQ for MQTT on a loopback
address until interrupted. It checks signatures, codes and certificates as the service
does, keeps everything in memory, and prints what to export in a shell to call it: the
output can be sourced.

With --tls it makes a root certificate for the run, in a temporary file that goes with
it; SSL_CERT_FILE makes programs trust it where they honour that variable (on Linux
mqttca does).

With --hard it differs from the real service wherever a client should not rely on it.
--fault makes calls go wrong, as often as it is given: a kind, and what it needs.

  --fault throttle:call=1,retry-after=500ms
  --fault reset:op=RegisterCaCertificate,call=1,after

` + faultHelp() + `
--faults rate=0.3 makes about every third call go wrong at random, and prints the seed
that repeats it.`,
		Example: `  mqttca emulate
  mqttca emulate --tls --list-delay 5s
  mqttca emulate --hard --fault reset:op=RegisterCaCertificate,call=1,after
  mqttca emulate --faults seed=7,rate=0.3`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.emulate(cmd, o) },
	}
	o.addFlags(cmd)
	return cmd
}

func (a *app) emulate(cmd *cobra.Command, o emulateOptions) (err error) {
	if err := o.checkFlags(cmd); err != nil {
		return err
	}
	service, err := emulator.New(o.service())
	if err != nil {
		return usage("%s", err)
	}
	server, err := emulator.Listen(o.listen, o.tls, service)
	if err != nil {
		return misuse(err)
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	rootFile, cleanUp, err := writeRoot(server.RootPEM)
	if err != nil {
		return err
	}
	defer cleanUp()
	if o.faults.Rate > 0 {
		a.warn("calls go wrong at random; --faults %s repeats it", o.faults)
	}
	document := newEmulateDocument(server.URL, rootFile)
	document.InstanceID, _, _ = strings.Cut(o.Instances[0], "@")
	if o.sts {
		document.Environment[credentials.EnvSecurityToken] = emulatedToken
	}
	return a.serve(cmd.Context(), document)
}

// serve prints how to call the service and waits for the interrupt that ends it.
func (a *app) serve(ctx context.Context, document emulateDocument) error {
	if err := a.print(document, document.plain); err != nil {
		return err
	}
	a.note("serving until interrupted")
	<-ctx.Done()
	return nil
}

// writeRoot keeps the root certificate in a temporary file, where there is one.
func writeRoot(pem []byte) (path string, cleanUp func(), err error) {
	if pem == nil {
		return "", func() {}, nil
	}
	folder, err := os.MkdirTemp("", "mqttca-emulate-*")
	if err != nil {
		return "", nil, cannotWrite(os.TempDir(), err)
	}
	cleanUp = func() { os.RemoveAll(folder) }
	path = filepath.Join(folder, "root.crt")
	if err := writeFile(path, pem, 0o644, false); err != nil {
		cleanUp()
		return "", nil, err
	}
	return path, cleanUp, nil
}

// An emulateDocument is the result of emulate, printed once it serves.
type emulateDocument struct {
	URL         string            `json:"url"`
	InstanceID  string            `json:"instance_id"`
	Environment map[string]string `json:"environment"`
}

func newEmulateDocument(url, rootFile string) emulateDocument {
	environment := map[string]string{
		envEndpoint:                    url,
		credentials.EnvAccessKeyID:     emulatedKeyID,
		credentials.EnvAccessKeySecret: emulatedKeySecret,
		credentials.EnvSecurityToken:   "", // one left over from real work would be refused
	}
	if rootFile != "" {
		environment["SSL_CERT_FILE"] = rootFile
	}
	return emulateDocument{url, emulatedInstance, environment}
}

func (d emulateDocument) plain(w io.Writer) error {
	fmt.Fprintf(w, "# the embedded service at %s, instance %s\n", d.URL, d.InstanceID)
	for _, name := range []string{envEndpoint, credentials.EnvAccessKeyID, credentials.EnvAccessKeySecret, credentials.EnvSecurityToken, "SSL_CERT_FILE"} {
		if value, set := d.Environment[name]; set {
			fmt.Fprintf(w, "export %s=%s\n", name, shellQuoted(value))
		}
	}
	return nil
}

// shellQuoted leaves alone what a shell takes as it is, and quotes the rest: the folder of
// temporary files can have a space in it.
func shellQuoted(value string) string {
	odd := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:[]", r))
	}
	if !strings.ContainsFunc(value, odd) {
		return value
	}
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}
