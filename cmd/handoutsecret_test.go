package cmd

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Whoever hands out credentials echoes all that it was sent, refuses it, answers what is
// none or half of it: nothing that a process prints then holds a secret in any form. They
// are processes because net/http reads the proxies of the environment once.
func TestNoSecretOfWhatIsHandedOut(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SSL_CERT_FILE is not honoured here")
	}
	session := func(secret, more string) string {
		text := object("AccessKeyId", "STS.id", "AccessKeySecret", secret, "SecurityToken", hiddenSTS)
		return strings.TrimSuffix(text, "}") + more + "}"
	}
	handOut := func(session string) string {
		lower := strings.NewReplacer("AccessKeyId", "accessKeyId", "AccessKeySecret", "accessKeySecret", "SecurityToken", "securityToken").Replace(session)
		return `{"Credentials": ` + session + `, "CloudCredential": ` + session + ", " + lower[1:]
	}
	const expires = `, "Expiration": "2099-01-01T00:00:00Z", "expiration": "2099-01-01T00:00:00Z"`
	for _, answer := range []struct {
		name   string
		status int
		body   func(echo string) string
	}{
		{"refused", 403, func(echo string) string { return object("Code", "NoPermission", "RequestId", echo, "Message", echo) }},
		{"code that echoes", 403, func(echo string) string { return object("Code", echo, "RequestId", echo) }},
		{"text", 500, func(echo string) string { return echo }},
		{"broken JSON", 200, func(echo string) string { return `{"Credentials": "` + echo }},
		{"no expiry", 200, func(string) string { return handOut(session(hiddenKey, "")) }},
		{"odd expiry", 200, func(string) string { return handOut(session(hiddenKey, `, "Expiration": "`+hiddenSTS+`"`)) }},
		{"line break in the secret", 200, func(string) string { return handOut(session(hiddenKey+"\n"+hiddenKey, expires)) }},
		{"no secret", 200, func(string) string { return handOut(session("", expires)) }},
	} {
		t.Run(answer.name, func(t *testing.T) {
			var asked atomic.Int32
			handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				body, _ := io.ReadAll(r.Body)
				echo := strings.Join([]string{hiddenFile, loginToken, oidcToken}, " ") + everything(r) + r.URL.RawQuery + string(body)
				w.WriteHeader(answer.status)
				io.WriteString(w, answer.body(echo))
			})
			world, err := newWorld(handler)
			if err != nil {
				t.Fatal(err)
			}
			defer world.close()
			uri := httptest.NewServer(handler)
			defer uri.Close()
			env := identityEnvironment(t, world, uri.URL)
			profiles := []string{"role", "sts-role", "pod", "uri"}
			if answer.name == "refused" { // nobody is asked by these, so that no answer changes them
				profiles = append(profiles, "sso", "oauth", "command")
			}
			for _, profile := range profiles {
				for _, more := range []string{"--verbose", "--json"} {
					registerAs(t, env, profile, more)
				}
			}
			if got, want := asked.Load(), int32(2*4); got != want {
				t.Errorf("asked %d times, want %d", got, want)
			}
		})
	}
}

// What was sent is no code of a refusal, though it looks like one.
func TestSecretThatLooksLikeACode(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SSL_CERT_FILE is not honoured here")
	}
	var code atomic.Pointer[string]
	var asked atomic.Int32
	world, err := newWorld(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusForbidden)
		io.WriteString(w, object("Code", *code.Load(), "RequestId", "01234567-89AB-CDEF-0123-456789ABCDEF"))
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer world.close()
	env := environmentWith(t, world, `{"profiles": [
		{"name": "role", "mode": "RamRoleArn", "access_key_id": "id", "access_key_secret": "SecretOfLetters", "sts_token": "TokenOfLetters", "ram_role_arn": "r"},
		{"name": "pod", "mode": "OIDC", "oidc_provider_arn": "p", "oidc_token": "ProofOfLetters", "ram_role_arn": "r"}]}`)
	for secret, profile := range map[string]string{"SecretOfLetters": "role", "TokenOfLetters": "role", "ProofOfLetters": "pod", "": "role"} {
		code.Store(&secret)
		output := registerAs(t, env, profile, "--verbose")
		if !strings.Contains(output, "(code none, request id 01234567-89AB-CDEF-0123-456789ABCDEF)") || secret != "" && strings.Contains(output, secret) {
			t.Errorf("%s, of %s: %s", secret, profile, output)
		}
	}
	if got := asked.Load(); got != 4 {
		t.Errorf("asked %d times, want 4", got)
	}
}

