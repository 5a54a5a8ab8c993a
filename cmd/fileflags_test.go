package cmd

import (
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mqttca/cmd/terminal"
)

// Every flag whose help says that it takes a file is one that refuses a file's content.
func TestEveryFlagWithAFileRefusesContent(t *testing.T) {
	seen := map[string]bool{}
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		cmd.LocalFlags().VisitAll(func(flag *pflag.Flag) {
			seen[flag.Name] = true
			_, named := fileFlags()[flag.Name]
			if says := strings.HasPrefix(flag.Usage, "file "); says != named {
				t.Errorf("%s --%s: %q, and the table of paths has it: %t", cmd.CommandPath(), flag.Name, flag.Usage, named)
			}
		})
		for _, child := range cmd.Commands() {
			visit(child)
		}
	}
	visit(newRoot(&app{console: console{in: strings.NewReader(""), out: io.Discard, err: terminal.NewScreen(io.Discard, terminal.Display{})}}))
	for name := range fileFlags() {
		if !seen[name] {
			t.Errorf("no command has --%s", name)
		}
	}
}

// A complaint with the content of a file in it is recognized, however the content stands
// there.
func TestShowsContent(t *testing.T) {
	const jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."
	for message, want := range map[string]bool{
		`invalid argument "` + jwt + `"`: true,
		"unknown flag: --out=" + jwt:     true,
		"--code is empty":                false,
		`takes no arguments, and "{\"AccessKeySecret\":\"x\"}" is one`: true,
		`no command "[{AccessKeySecret: x}]"`:                          true,
		`takes no arguments, and "{site}" is one`:                      false,
	} {
		if got := showsContent(message); got != want {
			t.Errorf("%s: %v", message, got)
		}
	}
}

// The content of a file in a variable that names one is shown in no error.
func TestContentOfVariables(t *testing.T) {
	const content = `{"profiles": [{"access_key_secret": "hidden"}]}`
	for _, name := range []string{"ALIBABA_CLOUD_CONFIG_FILE", "ALIBABA_CLOUD_CREDENTIALS_FILE", "ALIBABA_CLOUD_OIDC_TOKEN_FILE", "SSL_CERT_FILE"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, content)
			if got, want := redacted("open "+content+": no such file"), "open [the content of "+name+"]: no such file"; got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
		})
	}
}

// No private key and no web token is shown, whatever the error and wherever they stand in it.
func TestRedacted(t *testing.T) {
	for message, want := range map[string]string{
		"read x: -----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\noAoGCCqG\n-----END EC PRIVATE KEY-----": "read x: [redacted]",
		"read x: -----BEGIN ENCRYPTED PRIVATE KEY----- MHcCAQEE":                                   "read x: [redacted]",
		"token eyJhbGci.eyJzdWIi.c2ln is not one":                                                  "token [redacted] is not one",
		"pkcs11:token=a?PIN-VALUE=1234&x=y":                                                        "pkcs11:token=a?PIN-VALUE=[redacted]&x=y",
		"read -----BEGIN CERTIFICATE-----":                                                         "read -----BEGIN CERTIFICATE-----",
	} {
		if got := redacted(message); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// The complaint about content in place of a path says what the file is for.
func TestContentOfFileFlags(t *testing.T) {
	for name, file := range fileFlags() {
		want, advice := "read --"+name+": ", "give the path of that file"
		if file.content == "content" {
			want, advice = "write --"+name+": ", "give the path of the file to write"
		}
		flag := &pflag.Flag{Name: name, Value: &ecsRole{name: "-----BEGIN EC PRIVATE KEY-----"}}
		err := checkContent(flag)
		if err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(string(describe(nil, err).Hint), advice) {
			t.Errorf("--%s: %v, hint %s", name, err, describe(nil, err).Hint)
		}
	}
}
