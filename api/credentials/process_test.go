package credentials

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// holder is a line of shell that leaves a process behind which holds stdout for as long as
// the test lasts: whoever waits for it waits for ever.
func holder(t *testing.T) (line string) {
	t.Helper()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if output, err := exec.Command("mkfifo", pipe).CombinedOutput(); err != nil {
		t.Skipf("%v: %s", err, output)
	}
	t.Cleanup(func() {
		if file, err := os.OpenFile(pipe, os.O_RDWR, 0); err == nil {
			file.Close()
		}
	})
	return "cat '" + pipe + "' & "
}

// commandProfile is a profile whose command is a shell script.
func commandProfile(t *testing.T, script string) Provider {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a POSIX shell")
	}
	file := filepath.Join(t.TempDir(), "a command")
	put(t, file, "#!/bin/sh\n"+script+"\n")
	if err := os.Chmod(file, 0o700); err != nil {
		t.Fatal(err)
	}
	home(t, fmt.Sprintf(`{"profiles": [{"name": "p", "mode": "External", "process_command": "'%s' \"two words\" --password=never-shown"}]}`, file), nil)
	provider, err := Find(Search{Profile: "p"})
	if err != nil {
		t.Fatal(err)
	}
	return provider
}

func TestCommandThatPrintsCredentials(t *testing.T) {
	tests := []struct {
		name, script string
		want         Credentials
	}{
		{"AccessKey", `echo '{"mode": "AK", "access_key_id": "id", "access_key_secret": "secret"}'`, Credentials{AccessKeyID: "id", AccessKeySecret: "secret"}},
		{"STS", `echo '{"mode": "StsToken", "access_key_id": "id", "access_key_secret": "secret", "sts_token": "token", "expiration": "2099-12-01T20:00:00+08:00"}'`,
			Credentials{AccessKeyID: "id", AccessKeySecret: "secret", SecurityToken: "token", Expires: time.Date(2099, 12, 1, 12, 0, 0, 0, time.UTC)}},
		{"its arguments", `printf '{"access_key_id": "%s", "access_key_secret": "%s"}' "$(echo "$1" | tr ' ' _)" $#`, Credentials{AccessKeyID: "two_words", AccessKeySecret: "2"}},
		{"the environment", `printf '{"access_key_id": "%s", "access_key_secret": "%s"}' "$KEPT_FOR_COMMANDS" "${MQTTCA_KEY_PASSWORD-}${MQTTCA_ENDPOINT-}none"`,
			Credentials{AccessKeyID: "kept", AccessKeySecret: "none"}},
		{"words on stderr", `echo never-shown >&2; echo '{"access_key_id": "id", "access_key_secret": "secret"}'`, Credentials{AccessKeyID: "id", AccessKeySecret: "secret"}},
		{"something left behind that holds the pipe", holder(t) + `echo '{"access_key_id": "id", "access_key_secret": "secret"}'`, Credentials{AccessKeyID: "id", AccessKeySecret: "secret"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("MQTTCA_KEY_PASSWORD", "never-shown")
			t.Setenv("MQTTCA_ENDPOINT", "never-shown")
			t.Setenv("KEPT_FOR_COMMANDS", "kept")
			tt.want.Source = `profile "p" (External)`
			if got, err := commandProfile(t, tt.script).Credentials(context.Background()); err != nil || got != tt.want {
				t.Errorf("got %+v, %v; want %+v", got, err, tt.want)
			}
		})
	}
}

func TestCommandThatFails(t *testing.T) {
	unusable := "printed no usable credentials"
	for name, tt := range map[string]struct{ script, want string }{
		"status":              {"echo never-shown >&2; exit 3", "ended with exit status 3"},
		"signal":              {"kill -9 $$", "ended with signal: killed"},
		"nothing":             {"true", unusable},
		"garbage":             {"echo never-shown", unusable},
		"id alone":            {`echo '{"access_key_id": "never-shown"}'`, unusable},
		"secret alone":        {`echo '{"access_key_secret": "never-shown"}'`, unusable},
		"STS without a token": {`echo '{"mode": "StsToken", "access_key_id": "id", "access_key_secret": "never-shown"}'`, unusable},
		"another mode":        {`echo '{"mode": "RamRoleArn", "access_key_id": "id", "access_key_secret": "never-shown"}'`, unusable},
		"odd expiry":          {`echo '{"access_key_id": "id", "access_key_secret": "never-shown", "expiration": "soon"}'`, unusable},
		"a byte too much":     {"head -c 65537 /dev/zero", "printed over 64 KiB"},
		"no byte too much":    {"head -c 65536 /dev/zero", unusable},
		"100 MB":              {"trap '' PIPE; " + holder(t) + "head -c 100000000 /dev/zero; wait", "printed over 64 KiB"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := commandProfile(t, tt.script).Credentials(context.Background())
			if want := `no usable credentials: profile "p" (External): its process_command ` + tt.want; err == nil || err.Error() != want {
				t.Errorf("\n got %v\nwant %s", err, want)
			}
		})
	}
}

