package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mqttca/api"
	"mqttca/api/emulator"
	"mqttca/cmd/terminal"
)

// runHere runs a command line in this process.
func runHere(args ...string) (code int, stdout, stderr string) {
	var out bytes.Buffer
	code, stderr = runTo(&out, args...)
	return code, out.String(), stderr
}

// runTo runs a command line in this process, with out as its standard output.
func runTo(out io.Writer, args ...string) (code int, stderr string) {
	var err bytes.Buffer
	a := &app{console: console{out: out, err: terminal.NewScreen(&err, terminal.Display{})}}
	code = a.run(context.Background(), args)
	return code, err.String()
}

// mustRun runs a command line that has to succeed.
func mustRun(t *testing.T, args ...string) (stdout string) {
	t.Helper()
	code, stdout, stderr := runHere(args...)
	if code != exitOK {
		t.Fatalf("mqttca %q: exit code %d: %s", args, code, stderr)
	}
	return stdout
}

// networkCommands are the commands that send requests, with the state in which each of them
// finds its CA and the requests of a run that succeeds. CERT, KEY, PROOF and FLEET stand for files.
var networkCommands = []struct {
	args     string
	state    string // of the CA: "absent", "active" or "inactive", the last two perhaps "with devices"
	requests string
	change   string // the request that changes something, if there is one
}{
	{"register --ca-cert CERT --ca-key KEY", "absent", "ListCaCertificate GetRegisterCode RegisterCaCertificate ListCaCertificate", "RegisterCaCertificate"},
	{"register --ca-cert CERT --ca-key KEY --activate", "inactive", "ListCaCertificate ActiveCaCertificate ListCaCertificate", "ActiveCaCertificate"},
	{"register --ca-cert CERT --ca-key KEY --dry-run", "absent", "ListCaCertificate", ""},
	{"apply --file FLEET --allow-outside", "absent", "ListCaCertificate GetRegisterCode RegisterCaCertificate ListCaCertificate", "RegisterCaCertificate"},
	{"apply --file FLEET --allow-outside --activate", "inactive", "ListCaCertificate ActiveCaCertificate ListCaCertificate", "ActiveCaCertificate"},
	{"connect --group GID_devices --ca-cert CERT --ca-key KEY --yes", "active", "ListCaCertificate ListDeviceCertificateByCaSn InactivateDeviceCertificate GetDeviceCertificate DeleteDeviceCertificate GetDeviceCertificate", "ListDeviceCertificateByCaSn"},
	{"submit --ca-cert CERT --verification-cert PROOF", "absent", "ListCaCertificate RegisterCaCertificate ListCaCertificate", "RegisterCaCertificate"},
	{"confirm --ca-cert CERT", "active", "ListCaCertificate", ""},
	{"code", "absent", "GetRegisterCode", ""},
	{"list", "active", "ListCaCertificate", ""},
	{"show --ca-cert CERT", "active", "ListCaCertificate", ""},
	{"devices --ca-cert CERT", "active", "ListCaCertificate ListDeviceCertificateByCaSn", ""},
	{"activate --ca-cert CERT", "inactive", "ListCaCertificate ActiveCaCertificate ListCaCertificate", "ActiveCaCertificate"},
	{"deactivate --ca-cert CERT", "active", "ListCaCertificate InactivateCaCertificate ListCaCertificate", "InactivateCaCertificate"},
	{"instances", "active", "ListInstances", ""},
	{"import --force --file PROOF", "active", "ListInstances ListCaCertificate", ""},
	{"devices", "active with devices", "ListDeviceCertificate", ""},
	{"devices show --ca-cert CERT --device-sn d000000001", "active with devices", "ListCaCertificate ListDeviceCertificateByCaSn", ""},
	{"devices show --device-sn d000000001", "active with devices", "ListDeviceCertificate ListCaCertificate", ""},
	{"devices activate --ca-cert CERT --device-sn d000000002", "active with devices", "ListCaCertificate ListDeviceCertificateByCaSn ActiveDeviceCertificate GetDeviceCertificate", "ActiveDeviceCertificate"},
	{"devices deactivate --ca-cert CERT --device-sn d000000001", "active with devices", "ListCaCertificate ListDeviceCertificateByCaSn InactivateDeviceCertificate GetDeviceCertificate", "InactivateDeviceCertificate"},
	{"devices delete --ca-cert CERT --device-sn d000000001 --yes", "inactive with devices", "ListCaCertificate ListDeviceCertificateByCaSn DeleteDeviceCertificate GetDeviceCertificate", "DeleteDeviceCertificate"},
	{"devices deactivate --ca-cert CERT --all --yes", "active with devices", "ListCaCertificate ListDeviceCertificateByCaSn ListDeviceCertificateByCaSn InactivateDeviceCertificate ListDeviceCertificateByCaSn", ""},
	{"delete --ca-cert CERT --delete-devices --yes", "inactive", "ListCaCertificate ListDeviceCertificateByCaSn DeleteCaCertificate ListCaCertificate", "DeleteCaCertificate"},
}

// A stage is an emulator with a CA in a given state, and command lines that call it.
type stage struct {
	service *emulator.Service
	files   *strings.Replacer
}

