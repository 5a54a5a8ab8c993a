package cmd

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"mqttca/api/credentials"
	"mqttca/pki"
)

var update = flag.Bool("update", false, "rewrite the outputs that the scripts expect")

func TestMain(m *testing.M) {
	testscript.Main(withProgram{m}, map[string]func(){"ecs-instance": ecsInstance, "failing": failing})
}

// withProgram builds mqttca for the stories and tests that run it, a thousand times: it starts
// in half the time of a test binary, and has the race detector if the tests have it. go test
// -cover does not count what it does.
type withProgram struct{ *testing.M }

func (m withProgram) Run() int {
	folder, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	build := exec.Command("go", "build", "-ldflags=-s -w", "-buildvcs=false", "-o", folder+string(filepath.Separator), "..")
	if info, _ := debug.ReadBuildInfo(); slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		build.Args = slices.Insert(build.Args, 2, "-race")
	}
	if output, err := build.CombinedOutput(); err != nil {
		panic(fmt.Sprintf("%v: %s", err, output))
	}
	os.Setenv("PATH", folder+string(filepath.ListSeparator)+os.Getenv("PATH"))
	os.Setenv("HOME", folder)
	forgetEnvironment()
	return m.M.Run()
}

// forgetEnvironment unsets what mqttca reads and whoever runs the tests may have set.
func forgetEnvironment() {
	read := regexp.MustCompile(`^(ALIBABA_?CLOUD_|ALICLOUD_|ACCESS_KEY_|SECURITY_TOKEN$|REGION$|MQTTCA_|SSL_CERT_|LC_)|(?i)^(https?|all|no)_proxy$|^(NO_COLOR|CLICOLOR_FORCE|COLUMNS|PAGER|LANG|DEBUG|GOMEMLIMIT)$`)
	for _, line := range os.Environ() {
		if name, _, _ := strings.Cut(line, "="); read.MatchString(name) {
			os.Unsetenv(name)
		}
	}
}

// TestScripts runs the stories of testdata/script. Beside testscript's own commands they
// have the ones below; what each does stands there.
func TestScripts(t *testing.T) {
	needOpenSSL(t)
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setUpScript,
		Condition:           conditionOf,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"ca":         cmdCA,
			"emulator":   cmdEmulator,
			"run":        cmdRun,
			"interrupt":  cmdInterrupt,
			"files":      cmdFiles,
			"requests":   cmdRequests,
			"registered": cmdRegistered,
			"deactivate": cmdDeactivate,
			"steady":     cmdSteady,
			"terminal":   cmdTerminal,
			"mosquitto":  cmdMosquitto,
			"identity":   cmdIdentity,
			"asked":      cmdAsked,
			"untouched":  cmdUntouched,
		},
	})
}

// conditionOf knows [pkcs11], true of a build that has HSMs, and [softhsm], true where
// SoftHSM is as Debian installs it.
func conditionOf(name string) (bool, error) {
	switch name {
	case "pkcs11":
		return slices.Contains(pki.KeySources(), name), nil
	case "softhsm":
		_, missing := os.Stat("/usr/lib/softhsm/libsofthsm2.so")
		_, err := exec.LookPath("softhsm2-util")
		return missing == nil && err == nil, nil
	}
	return false, fmt.Errorf("unknown condition %q", name)
}

// needOpenSSL skips what makes its CAs with OpenSSL, as users do.
func needOpenSSL(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl, which makes the CA of every script and example, is not installed")
	}
}

// A script's home folder is its own and empty, and nothing of the environment names an
// identity or an endpoint.
func setUpScript(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, ".tmp", "home")
	env.Setenv("HOME", home)
	env.Setenv("TESTDATA", testdata())
	env.Setenv("GORACE", "atexit_sleep_ms=10") // with the race detector a process ends a second late otherwise
	env.Values["story"] = &story{}
	env.Defer(func() {
		if err := checkFiles(env.WorkDir); err != nil {
			env.T().Fatal(err)
		}
	})
	return os.MkdirAll(home, 0o700)
}

func testdata() string {
	path, err := filepath.Abs(filepath.Join("..", "testdata"))
	if err != nil {
		panic(err)
	}
	return path
}

