package cmd

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/pem"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mqttca/api/credentials"
	"mqttca/cmd/terminal"
	"mqttca/pki"
)

const (
	distinctPassword = "Dist1nctive-Passw0rd"
	distinctPIN      = "73915284"
)

// misplaced are a private key, a password and a PIN as they end up where something else
// belongs, by a name for the test.
func misplaced(t *testing.T) (values map[string]string, secrets []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(testdata(), "ca", "openssl.p384.pkcs8.key"))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(data)
	der := base64.StdEncoding.EncodeToString(block.Bytes)
	values = map[string]string{
		"PEM":               string(data),
		"PEM in one line":   strings.ReplaceAll(string(data), "\n", ""),
		"PEM with \\n":      strings.ReplaceAll(string(data), "\n", `\n`),
		"base64 of PEM":     base64.StdEncoding.EncodeToString(data),
		"base64 of DER":     der,
		"JSON":              `{"key":"` + der + `"}`,
		"openssl's form":    "pass:" + distinctPassword,
		"password in a URL": "https://user:" + distinctPassword + "@127.0.0.1:1/",
		"PIN in a URI":      "pkcs11:module-path=/nowhere.so;token=ca;object=root?pin-value=" + distinctPIN,
		"PIN in a path":     "ca.key?pin-value=" + distinctPIN,
	}
	encoded := base64.StdEncoding.EncodeToString(data)
	return values, []string{der[:24], der[80:104], encoded[:40], encoded[80:104], distinctPassword, distinctPIN}
}

// baseArguments make a command work, but for the option that a test replaces.
func baseArguments(command string, working map[string]string) []string {
	var args []string
	for name, value := range working {
		args = append(args, "--"+name, value)
	}
	return append(strings.Fields(command)[1:], args...)
}

// usual are values that let most commands come as far as the network.
func usual(cmd *cobra.Command, data, folder string) map[string]string {
	ca := filepath.Join(data, "ca", "openssl.p256")
	all := map[string]string{
		"ca-cert": ca + ".crt", "ca-key": ca + ".pkcs8.key", "instance": emulatedInstance, "region": "cn-hangzhou",
		"endpoint": "http://127.0.0.1:1", "receipt": filepath.Join(folder, "receipt.json"), "out": filepath.Join(folder, "out"),
		"verification-cert": filepath.Join(data, "verification", "openssl.p256.recipe.crt"), "code": "a-code", "retries": "0", "timeout": "300ms", "wait": "0s",
	}
	found := map[string]string{}
	for name, value := range all {
		if cmd.Flags().Lookup(name) != nil || cmd.InheritedFlags().Lookup(name) != nil {
			found[name] = value
		}
	}
	if cmd.Name() == "sign" || cmd.Name() == "register" || cmd.Name() == "rehearse" {
		delete(found, "verification-cert")
	}
	if cmd.Flags().Lookup("sn") != nil {
		found["sn"] = "4d"
		delete(found, "ca-cert")
	}
	return found
}

// wantNoneOf runs the command line and looks for secrets in all that it prints and leaves.
func wantNoneOf(t *testing.T, secrets []string, folder string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	var stdout, stderr bytes.Buffer
	a := &app{console: console{in: strings.NewReader(""), out: &stdout, err: terminal.NewScreen(&stderr, terminal.Display{})}}
	a.run(ctx, args)
	left := stdout.String() + stderr.String()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		left += entry.Name() + string(data)
		os.Remove(filepath.Join(folder, entry.Name()))
	}
	for _, secret := range secrets {
		if strings.Contains(left, secret) {
			t.Errorf("%.120q: shows %q:\n%.600s", args, secret, left)
			return
		}
	}
}

// A key, a password or a PIN in place of a path, name, URL or id is in no output, receipt or
// trace, whichever option or argument it was given to.
func TestNoSecretOfAnyOption(t *testing.T) {
	setSecrets(t, "")
	values, secrets := misplaced(t)
	folder, data := t.TempDir(), testdata()
	t.Chdir(folder)
	root := newRoot(&app{console: console{in: strings.NewReader(""), out: io.Discard, err: terminal.NewScreen(io.Discard, terminal.Display{})}})
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		for _, child := range cmd.Commands() {
			visit(child)
		}
		if !cmd.Runnable() || cmd.Name() == "completion" {
			return
		}
		try := func(flag *pflag.Flag) {
			if flag.Value.Type() == "bool" {
				return
			}
			for _, value := range values {
				working := usual(cmd, data, folder)
				working[flag.Name] = value
				wantNoneOf(t, secrets, folder, append(baseArguments(cmd.CommandPath(), working), "--verbose")...)
				wantNoneOf(t, secrets, folder, append(baseArguments(cmd.CommandPath(), working), "--json")...)
			}
		}
		cmd.LocalFlags().VisitAll(try)
		cmd.InheritedFlags().VisitAll(try)
		for _, value := range values {
			wantNoneOf(t, secrets, folder, append(baseArguments(cmd.CommandPath(), usual(cmd, data, folder)), value)...)
		}
	}
	visit(root)
}

// The same in place of the value of any variable.
func TestNoSecretOfAnyVariable(t *testing.T) {
	values, secrets := misplaced(t)
	folder := t.TempDir()
	ca := filepath.Join(testdata(), "ca", "openssl.p256")
	t.Chdir(folder)
	for _, name := range []string{
		credentials.EnvAccessKeyID, credentials.EnvSecurityToken, credentials.EnvRoleARN, credentials.EnvRoleSessionName,
		credentials.EnvOIDCProviderARN, credentials.EnvOIDCTokenFile, credentials.EnvExternalID, credentials.EnvSTSEndpoint, credentials.EnvSTSRegion,
		credentials.EnvProfile, credentials.EnvConfigFile, credentials.EnvCredentialsFile, credentials.EnvCredentialsURI, credentials.EnvECSRole,
		credentials.EnvRegion, envEndpoint, "MQTTCA_INSTANCE", pki.EnvModule, "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "HOME", "TMPDIR", "COLUMNS", "TERM",
	} {
		t.Run(name, func(t *testing.T) {
			for _, value := range values {
				for _, identity := range []string{hiddenKey, ""} {
					setSecrets(t, "")
					t.Setenv(credentials.EnvAccessKeySecret, identity)
					t.Setenv(credentials.EnvECSRoleDisabled, "true")
					if identity == "" {
						t.Setenv(credentials.EnvAccessKeyID, "")
					}
					t.Setenv(name, strings.ReplaceAll(value, "\x00", ""))
					for _, more := range []string{"--json", "--verbose"} {
						wantNoneOf(t, secrets, folder, "register", "--instance", emulatedInstance, "--ca-cert", ca+".crt", "--ca-key", ca+".pkcs8.key",
							"--region", "cn-hangzhou", "--endpoint", "http://127.0.0.1:1", "--retries", "0", "--timeout", "300ms", more)
						wantNoneOf(t, secrets, folder, "list", "--instance", emulatedInstance, "--retries", "0", "--timeout", "300ms", more)
					}
				}
			}
		})
	}
}