// identityEnvironment has profiles of all kinds that ask somebody.
func identityEnvironment(t *testing.T, world *world, uri string) []string {
	t.Helper()
	later := time.Now().Add(time.Hour).Unix()
	return environmentWith(t, world, fmt.Sprintf(`{"profiles": [
		{"name": "role", "mode": "RamRoleArn", "access_key_id": "id", "access_key_secret": %[1]q, "ram_role_arn": "r"},
		{"name": "sts-role", "mode": "RamRoleArn", "access_key_id": "id", "access_key_secret": %[1]q, "sts_token": %[2]q, "ram_role_arn": "r"},
		{"name": "pod", "mode": "OIDC", "oidc_provider_arn": "p", "oidc_token": %[3]q, "ram_role_arn": "r"},
		{"name": "sso", "mode": "CloudSSO", "cloud_sso_sign_in_url": "https://sso.example", "cloud_sso_account_id": "a", "cloud_sso_access_config": "c",
		 "access_token": %[4]q, "cloud_sso_access_token_expire": %[5]d, "access_key_id": "id", "access_key_secret": %[1]q, "sts_token": %[2]q, "sts_expiration": 1700000000},
		{"name": "oauth", "mode": "OAuth", "oauth_site_type": "INTL", "oauth_access_token": %[4]q, "oauth_access_token_expire": %[5]d},
		{"name": "uri", "mode": "CredentialsURI", "credentials_uri": %[6]q},
		{"name": "command", "mode": "External", "process_command": "sh -c 'echo %[1]s; echo %[1]s >&2'"}]}`,
		hiddenFile, hiddenSTS, oidcToken, loginToken, later, uri+"/"+hiddenFile))
}

// environmentWith has a configuration of the CLI, and leads into a world.
func environmentWith(t *testing.T, world *world, config string) []string {
	t.Helper()
	folder := t.TempDir()
	put(t, filepath.Join(folder, "roots.pem"), string(world.roots))
	put(t, filepath.Join(folder, "config.json"), config)
	return append(os.Environ(), "ALIBABA_CLOUD_CONFIG_FILE="+filepath.Join(folder, "config.json"), "HOME="+folder,
		"HTTPS_PROXY="+world.proxy.URL, "SSL_CERT_FILE="+filepath.Join(folder, "roots.pem"))
}

// registerAs runs register with a profile, at an address where nobody listens, and gives what it says.
func registerAs(t *testing.T, env []string, profile, more string) (stderr string) {
	t.Helper()
	ca := filepath.Join(testdata(), "ca", "openssl.p256")
	command := exec.Command("mqttca", "register", "--endpoint", "http://127.0.0.1:1", "--instance", "i", "--ca-cert", ca+".crt", "--ca-key", ca+".pkcs8.key",
		"--retries", "0", "--profile", profile, more)
	var stdout, said bytes.Buffer
	command.Env, command.Stdout, command.Stderr = env, &stdout, &said
	command.Run()
	if code := command.ProcessState.ExitCode(); code != exitDenied || stdout.Len() > 0 {
		t.Errorf("%s: exit code %d, stdout %q: %s", profile, code, stdout.String(), said.String())
	}
	showsNone(t, profile, stdout.String()+said.String())
	return said.String()
}
