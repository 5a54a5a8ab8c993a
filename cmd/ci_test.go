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
	"go.yaml.in/yaml/v3"

	"mqttca/cmd/topics"
)

// The workflows of the topic run as on a runner: GitHub hands out a token, STS a role for it.
// A pull request changes nothing; main registers the CA and commits its receipt, and leaves both
// as they are when it runs again; the daily run finds nothing.
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
	text := "identity\nexec sh -eux set-up.sh\n"
	for i, event := range []string{"pull_request", "push", "push", "schedule"} {
		text += fmt.Sprintf("exec sh -eux %s.sh\nregistered %d\n", event, min(i, 1))
	}
	text += `requests ListCaCertificate ListCaCertificate GetRegisterCode RegisterCaCertificate ListCaCertificate ListCaCertificate ListCaCertificate ListCaCertificate
exec sh -eux ended.sh
-- set-up.sh --
git init -q --bare -b main origin
git clone -q origin checkout
cd checkout
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -passout pass:example -subj "/CN=Plant CA" -days 3650 -keyout ca.key -out ca.crt
printf 'format: mqttca/fleet/v1\ncas: {plant: {certificate: ca.crt, key: ca.key}}\ninstances: {EMULATED: {region: cn-hangzhou, cas: {plant: active}}}\n' > mqttca.yaml
git add ca.key ca.crt mqttca.yaml
git -c user.name=me -c user.email=me@example.com commit -qm CA
git push -q origin HEAD:main
-- ended.sh --
git -C origin log --format=%s > commits.txt
printf 'Keep the receipts of CA registrations\nCA\n' | cmp - commits.txt
git -C origin show main:receipts/EMULATED.plant.json | grep '"outcome": "registered"'
test "$(git -C origin ls-tree --name-only main:receipts | wc -l)" = 1
`
	for _, event := range []string{"pull_request", "push", "schedule"} {
		text += "-- " + event + `.sh --
rm -rf checkout github.env
git clone -q origin checkout
cd checkout
export RUNNER_TEMP="$PWD/.." GITHUB_ENV="$PWD/../github.env" MQTTCA_KEY_PASSWORD=example
export ACTIONS_ID_TOKEN_REQUEST_URL='` + github.URL + `/?api-version=2.0' ACTIONS_ID_TOKEN_REQUEST_TOKEN=of-the-run
export ALIBABA_CLOUD_ROLE_ARN=acs:ram::1:role/mqttca ALIBABA_CLOUD_OIDC_PROVIDER_ARN=acs:ram::1:oidc-provider/pods
` + strings.ReplaceAll(workflowSteps(t, event), "post-cn-7mz2d", "EMULATED")
	}
	text = strings.ReplaceAll(text, "EMULATED", emulatedInstance)
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Files: []string{script}, Setup: setUpScript,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"identity": cmdIdentity, "requests": cmdRequests, "registered": cmdRegistered}})
}

// workflowSteps are the run steps of the workflow for an event but the installation, each in a
// shell of its own, with the environment that the steps before it have set.
func workflowSteps(t *testing.T, event string) string {
	topic, _ := topics.Find("ci")
	var steps strings.Builder
	for _, block := range regexp.MustCompile("(?ms)^```yaml\n(.*?)^```").FindAllStringSubmatch(topic.Text, -1) {
		var workflow struct {
			On   map[string]any
			Jobs map[string]struct{ Steps []struct{ If, Run string } }
		}
		if err := yaml.Unmarshal([]byte(block[1]), &workflow); err != nil {
			t.Fatal(err)
		}
		if _, ours := workflow.On[event]; !ours {
			continue
		}
		for _, job := range workflow.Jobs {
			for _, step := range job.Steps {
				if step.Run == "" || strings.HasPrefix(step.Run, "sudo ") || strings.HasPrefix(step.If, "github.event_name") && !strings.HasSuffix(step.If, "'"+event+"'") {
					continue
				}
				fmt.Fprintf(&steps, "if [ -f \"$GITHUB_ENV\" ]; then set -a; . \"$GITHUB_ENV\"; set +a; fi\n( set -e\n%s\n)\n", step.Run)
			}
		}
	}
	if count := strings.Count(steps.String(), "( set -e"); count < 3 {
		t.Fatalf("%d steps found for %s: has the workflow changed its form?", count, event)
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
