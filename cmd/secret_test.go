package cmd

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mqttca/api/broker"
	"mqttca/api/credentials"
	"mqttca/api/emulator"
	"mqttca/cmd/terminal"
)

// Secrets with the characters that encodings change.
const (
	keyID      = "LTAI5tDistinctiveKeyId"
	hiddenKey  = "Dist+inctive/Key=Secret+/="
	hiddenSTS  = "CAIS+distinctive/Token==/+&%"
	hiddenFile = "Dist+inctive/File=Secret+/="
)

// forms are how a secret could show.
func forms(secret string) []string {
	raw := []byte(secret)
	return []string{secret, url.QueryEscape(secret), url.PathEscape(secret),
		base64.StdEncoding.EncodeToString(raw), base64.RawStdEncoding.EncodeToString(raw), base64.URLEncoding.EncodeToString(raw)}
}

// showsNone fails where a text shows one of the secrets, or a private key.
func showsNone(t *testing.T, where, text string) {
	t.Helper()
	if strings.Contains(text, "PRIVATE KEY") {
		t.Errorf("%s shows a private key", where)
	}
	for _, secret := range []string{hiddenKey, hiddenSTS, hiddenFile, loginToken, oidcToken} {
		for _, form := range forms(secret) {
			if strings.Contains(text, form) {
				t.Errorf("%s shows %q:\n%.2000s", where, form, text)
			}
		}
	}
}

// registerAt runs register against a server with every output on, and looks at all that
// it leaves.
func registerAt(t *testing.T, url string, more ...string) (code int, stderr string) {
	t.Helper()
	ca := filepath.Join(testdata(), "ca", "openssl.p256")
	folder := t.TempDir()
	var stdout, errors bytes.Buffer
	a := &app{console: console{out: &stdout, err: terminal.NewScreen(&errors, terminal.Display{})}}
	code = a.run(context.Background(), append([]string{"register", "--endpoint", url, "--instance", emulatedInstance, "--ca-cert", ca + ".crt", "--ca-key", ca + ".pkcs8.key",
		"--retries", "0", "--timeout", "400ms", "--wait", "0s", "--verbose", "--receipt", filepath.Join(folder, "receipt.json")}, more...))
	showsNone(t, "stdout", stdout.String())
	showsNone(t, "stderr", errors.String())
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil || !json.Valid(data) {
			t.Errorf("%s: %v, %s", entry.Name(), err, data)
		}
		showsNone(t, entry.Name(), string(data))
	}
	return code, errors.String()
}

func setSecrets(t *testing.T, token string) {
	t.Helper()
	t.Setenv(credentials.EnvAccessKeyID, keyID)
	t.Setenv(credentials.EnvAccessKeySecret, hiddenKey)
	t.Setenv(credentials.EnvSecurityToken, token)
}

// Every fault at every call, for an AccessKey and for STS: nothing that is left holds a
// secret in any form.
func TestNoSecretInAnyFault(t *testing.T) {
	for _, identity := range []struct {
		name, token string
		more        []string
	}{
		{"AccessKey", "", []string{"--json"}},
		{"STS", hiddenSTS, nil},
	} {
		t.Run(identity.name, func(t *testing.T) {
			setSecrets(t, identity.token)
			for _, operation := range []string{"ListCaCertificate", "GetRegisterCode", "RegisterCaCertificate"} {
				for _, kind := range emulator.FaultKinds() {
					fault, more := emulator.Fault{Kind: kind, Operation: operation}, identity.more
					switch kind {
					case emulator.FaultRefuse:
						fault.Code = "SignatureDoesNotMatch"
					case emulator.FaultLatency:
						fault.Delay = 1
						more = append(slices.Clone(more), "--timeout", "1m")
					}
					t.Run(operation+"/"+string(kind), func(t *testing.T) {
						t.Parallel() // the environment is the same for all
						code, stderr := registerAt(t, faultyServer(t, identity.token, fault), more...)
						if (code == exitOK) != (kind == emulator.FaultLatency) && operation != "RegisterCaCertificate" {
							t.Errorf("exit code %d: %s", code, stderr)
						}
					})
				}
			}
		})
	}
}

func faultyServer(t *testing.T, token string, fault emulator.Fault) (url string) {
	t.Helper()
	options := emulatorOptions()
	options.Credentials = []emulator.Credential{{AccessKeyID: keyID, AccessKeySecret: hiddenKey, SecurityToken: token}}
	options.Faults = []emulator.Fault{fault}
	service, err := emulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	server, err := emulator.Listen("127.0.0.1:0", false, service)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return server.URL
}

