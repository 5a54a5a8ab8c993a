package cmd

import (
	"context"
	"crypto/sha1"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"mqttca/api"
	"mqttca/api/emulator"
)

var update = flag.Bool("update", false, "rewrite the outputs that the scripts expect")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"mqttca": func() { os.Exit(Main()) }})
}

// TestScripts runs the stories of testdata/script. Beside testscript's own commands they
// have the ones below; what each does stands there.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setUpScript,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"ca":         cmdCA,
			"emulator":   cmdEmulator,
			"run":        cmdRun,
			"interrupt":  cmdInterrupt,
			"files":      cmdFiles,
			"requests":   cmdRequests,
			"registered": cmdRegistered,
			"deactivate": cmdDeactivate,
		},
	})
}

// A script's home folder is its own and empty, and nothing of the environment names an
// identity or an endpoint.
func setUpScript(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, ".tmp", "home")
	env.Setenv("HOME", home)
	env.Setenv("TESTDATA", testdata())
	env.Setenv("GORACE", "atexit_sleep_ms=10") // with the race detector a process ends a second late otherwise
	env.Values["story"] = &story{}
	return os.MkdirAll(home, 0o700)
}

func testdata() string {
	path, err := filepath.Abs(filepath.Join("..", "testdata"))
	if err != nil {
		panic(err)
	}
	return path
}

// A story is what the commands of one script share.
type story struct {
	service *emulator.Service
	server  *emulator.Server
	checked int // requests that were looked at
}

func storyOf(ts *testscript.TestScript) *story { return ts.Value("story").(*story) }

// cmdCA makes NAME.crt and NAME.key, a CA of OpenSSL's defaults: ca NAME [SUBJECT]. The
// serial number comes from the name, always 20 bytes long.
func cmdCA(ts *testscript.TestScript, neg bool, args []string) {
	name, subject := args[0], "/CN=Plant CA"
	if len(args) > 1 {
		subject = args[1]
	}
	serial := sha1.Sum([]byte(name))
	serial[0] = 0x4d
	ts.Check(ts.Exec("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-utf8",
		"-keyout", name+".key", "-out", name+".crt", "-days", "30", "-subj", subject, "-set_serial", fmt.Sprintf("0x%x", serial)))
}

// cmdEmulator starts the embedded service and puts it into the environment:
// emulator [-deny OPERATION] [-list-delay DURATION] [-instance ID].
func cmdEmulator(ts *testscript.TestScript, neg bool, args []string) {
	options := emulatorOptions()
	flags := flag.NewFlagSet("emulator", flag.ContinueOnError)
	deny := flags.String("deny", "", "")
	flags.DurationVar(&options.ListDelay, "list-delay", 0, "")
	instance := flags.String("instance", emulatedInstance, "")
	ts.Check(flags.Parse(args))
	options.Instances = []string{*instance}
	if *deny != "" {
		options.Deny = []string{*deny}
	}
	service, err := emulator.New(options)
	ts.Check(err)
	server, err := emulator.Listen("127.0.0.1:0", false, service)
	ts.Check(err)
	ts.Defer(func() { server.Close() })
	*storyOf(ts) = story{service: service, server: server}
	for name, value := range newEmulateDocument(server.URL, "").Environment {
		ts.Setenv(name, value)
	}
	ts.Setenv("INSTANCE", *instance)
}

