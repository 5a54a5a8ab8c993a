package cmd

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"mqttca/cmd/topics"
)

// The workflow of the topic runs as on a runner: GitHub hands out a token, STS a role for it.
// The first run registers the CA and commits its receipt; the second leaves both as they are.
func TestTopicOfCI(t *testing.T) {
	needOpenSSL(t)
	for _, name := range []string{"git", "curl", "jq"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s, which the steps of the workflow use, is not installed", name)
		}
	}
	github := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "bearer of-the-run" || r.URL.Query().Get("audience") != "mqttca" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		io.WriteString(w, object("value", oidcToken))
	}))
	t.Cleanup(github.Close) // the script runs when this function has returned
	script := filepath.Join(t.TempDir(), "ci.txtar")
	text := fmt.Sprintf(`identity
exec sh -eux set-up.sh
exec sh -eux run.sh
registered 1
exec sh -eux run.sh
registered 1
requests ListCaCertificate GetRegisterCode RegisterCaCertificate ListCaCertificate ListCaCertificate ListCaCertificate ListCaCertificate
exec sh -eux ended.sh
-- set-up.sh --
git init -q --bare -b main origin
git clone -q origin checkout
cd checkout
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -passout pass:example -subj "/CN=Plant CA" -days 3650 -keyout ca.key -out ca.crt
git add ca.key ca.crt
git -c user.name=me -c user.email=me@example.com commit -qm CA
git push -q origin HEAD:main
-- run.sh --
rm -rf checkout
git clone -q origin checkout
cd checkout
export RUNNER_TEMP="$PWD/.." GITHUB_ENV="$PWD/../github.env" MQTTCA_KEY_PASSWORD=example
export ACTIONS_ID_TOKEN_REQUEST_URL='%s/?api-version=2.0' ACTIONS_ID_TOKEN_REQUEST_TOKEN=of-the-run
export ALIBABA_CLOUD_ROLE_ARN=acs:ram::1:role/mqttca ALIBABA_CLOUD_OIDC_PROVIDER_ARN=acs:ram::1:oidc-provider/pods
%s
-- ended.sh --
git -C origin log --format=%%s > commits.txt
printf 'Keep the receipt of the CA registration\nCA\n' | cmp - commits.txt
git -C origin show main:receipt.json | grep '"outcome": "registered"'
test "$(git -C origin ls-tree --name-only main | grep -c receipt)" = 1
`, github.URL, strings.ReplaceAll(workflowSteps(t), "post-cn-7mz2d", emulatedInstance))
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Files: []string{script}, Setup: setUpScript,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"identity": cmdIdentity, "requests": cmdRequests, "registered": cmdRegistered}})
}

// workflowSteps are the run steps of the workflow but the installation, each in a shell of its
// own, with the environment that the steps before it have set.
func workflowSteps(t *testing.T) string {
	topic, _ := topics.Find("ci")
	workflow := regexp.MustCompile("(?ms)^```yaml\n(.*?)^```").FindStringSubmatch(topic.Text)[1]
	var steps strings.Builder
	count := 0
	for _, m := range regexp.MustCompile(`(?m)^ {6,8}(?:- )?run: (?:\|\n((?: {10}.*\n)+)|(.+)\n)`).FindAllStringSubmatch(workflow, -1) {
		if step := m[1] + m[2]; !strings.HasPrefix(step, "sudo ") {
			count++
			fmt.Fprintf(&steps, "if [ -f \"$GITHUB_ENV\" ]; then set -a; . \"$GITHUB_ENV\"; set +a; fi\n( set -e\n%s\n)\n", step)
		}
	}
	if count != 6 {
		t.Fatalf("%d steps found, want 6: has the workflow changed its form?", count)
	}
	return steps.String()
}

// Its trust policy is JSON, and has the audience that the workflow asks for.
func TestTopicOfCIHasATrustPolicy(t *testing.T) {
	topic, _ := topics.Find("ci")
	policy := regexp.MustCompile("(?ms)^```json\n(.*?)^```").FindStringSubmatch(topic.Text)[1]
	if !json.Valid([]byte(policy)) || !strings.Contains(policy, `"oidc:aud": ["mqttca"]`) || !strings.Contains(topic.Text, "&audience=mqttca") {
		t.Errorf("the trust policy does not fit: %s", policy)
	}
}