// A server that repeats all that it was sent, and what it could have got of the secrets
// elsewhere, in every field of an answer and in every form.
func TestNoSecretInWhatIsEchoed(t *testing.T) {
	shapes := []struct {
		name, operation string // "" for the first call
		status          int
		kind            string
		body            func(echo string) string
	}{
		{"refusal", "", 400, "application/json", func(echo string) string { return object("Code", echo, "Message", echo, "RequestId", echo) }},
		{"refusal of the signature", "", 400, "application/json", func(echo string) string {
			return object("Code", "SignatureDoesNotMatch", "Message", echo, "RequestId", echo, "HostId", echo, "Recommend", echo)
		}},
		{"refusal with 200", "", 200, "application/json", func(echo string) string { return object("Code", echo, "Message", echo) }},
		{"HTML", "", 502, "text/html", func(echo string) string { return "<html>" + echo + "</html>" }},
		{"content type", "", 200, "", func(echo string) string { return echo }},
		{"broken JSON", "", 200, "application/json", func(echo string) string { return `{"RequestId": "` + echo }},
		{"registration code", "GetRegisterCode", 200, "application/json", func(echo string) string { return object("RegisterCode", echo, "RequestId", echo) }},
		{"Sn", "RegisterCaCertificate", 200, "application/json", func(echo string) string { return object("Sn", echo, "RequestId", echo) }},
		{"names in the list", "", 200, "application/json", func(echo string) string {
			return `{"RequestId": "r", "Data": {"PageSize": 100, "CaCertificateVOS": [` + object("CaName", echo, "Sn", "4d", "CaContent", echo, "RegistrationCode", echo) + `]}}`
		}},
	}
	for _, shape := range shapes {
		for _, more := range [][]string{nil, {"--json"}} {
			t.Run(shape.name+strings.Join(more, ""), func(t *testing.T) {
				setSecrets(t, hiddenSTS)
				var echoed int
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					operation := r.Header.Get("x-acs-action")
					if shape.operation != "" && operation != shape.operation {
						io.WriteString(w, `{"RequestId": "r", "RegisterCode": "a-code", "Sn": "4d", "Data": {"PageSize": 100, "CaCertificateVOS": []}}`)
						return
					}
					echoed++
					echo := everything(r)
					w.Header().Set("Content-Type", shape.kind)
					if shape.kind == "" {
						w.Header().Set("Content-Type", "text/"+hiddenSTS)
					}
					w.WriteHeader(shape.status)
					io.WriteString(w, shape.body(echo))
				}))
				defer server.Close()
				code, stderr := registerAt(t, server.URL, more...)
				if echoed == 0 || code == exitOK {
					t.Errorf("exit code %d after %d echoes: %s", code, echoed, stderr)
				}
			})
		}
	}
}

// everything is what a request holds, its secrets in every form first: long texts are cut.
func everything(r *http.Request) string {
	var b strings.Builder
	for _, secret := range []string{hiddenKey, hiddenSTS} {
		b.WriteString(strings.Join([]string{secret, url.QueryEscape(secret), url.PathEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret))}, " ") + " ")
	}
	for name, values := range r.Header {
		fmt.Fprintf(&b, "%s: %s ", name, values)
	}
	return b.String()
}

// object is a JSON object of texts.
func object(pairs ...string) string {
	fields := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		fields[pairs[i]] = pairs[i+1]
	}
	data, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	return string(data)
}

