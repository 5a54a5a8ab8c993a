package cmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mqttca/api/credentials"
	"mqttca/api/emulator"
)

// The data of the emulated service. None of it is secret: it opens only a service in memory, on
// loopback, until its process ends.
const (
	emulatedInstance  = "post-cn-emulated01"
	emulatedKeyID     = "emulated-access-key-id"
	emulatedKeySecret = "emulated-access-key-secret"
	emulatedToken     = "emulated-security-token"
)

// The environment variables for a broker, and for a file of roots for it.
const (
	envBroker   = "MQTTCA_BROKER"
	envBrokerCA = "MQTTCA_BROKER_CA"
)

func emulatorOptions() emulator.Options {
	return emulator.Options{
		Instances:   []string{emulatedInstance},
		Credentials: []emulator.Credential{{AccessKeyID: emulatedKeyID, AccessKeySecret: emulatedKeySecret}},
	}
}

type emulateOptions struct {
	emulator.Options
	listen string
	broker string
	tls    bool
	sts    bool
	faults mixtureFlag
}

func newEmulate(a *app) *cobra.Command {
	o := emulateOptions{listen: "127.0.0.1:0", Options: emulatorOptions()}
	cmd := &cobra.Command{
		Use:   "emulate",
		Short: "Serve an emulated service, for scripts and tests",
		Long: `Serve a stand-in for the control plane of ApsaraMQ for MQTT on a loopback address, until you stop
it with Ctrl-C or kill. It checks signatures, codes and certificates as the vendor's pages say, and
keeps everything in memory. It prints the environment variables with which mqttca calls it: a shell
can source the output.

With --tls it serves https. The root certificate is in a temporary file, which is removed at the
end. The printed variables make programs trust it: SSL_CERT_FILE for Go (not on macOS and Windows),
OpenSSL and Python, NODE_EXTRA_CA_CERTS for Node.js, REQUESTS_CA_BUNDLE for requests and
CURL_CA_BUNDLE for curl. Except for Node.js, these programs then trust no other root.

With --broker-listen it also serves the broker: TLS with device certificates of a registered CA,
then MQTT 3.1.1. It prints MQTTCA_BROKER and MQTTCA_BROKER_CA (a temporary file), and says on stderr
why it refuses a device. SNI names the instance; without SNI, it is the first one. A client id is
GROUP@@@DEVICE; user name and password are those of the vendor's modes Signature and Token. Every
topic exists, and no message is retained.

With --hard it chooses another possible behaviour wherever the vendor's pages differ or say nothing.
--fault, which is repeatable, makes calls go wrong: give a kind, and its settings.

  --fault throttle:call=1,retry-after=500ms
  --fault reset:op=RegisterCaCertificate,call=1,after
  --fault refuse:op=Handshake,code=access_denied

` + faultHelp() + `
--faults rate=0.3 makes about every third call go wrong at random, and prints the seed. The same
seed repeats the faults.`,
		Example: `  mqttca emulate
  mqttca emulate --tls --list-delay 5s
  mqttca emulate --broker-listen 127.0.0.1:8883 --group GID_pumps
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
	o.Refused = func(reason string) { a.note("%s", reason) }
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
		a.warn("calls go wrong at random; to repeat this, give --faults %s", o.faults)
	}
	document := newEmulateDocument(server.URL, rootFile)
	id, region, _ := strings.Cut(o.Instances[0], "@")
	document.InstanceID, document.Region = id, text(region)
	document.Environment[credentials.EnvSecurityToken] = o.Credentials[0].SecurityToken
	endBroker, err := o.serveBroker(service, document.Environment)
	if err != nil {
		return err
	}
	defer endBroker()
	if err := a.print(document, document.plain); err != nil {
		return err
	}
	a.note("serving; to stop it, press Ctrl-C or run 'kill %d'", os.Getpid())
	<-cmd.Context().Done()
	return nil
}

// serveBroker serves the broker if --broker-listen is given, and adds it to the environment.
func (o emulateOptions) serveBroker(service *emulator.Service, environment map[string]string) (end func(), err error) {
	if o.broker == "" {
		return func() {}, nil
	}
	broker, err := emulator.ListenBroker(o.broker, service)
	if err != nil {
		return nil, misuse(err)
	}
	file, cleanUp, err := writeRoot(broker.RootPEM)
	if err != nil {
		return nil, errors.Join(err, broker.Close())
	}
	environment[envBroker], environment[envBrokerCA] = broker.Address, file
	return func() { cleanUp(); broker.Close() }, nil
}

// writeRoot keeps the root certificate in a temporary file, if pem is not nil.
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

// rootVariables name a file of root certificates: to Go, OpenSSL and Python's ssl; to
// Node.js; to Python's requests; to curl, which reads its own before the first.
var rootVariables = []string{"SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}

// An emulateDocument is the result of emulate, printed when the service is ready.
type emulateDocument struct {
	Format      string            `json:"format"`
	Region      text              `json:"region"` // of the instance; null if --instance gives none
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
	for _, name := range rootVariables {
		if rootFile != "" {
			environment[name] = rootFile
		}
	}
	return emulateDocument{formatOf("emulate"), "", url, emulatedInstance, environment}
}

func (d emulateDocument) plain(w io.Writer) error {
	fmt.Fprintf(w, "# the emulated service at %s, instance %s\n", d.URL, d.InstanceID)
	names := []string{envEndpoint, credentials.EnvAccessKeyID, credentials.EnvAccessKeySecret, credentials.EnvSecurityToken, envBroker, envBrokerCA}
	for _, name := range slices.Concat(names, rootVariables) {
		if value, set := d.Environment[name]; set {
			fmt.Fprintf(w, "export %s=%s\n", name, shellQuoted(value))
		}
	}
	return nil
}

// shellQuoted quotes a value if need be: the folder of temporary files can have a space in it.
func shellQuoted(value string) string {
	if regexp.MustCompile(`^[a-zA-Z0-9_./:\[\]-]*$`).MatchString(value) { // a shell takes it as it is
		return value
	}
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}
