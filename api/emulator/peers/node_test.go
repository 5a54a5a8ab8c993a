package peers

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"testing"

	"mqttca/api/emulator"
)

// A nodeError is an error of a JavaScript runtime.
type nodeError struct{ code, message string }

func (e *nodeError) Error() string { return e.code + ": " + e.message }

func nodeCode(err error) string {
	var refused *nodeError
	if errors.As(err, &refused) {
		return refused.code
	}
	return err.Error()
}

// sendNode sends a call by node/drive.mjs, a process a call.
func sendNode(runtime string) func(*testing.T, *service, emulator.Credential, call) (map[string]any, error) {
	return func(t *testing.T, s *service, key emulator.Credential, c call) (map[string]any, error) {
		t.Helper()
		if _, err := exec.LookPath("node"); err != nil {
			t.Skip("node is not installed")
		}
		if _, err := os.Stat("node/node_modules/@alicloud/" + runtime); err != nil {
			t.Skip("npm ci --ignore-scripts has not been run in the folder node")
		}
		type object = map[string]any
		input, err := json.Marshal(object{
			"runtime": runtime, "url": s.url,
			"key":  object{"id": key.AccessKeyID, "secret": key.AccessKeySecret, "token": key.SecurityToken},
			"call": object{"action": c.action, "method": c.method, "parameters": c.parameters, "inForm": c.inForm},
		})
		if err != nil {
			t.Fatal(err)
		}
		node := exec.Command("node", "node/drive.mjs")
		node.Stdin = bytes.NewReader(input)
		node.Env = append(os.Environ(), "NODE_EXTRA_CA_CERTS="+s.rootFile(t))
		output, err := node.Output()
		if err != nil {
			t.Fatalf("node: %v\n%s", err, err.(*exec.ExitError).Stderr)
		}
		var result struct {
			Answer        map[string]any
			Code, Message string
		}
		if err := json.Unmarshal(output, &result); err != nil {
			t.Fatalf("node printed %q: %v", output, err)
		}
		if result.Answer == nil {
			return nil, &nodeError{result.Code, result.Message}
		}
		return result.Answer, nil
	}
}
