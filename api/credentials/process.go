package credentials

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode"
)

const (
	commandPatience = time.Minute            // it may have to ask a server, or a person for a second factor
	pipePatience    = 500 * time.Millisecond // for a pipe held open by a process which the command left behind
	maxCommandBytes = 64 << 10
)

const commandAdvice = "run the profile's process_command in a shell: it must print JSON with mode, access_key_id, access_key_secret, and for STS sts_token and expiration"

// A command prints credentials. The provider of credentials-go prints unreadable output, waits for
// ever for an open pipe, and runs the command for every request if it gives no expiry.
type command struct {
	args     []string
	patience time.Duration
}

func newExternal(source, line string) (Provider, error) {
	if err := checkExternal(source); err != nil {
		return nil, err
	}
	args, ok := splitCommand(line, runtime.GOOS == "windows")
	if !ok {
		return nil, badProfile(source + " has an invalid process_command: it is empty, or a quote is not closed")
	}
	return command{args, commandPatience}.provider(source), nil
}

func (c command) provider(source string) Provider {
	return origin{source: source, host: "its process_command", advice: commandAdvice}.provider(c.fetch)
}

// checkExternal refuses commands and credentials URIs if the environment forbids them, as the
// vendor's CLI does.
func checkExternal(source string) error {
	if !isTrue(EnvExternalDisabled) && getenv(EnvExternalDisabled) != "1" {
		return nil
	}
	return &Error{
		Reason: EnvExternalDisabled + " forbids fetching credentials for " + source,
		Advice: "unset it, or give another source of credentials",
	}
}

// fetch runs the command. It never shows its arguments and stderr: they may contain secrets.
func (c command) fetch(ctx context.Context) (Credentials, error) {
	limited, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	output := &boundedBuffer{overflow: cancel}
	process := exec.CommandContext(limited, c.args[0], c.args[1:]...)
	process.Env = withoutOwn(os.Environ())
	process.Stdout = output
	process.WaitDelay = pipePatience
	end := killsAll(process)
	err := process.Run()
	end() // ends the processes it left behind
	var exit *exec.ExitError
	switch {
	case output.overflowed:
		return Credentials{}, refused(fmt.Sprintf("printed over %d KiB", maxCommandBytes>>10))
	case limited.Err() != nil:
		return Credentials{}, refused(fmt.Sprintf("did not end within %s", c.patience))
	case errors.As(err, &exit):
		return Credentials{}, refused("ended with " + exit.String())
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		return Credentials{}, refused("cannot be run: it does not exist or is not executable")
	}
	return printedCredentials(output.buffer.Bytes())
}

// withoutOwn removes this program's variables: a command in a profile must not get the password of
// the CA key, which may be among them.
func withoutOwn(environment []string) []string {
	return slices.DeleteFunc(environment, func(variable string) bool {
		return strings.HasPrefix(strings.ToUpper(variable), "MQTTCA_") // in upper or lower case, as on Windows
	})
}

// printedCredentials parses a command's output, which has the form of a CLI profile.
func printedCredentials(data []byte) (Credentials, error) {
	var p struct {
		profile
		Expiration string `json:"expiration"`
	}
	err := json.Unmarshal(data, &p)
	found := Credentials{AccessKeyID: p.AccessKeyID, AccessKeySecret: p.AccessKeySecret, SecurityToken: p.SecurityToken}
	if err == nil && p.Expiration != "" {
		found.Expires, err = time.Parse(time.RFC3339, p.Expiration)
		found.Expires = found.Expires.UTC()
	}
	known := p.Mode == "StsToken" && p.SecurityToken != "" || p.Mode == "AK" || p.Mode == ""
	if err != nil || !known || p.AccessKeyID == "" || p.AccessKeySecret == "" {
		return Credentials{}, refused("printed no usable credentials")
	}
	return found, nil
}

// A boundedBuffer is a buffer which calls overflow instead of growing over the limit. (The buffer
// is not embedded: its ReadFrom would be used in place of Write.)
type boundedBuffer struct {
	buffer     bytes.Buffer
	overflow   func()
	overflowed bool
}

func (b *boundedBuffer) Write(p []byte) (int, error) {
	if b.buffer.Len()+len(p) > maxCommandBytes {
		b.overflowed = true
		b.overflow()
		return 0, io.ErrShortWrite
	}
	return b.buffer.Write(p)
}

// splitCommand splits a process_command as the vendor's tools do: POSIX quoting without expansions.
// On Windows a backslash separates the parts of a path, and escapes only a double quote within
// double quotes.
//
// github.com/google/shlex has comments and other escapes, github.com/mattn/go-shellwords stops at ;
// and |, and neither knows the rule for Windows.
func splitCommand(line string, windows bool) (words []string, ok bool) {
	var (
		word  strings.Builder
		begun bool // inside a word, even an empty quoted one
		quote rune // the open one, 0 outside of quotes
	)
	rest := []rune(strings.TrimSpace(line) + " ") // the space ends the last word
	for len(rest) > 0 {
		c := rest[0]
		rest = rest[1:]
		switch {
		case c == '\\' && escapes(quote, rest[0], windows):
			if len(rest) == 1 {
				return nil, false
			}
			if rest[0] != '\n' { // a line continuation
				word.WriteRune(rest[0])
				begun = true
			}
			rest = rest[1:]
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote, begun = c, true
		case quote != 0 || !unicode.IsSpace(c):
			word.WriteRune(c)
			begun = true
		case begun:
			words = append(words, word.String())
			word.Reset()
			begun = false
		}
	}
	return words, quote == 0 && len(words) > 0 && words[0] != ""
}

// escapes reports whether a backslash escapes the next character. Otherwise it is literal.
func escapes(quote, next rune, windows bool) bool {
	switch {
	case quote == '\'':
		return false
	case windows:
		return quote == '"' && next == '"'
	case quote == '"':
		return strings.ContainsRune("\"\\$`\n", next)
	}
	return true
}