// A configuration that cannot be read, or that holds what cannot be used, is not repeated.
func TestNoSecretOfTheConfiguration(t *testing.T) {
	for name, config := range map[string]string{
		"malformed":        `{"current": "p", "profiles": [{"name": "p", "access_key_secret": "` + hiddenFile + `"`,
		"secret for mode":  `{"current": "p", "profiles": [{"name": "p", "mode": "RsaKeyPair", "access_key_id": "id", "access_key_secret": "` + hiddenFile + `"}]}`,
		"another shape":    `{"current": "p", "profiles": {"access_key_secret": "` + hiddenFile + `"}}`,
		"secret as number": `{"current": "p", "profiles": [{"name": "p", "mode": "AK", "access_key_id": 7, "access_key_secret": "` + hiddenFile + `"}]}`,
		"half a role":      `{"current": "p", "profiles": [{"name": "p", "mode": "RamRoleArn", "access_key_id": "id", "access_key_secret": "` + hiddenFile + `"}]}`,
		"command":          `{"current": "p", "profiles": [{"name": "p", "mode": "External", "process_command": "tool '` + hiddenFile + `"}]}`,
		"URI":              `{"current": "p", "profiles": [{"name": "p", "mode": "CredentialsURI", "credentials_uri": "http://host/` + hiddenFile + `"}]}`,
		"sign-in URL":      `{"current": "p", "profiles": [{"name": "p", "mode": "CloudSSO", "cloud_sso_sign_in_url": "ftp://` + hiddenFile + `", "cloud_sso_account_id": "1", "cloud_sso_access_config": "1", "access_token": "` + hiddenFile + `"}]}`,
		"line break":       `{"current": "p", "profiles": [{"name": "p", "mode": "AK", "access_key_id": "id", "access_key_secret": "` + hiddenFile + `\n"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "config.json")
			put(t, file, config)
			for _, variable := range []string{credentials.EnvAccessKeyID, credentials.EnvAccessKeySecret, credentials.EnvSecurityToken, credentials.EnvProfile, credentials.EnvProfileDisabled} {
				t.Setenv(variable, "")
			}
			t.Setenv(credentials.EnvConfigFile, file)
			for _, more := range [][]string{nil, {"--json"}} {
				if code, stderr := registerAt(t, "http://127.0.0.1:1", more...); code != exitDenied {
					t.Errorf("exit code %d: %s", code, stderr)
				}
			}
		})
	}
}

// Whatever the broker does, nothing that connect leaves holds the AccessKey secret, the password
// made from it, a token, or a key.
func TestNoSecretOfConnect(t *testing.T) {
	setSecrets(t, "")
	folder := t.TempDir()
	token := filepath.Join(folder, "token")
	put(t, token, "RW|"+hiddenFile+"\n")
	key := credentials.Credentials{AccessKeyID: keyID, AccessKeySecret: hiddenKey}
	password := string(broker.SignatureLogin("GID_devices@@@pump", emulatedInstance, key).Password)
	for name, fault := range map[string]emulator.Fault{
		"no fault":      {Kind: emulator.FaultHang, Operation: "SetSniConfig"},
		"CONNACK":       {Kind: emulator.FaultRefuse, Operation: emulator.BrokerConnect, Code: "5"},
		"alert":         {Kind: emulator.FaultRefuse, Operation: emulator.BrokerHandshake, Code: "bad_certificate"},
		"reset":         {Kind: emulator.FaultReset, Operation: emulator.BrokerConnect},
		"left behind":   {Kind: emulator.FaultRefuse, Operation: "DeleteDeviceCertificate", Code: "NoPermission"},
		"wrong secrets": {Kind: emulator.FaultRefuse, Operation: "ListCaCertificate", Code: "SignatureDoesNotMatch"},
	} {
		t.Run(name, func(t *testing.T) {
			options := emulatorOptions()
			options.Credentials = []emulator.Credential{{AccessKeyID: keyID, AccessKeySecret: hiddenKey}}
			service, err := emulator.New(options)
			if err != nil {
				t.Fatal(err)
			}
			server, err := emulator.Listen("127.0.0.1:0", false, service)
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			withBroker(t, service)
			ca := filepath.Join(testdata(), "ca", "openssl.p256")
			base := []string{"--endpoint", server.URL, "--instance", emulatedInstance, "--ca-cert", ca + ".crt", "--ca-key", ca + ".pkcs8.key"}
			mustRun(t, append([]string{"register", "-q"}, base...)...)
			service.Inject(fault)
			for _, login := range [][]string{nil, {"--token-file", token}, {"--username", "pump", "--password-file", token}} {
				for _, shown := range []string{"--json", "--verbose"} {
					receipt := filepath.Join(t.TempDir(), "receipt.json")
					args := slices.Concat([]string{"connect", "--yes", "--group", emulator.DefaultGroup, "--device-id", "pump", "--receipt", receipt, shown}, base, login)
					_, stdout, stderr := runHere(args...)
					kept, err := os.ReadFile(receipt)
					if err != nil && name != "wrong secrets" {
						t.Fatal(err, stderr)
					}
					left := stdout + stderr + string(kept)
					showsNone(t, "connect", left)
					for _, form := range forms(password) {
						if strings.Contains(left, form) {
							t.Errorf("connect %q shows the password: %s", login, left)
						}
					}
				}
			}
		})
	}
}