// Without an expiry the command runs once; with one that is near, for every request.
func TestHowOftenACommandRuns(t *testing.T) {
	near := time.Now().Add(time.Minute).UTC().Format(time.RFC3339)
	for expiry, want := range map[string]string{"": "x", `, "expiration": "` + near + `"`: "xxx"} {
		count := filepath.Join(t.TempDir(), "count")
		provider := commandProfile(t, `printf x >> `+count+`; echo '{"access_key_id": "id", "access_key_secret": "secret"`+expiry+`}'`)
		for range 3 {
			if _, err := provider.Credentials(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(count); string(got) != want || err != nil {
			t.Errorf("with %q it ran %q, want %q: %v", expiry, got, want, err)
		}
	}
}

// A command that hangs, with a child that holds its pipe: it ends with the context, and by
// itself after a while.
func TestCommandThatHangs(t *testing.T) {
	hangs := holder(t) + "wait"
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := commandProfile(t, hangs).Credentials(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	_, err := command{[]string{"/bin/sh", "-c", hangs}, 50 * time.Millisecond}.provider("a test").Credentials(context.Background())
	if want := "no usable credentials: a test: its process_command did not end within 50ms"; err == nil || err.Error() != want {
		t.Errorf("\n got %v\nwant %s", err, want)
	}
}

func TestCommandThatCannotBeRun(t *testing.T) {
	for line, want := range map[string]string{
		"/nonexistent/never-shown": "its process_command cannot be run: it does not exist or is not executable",
		"/dev/null x":              "its process_command cannot be run: it does not exist or is not executable",
	} {
		home(t, fmt.Sprintf(`{"profiles": [{"name": "p", "mode": "External", "process_command": %q}]}`, line), nil)
		provider, err := Find(Search{Profile: "p"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = provider.Credentials(context.Background())
		if err == nil || err.Error() != `no usable credentials: profile "p" (External): `+want {
			t.Errorf("%s\n got %v\nwant …%s", line, err, want)
		}
	}
	home(t, `{"profiles": [{"name": "p", "mode": "External", "process_command": "tool 'never-shown"}]}`, nil)
	const want = `no usable credentials: profile "p" (External) has an invalid process_command: it is empty, or a quote is not closed`
	if _, err := Find(Search{Profile: "p"}); err == nil || err.Error() != want {
		t.Errorf("\n got %v\nwant %s", err, want)
	}
}

func TestSplitCommand(t *testing.T) {
	const bad = "|"
	tests := []struct {
		line, posix, windows string // words, each with a bar behind; one bar alone: none
	}{
		{`tool a  b`, `tool|a|b|`, `tool|a|b|`},
		{"\ttool\na ", `tool|a|`, `tool|a|`},
		{`"C:\Program Files\t.exe" x`, `C:\Program Files\t.exe|x|`, `C:\Program Files\t.exe|x|`},
		{`C:\bin\t.exe x\`, bad, `C:\bin\t.exe|x\|`},
		{`C:\bin\t.exe`, `C:bint.exe|`, `C:\bin\t.exe|`},
		{`t "" '' a""b`, `t|||ab|`, `t|||ab|`},
		{`t 'a\b"c'`, `t|a\b"c|`, `t|a\b"c|`},
		{`t "a\"b\\c\$d\e"`, `t|a"b\c$d\e|`, `t|a"b\\c\$d\e|`},
		{`t a\ b\'c`, `t|a b'c|`, bad},
		{"t a\\\nb \"c\\\nd\"", `t|ab|cd|`, "t|a\\|b|c\\\nd|"},
		{`t # ; | $HOME *`, `t|#|;|||$HOME|*|`, `t|#|;|||$HOME|*|`},
		{`t "open`, bad, bad},
		{`t 'open`, bad, bad},
		{`  `, bad, bad},
		{`"" x`, bad, bad},
		{`t 密码`, `t|密码|`, `t|密码|`},
		{"t a\x00b", "t|a\x00b|", "t|a\x00b|"},
	}
	for _, tt := range tests {
		for windows, want := range map[bool]string{false: tt.posix, true: tt.windows} {
			words, ok := splitCommand(tt.line, windows)
			got := bad
			if ok {
				got = strings.Join(words, "|") + "|"
			}
			if got != want {
				t.Errorf("%q, on Windows %v: %q, want %q", tt.line, windows, got, want)
			}
		}
	}
}