// cmdRun runs a program and wants this exit code: run CODE PROGRAM ARG.... Its output,
// with what differs from run to run replaced, is left in .tmp/stdout and .tmp/stderr. A
// run that fails must leave stdout empty.
func cmdRun(ts *testscript.TestScript, neg bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	keep(ts, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	wantExit(ts, args[0], err)
	if args[0] != "0" && ts.ReadFile("stdout") != "" {
		ts.Fatalf("a run that failed printed a result: %s", ts.ReadFile("stdout"))
	}
}

func keep(ts *testscript.TestScript, stdout, stderr string) {
	work := ts.Getenv("WORK")
	for name, text := range map[string]string{"stdout": stdout, "stderr": stderr} {
		text = strings.NewReplacer(work, "$WORK", testdata(), "$TESTDATA").Replace(text)
		text = steady(text)
		ts.Check(os.WriteFile(filepath.Join(work, ".tmp", name), []byte(text), 0o600))
	}
}

func wantExit(ts *testscript.TestScript, want string, err error) {
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(code) != want {
		ts.Fatalf("exit code %d, want %s", code, want)
	}
}

var unsteady = []struct {
	pattern *regexp.Regexp
	name    string
}{
	{regexp.MustCompile(`(https?://)?127\.0\.0\.1:\d+`), "ENDPOINT"},
	{regexp.MustCompile(`-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----`), "CERTIFICATE"},
	{regexp.MustCompile(`\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\d{10}\b`), "CODE"},
	{regexp.MustCompile(`\b[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\b`), "REQUEST-ID"},
	{regexp.MustCompile(`\b[0-9a-f]{64}\b`), "SHA-256"},
	{regexp.MustCompile(`\b[0-9a-f]{30,42}\b`), "SERIAL"},
	{regexp.MustCompile(`\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`), "TIME"},
	{regexp.MustCompile(`mqttca-emulate-\d+`), "mqttca-emulate-N"},
	{regexp.MustCompile(`in \d+m?s, `), "in DURATION, "},
}

// steady replaces what differs from run to run.
func steady(text string) string {
	for _, u := range unsteady {
		text = u.pattern.ReplaceAllString(text, u.name)
	}
	return text
}

// cmdInterrupt starts a program, waits until its output has a line with the pattern, sends
// the signal and wants the exit code: interrupt CODE SIGNAL PATTERN PROGRAM ARG....
func cmdInterrupt(ts *testscript.TestScript, neg bool, args []string) {
	code, signal, pattern := args[0], signalNamed(ts, args[1]), regexp.MustCompile(args[2])
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	program, err := exec.LookPath(args[3])
	ts.Check(err)
	command := exec.CommandContext(ctx, program, args[4:]...)
	command.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "TMPDIR", envEndpoint, api.EnvAccessKeyID, api.EnvAccessKeySecret} {
		command.Env = append(command.Env, name+"="+ts.Getenv(name))
	}
	seen := make(chan struct{})
	output := &watcher{pattern: pattern, seen: seen}
	errors := &watcher{pattern: pattern, seen: seen}
	command.Stdout, command.Stderr = output, errors
	ts.Check(command.Start())
	select {
	case <-seen:
	case <-ctx.Done():
		ts.Fatalf("%s never printed %s", args[3], pattern)
	}
	ts.Check(command.Process.Signal(signal))
	err = command.Wait()
	keep(ts, output.String(), errors.String())
	wantExit(ts, code, err)
}

// cmdFiles wants exactly these files in the script's folder, its own left aside:
// files [NAME]....
func cmdFiles(ts *testscript.TestScript, neg bool, args []string) {
	work := ts.Getenv("WORK")
	var found []string
	ts.Check(filepath.WalkDir(work, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path == filepath.Join(work, ".tmp") {
			return filepath.SkipDir
		}
		name, _ := filepath.Rel(work, path)
		if !entry.IsDir() && !strings.HasPrefix(name, "want-") {
			found = append(found, filepath.ToSlash(name))
		}
		return nil
	}))
	slices.Sort(args)
	if !slices.Equal(found, args) {
		ts.Fatalf("files %q, want %q", found, args)
	}
}

// cmdRequests wants exactly these requests since it was last asked, a refusal with its
// code: requests [OPERATION[=CODE]]....
func cmdRequests(ts *testscript.TestScript, neg bool, args []string) {
	s := storyOf(ts)
	all := s.service.Requests()
	var got []string
	for _, r := range all[s.checked:] {
		name := r.Operation
		if r.Code != "" {
			name += "=" + r.Code
		}
		got = append(got, name)
	}
	s.checked = len(all)
	if !slices.Equal(got, args) {
		ts.Fatalf("requests %q, want %q", got, args)
	}
}

// cmdRegistered wants exactly so many CAs in the service's book: registered N.
func cmdRegistered(ts *testscript.TestScript, neg bool, args []string) {
	if got := len(storyOf(ts).service.Registrations()); strconv.Itoa(got) != args[0] {
		ts.Fatalf("%d CAs are registered, want %s", got, args[0])
	}
}

// cmdDeactivate makes all CAs inactive, as somebody at a console would.
func cmdDeactivate(ts *testscript.TestScript, neg bool, args []string) {
	s := storyOf(ts)
	endpoint, err := api.ParseEndpoint(s.server.URL)
	ts.Check(err)
	client := api.NewClient(api.Config{
		Endpoint:    endpoint,
		Credentials: api.Credentials{AccessKeyID: emulatedKeyID, AccessKeySecret: emulatedKeySecret},
		UserAgent:   "console",
	})
	defer client.Close()
	for _, r := range s.service.Registrations() {
		_, err := client.InactivateCaCertificate(context.Background(), r.InstanceID, r.Sn)
		ts.Check(err)
	}
	s.checked = len(s.service.Requests())
}
