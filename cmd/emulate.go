package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"mqttca/api"
	"mqttca/api/emulator"
)

// What the embedded service knows. These are no secrets: they open nothing but a
// service that lives in memory, on loopback, until its process ends.
const (
	emulatedInstance  = "post-cn-emulated01"
	emulatedKeyID     = "emulated-access-key-id"
	emulatedKeySecret = "emulated-access-key-secret"
)

func emulatorOptions() emulator.Options {
	return emulator.Options{
		Instances:   []string{emulatedInstance},
		Credentials: []emulator.Credential{{AccessKeyID: emulatedKeyID, AccessKeySecret: emulatedKeySecret}},
	}
}

type emulateOptions struct {
	listen    string
	tls       bool
	listDelay time.Duration
}

func newEmulate(a *app) *cobra.Command {
	o := emulateOptions{listen: "127.0.0.1:0"}
	cmd := &cobra.Command{
		Use:   "emulate",
		Short: "Serve the embedded service, for scripts and tests",
		Long: `Serve the embedded stand-in for the control plane of ApsaraMQ for MQTT on a loopback
address until interrupted. It checks signatures, codes and certificates as the service
does, keeps everything in memory, and prints what to export in a shell to call it: the
output can be sourced.

With --tls it makes a root certificate for the run, in a temporary file that goes with
it; SSL_CERT_FILE makes programs trust it where they honour that variable (on Linux
mqttca does).`,
		Example: `  mqttca emulate
  mqttca emulate --tls --list-delay 5s`,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.emulate(cmd, o) },
	}
	cmd.Flags().StringVar(&o.listen, "listen", o.listen, "loopback address and port to listen on; port 0 picks one")
	cmd.Flags().BoolVar(&o.tls, "tls", false, "serve https with a certificate made for this run")
	cmd.Flags().Var(duration{&o.listDelay}, "list-delay", "list a CA only this long after its registration")
	return cmd
}

// An emulateDocument is the result of emulate, printed once it serves.
type emulateDocument struct {
	URL         string            `json:"url"`
	InstanceID  string            `json:"instance_id"`
	Environment map[string]string `json:"environment"`
}

func (a *app) emulate(cmd *cobra.Command, o emulateOptions) (err error) {
	options := emulatorOptions()
	options.ListDelay = o.listDelay
	service, err := emulator.New(options)
	if err != nil {
		return err
	}
	server, err := emulator.Listen(o.listen, o.tls, service)
	if err != nil {
		return usage(cmd, "%s", err)
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	rootFile, cleanUp, err := writeRoot(server.RootPEM)
	if err != nil {
		return err
	}
	defer cleanUp()
	return a.serve(cmd.Context(), newEmulateDocument(server.URL, rootFile))
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

func newEmulateDocument(url, rootFile string) emulateDocument {
	environment := map[string]string{
		envEndpoint:            url,
		api.EnvAccessKeyID:     emulatedKeyID,
		api.EnvAccessKeySecret: emulatedKeySecret,
		api.EnvSecurityToken:   "", // one left over from real work would be refused
	}
	if rootFile != "" {
		environment["SSL_CERT_FILE"] = rootFile
	}
	return emulateDocument{url, emulatedInstance, environment}
}

func (d emulateDocument) plain(w io.Writer) error {
	fmt.Fprintf(w, "# the embedded service at %s, instance %s\n", d.URL, d.InstanceID)
	for _, name := range []string{envEndpoint, api.EnvAccessKeyID, api.EnvAccessKeySecret, api.EnvSecurityToken, "SSL_CERT_FILE"} {
		if value, set := d.Environment[name]; set {
			fmt.Fprintf(w, "export %s=%s\n", name, value)
		}
	}
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