func newStage(t *testing.T, state string) stage {
	t.Helper()
	service, caCert, caKey := newEmulated(t)
	withBroker(t, service)
	proof := filepath.Join(t.TempDir(), "verification.crt")
	fleet := filepath.Join(t.TempDir(), "mqttca.yaml")
	put(t, fleet, fmt.Sprintf("format: mqttca/fleet/v1\ncas: {ca: {certificate: %s, key: %s}}\ninstances: {%s: {cas: {ca: active}}}\n", filepath.Join(testdata(), "ca", filepath.Base(caCert)), filepath.Join(testdata(), "ca", filepath.Base(caKey)), emulatedInstance))
	s := stage{service, strings.NewReplacer("CERT", caCert, "KEY", caKey, "PROOF", proof, "FLEET", fleet)}
	state, withDevices := strings.CutSuffix(state, " with devices")
	switch state {
	case "absent":
		code := strings.TrimSpace(mustRun(t, "code", "-q", "--instance", emulatedInstance))
		mustRun(t, strings.Fields(s.files.Replace("sign -q --ca-cert CERT --ca-key KEY --out PROOF --code "+code))...)
	default:
		mustRun(t, s.line("register -q --ca-cert CERT --ca-key KEY")...)
	}
	if withDevices {
		sn := service.Registrations()[0].Sn
		devices := []emulator.Device{{Name: "device-1", Sn: "00d000000001"}, {Name: "device-2", Sn: "00d000000002", Inactive: true}}
		if err := service.AddDevices(emulatedInstance, sn, devices...); err != nil {
			t.Fatal(err)
		}
	}
	if state == "inactive" {
		forAll(service, (*api.Client).InactivateCaCertificate)
	}
	return s
}

// withBroker starts the broker of a service, and puts it into the environment.
func withBroker(t *testing.T, service *emulator.Service) {
	t.Helper()
	server, err := emulator.ListenBroker("127.0.0.1:0", service)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	root := filepath.Join(t.TempDir(), "broker.crt")
	put(t, root, string(server.RootPEM))
	t.Setenv(envBroker, server.Address)
	t.Setenv(envBrokerCA, root)
}

// line is the command line of a command on the stage's instance.
func (s stage) line(command string) []string {
	args := strings.Fields(s.files.Replace(command))
	if args[0] == "instances" || args[0] == "apply" {
		return args
	}
	return append(args, "--instance", emulatedInstance)
}

// operations are the requests since the first so many.
func (s stage) operations(first int) string {
	var names []string
	for _, r := range s.service.Requests()[first:] {
		names = append(names, r.Operation)
	}
	return strings.Join(names, " ")
}

// Whichever request of a run is refused, the run ends in an error that names the request, and
// prints no result: a list that cannot be read confirms nothing. (connect prints how far the
// device got, and apply its rows.)
func TestEachRequestRefused(t *testing.T) {
	for _, tt := range networkCommands {
		for nth, operation := range strings.Fields(tt.requests) {
			if strings.HasPrefix(tt.args, "connect ") && (nth == 2 || nth == 3) {
				continue // a deactivation whose deletion is enough: see TestRemove
			}
			t.Run(strings.ReplaceAll(tt.args, " ", "_")+"/"+operation, func(t *testing.T) {
				for _, more := range []string{"", " --json --verbose"} {
					s := newStage(t, tt.state)
					s.service.Inject(emulator.Fault{Kind: emulator.FaultRefuse, Code: "NoPermission", Call: nth + 1})
					code, stdout, stderr := runHere(s.line(tt.args + more)...)
					want := exitDenied
					if tt.change != "" && nth > slices.Index(strings.Fields(tt.requests), tt.change) {
						want = exitNotListed // changed, but not confirmed
					}
					if code != want || stdout != "" && !strings.HasPrefix(tt.args, "connect ") && !strings.HasPrefix(tt.args, "apply ") || !strings.Contains(stderr, operation) || !strings.Contains(stderr, " was refused") {
						t.Errorf("exit code %d, want %d; stdout %q, stderr %s", code, want, stdout, stderr)
					}
					if more != "" {
						endsInErrorObject(t, stderr, want)
					}
				}
			})
		}
	}
}

// endsInErrorObject fails unless each line is an object with a type and a message, and the last,
// and no other, an error with the exit code.
func endsInErrorObject(t *testing.T, stderr string, code int) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(stderr), "\n")
	for i, line := range lines {
		var object struct {
			Type, Message string
			ExitCode      int `json:"exit_code"`
		}
		err := json.Unmarshal([]byte(line), &object)
		if isLast := i == len(lines)-1; err != nil || object.Message == "" || object.Type == "" || isLast != (object.Type == "error") || isLast && object.ExitCode != code {
			t.Errorf("line %d is not an object as it should be: %v: %s", i+1, err, stderr)
		}
	}
}

// The requests of a run that succeeds are those that the refusals go through.
func TestRequestsOfEachCommand(t *testing.T) {
	for _, tt := range networkCommands {
		s := newStage(t, tt.state)
		before := len(s.service.Requests())
		mustRun(t, s.line(tt.args)...)
		if got := s.operations(before); got != tt.requests {
			t.Errorf("%s: requests %s, want %s", tt.args, got, tt.requests)
		}
	}
}