// cmdRun runs a program and wants this exit code: run CODE PROGRAM ARG.... Its output,
// with what differs from run to run replaced, is left in .tmp/stdout and .tmp/stderr. A
// run that fails must leave stdout empty, unless its code has a + behind: then it must
// have printed what it found.
func cmdRun(ts *testscript.TestScript, neg bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	keep(ts, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	checkDocuments(ts, args, ts.ReadFile("stdout"))
	code, found := strings.CutSuffix(args[0], "+")
	wantExit(ts, code, err)
	if found && ts.ReadFile("stdout") == "" {
		ts.Fatalf("nothing was printed")
	}
	if code != "0" && !found && ts.ReadFile("stdout") != "" {
		ts.Fatalf("a run that failed printed a result: %s", ts.ReadFile("stdout"))
	}
}

// cmdSteady replaces what differs from run to run in a file: steady FILE leaves it as
// .tmp/FILE.
func cmdSteady(ts *testscript.TestScript, neg bool, args []string) {
	text := steady(ts.ReadFile(args[0]))
	ts.Check(os.WriteFile(filepath.Join(ts.Getenv("WORK"), ".tmp", args[0]), []byte(text), 0o600))
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
	{regexp.MustCompile(`\b[0-9a-f]{4}( [0-9a-f]{4}){15}\b`), "SHA-256 IN GROUPS"},
	{regexp.MustCompile(`\b[0-9a-f]{30,42}\b`), "SERIAL"},
	{regexp.MustCompile(`\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`), "TIME"},
	{regexp.MustCompile(`mqttca-emulate-\d+`), "mqttca-emulate-N"},
	{regexp.MustCompile(`'kill \d+'`), "'kill PID'"},
	{regexp.MustCompile(`\bmqttca-[0-9a-f]{8}\b`), "mqttca-RANDOM"},
	{regexp.MustCompile(`"run_id": "[0-9a-f]{8}"`), `"run_id": "RUN-ID"`},
	{regexp.MustCompile(`"tool_version": "[^"]+"`), `"tool_version": "VERSION"`},
	{regexp.MustCompile(`in (\d+m)?[\d.]+m?s, `), "in DURATION, "},
	{regexp.MustCompile(`(?m)^([✓✗] .*)  ( \d\.\d|  \d\d|\dm\d\d)s$`), "${1}   TOOK"},
}

// steady replaces what differs from run to run.
func steady(text string) string {
	for _, u := range unsteady {
		text = u.pattern.ReplaceAllString(text, u.name)
	}
	return text
}

// cmdInterrupt starts a program, waits until its output matches the pattern, or with
// @OPERATION until the service has such a request, with <FIFO until it reads the named pipe,
// sends the signal and wants the exit code: interrupt CODE SIGNAL PATTERN PROGRAM ARG....
func cmdInterrupt(ts *testscript.TestScript, neg bool, args []string) {
	code, signal, pattern := args[0], signalNamed(ts, args[1]), regexp.MustCompile(args[2])
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	program, err := exec.LookPath(args[3])
	ts.Check(err)
	command := exec.CommandContext(ctx, program, args[4:]...)
	command.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "GORACE", "GOCOVERDIR", "HTTPS_PROXY", "SSL_CERT_FILE", envEndpoint, envBroker, envBrokerCA, credentials.EnvAccessKeyID, credentials.EnvAccessKeySecret} {
		command.Env = append(command.Env, name+"="+ts.Getenv(name))
	}
	seen := make(chan struct{})
	if fifo, read := strings.CutPrefix(args[2], "<"); read {
		go func() {
			// Opening a named pipe waits for its other end; nothing is ever written.
			if pipe, err := os.OpenFile(ts.MkAbs(fifo), os.O_WRONLY, 0); err == nil {
				close(seen)
				<-ctx.Done()
				pipe.Close()
			}
		}()
	}
	if operation, arrived := strings.CutPrefix(args[2], "@"); arrived {
		storyOf(ts).faults.arrived(operation, seen)
	}
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
	checkDocuments(ts, args, output.String())
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
