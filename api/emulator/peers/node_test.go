package peers

import (
	"bufio"
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

// A node is a process that runs node/drive.mjs: a call a line, an answer a line.
type node struct {
	calls   *json.Encoder
	answers *bufio.Scanner
}

func startNode(t *testing.T, s *service, runtime string) *node {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed")
	}
	if _, err := os.Stat("node/node_modules/@alicloud/" + runtime); err != nil {
		t.Skip("npm ci --ignore-scripts has not been run in the folder node")
	}
	process := exec.Command("node", "node/drive.mjs")
	process.Env = append(os.Environ(), "NODE_EXTRA_CA_CERTS="+s.rootFile(t))
	process.Stderr = os.Stderr
	stdin, err := process.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		if err := process.Wait(); err != nil {
			t.Errorf("node: %v", err)
		}
	})
	answers := bufio.NewScanner(stdout)
	answers.Buffer(nil, 1<<20)
	return &node{json.NewEncoder(stdin), answers}
}

// sendNode sends a call by a runtime for Node.js, which has a process for each service.
func sendNode(runtime string) func(*testing.T, *service, emulator.Credential, call) (map[string]any, error) {
	return func(t *testing.T, s *service, key emulator.Credential, c call) (map[string]any, error) {
		t.Helper()
		if s.nodes[runtime] == nil {
			s.nodes[runtime] = startNode(t, s, runtime)
		}
		n := s.nodes[runtime]
		type object = map[string]any
		if err := n.calls.Encode(object{
			"runtime": runtime, "url": s.url,
			"key":  object{"id": key.AccessKeyID, "secret": key.AccessKeySecret, "token": key.SecurityToken},
			"call": object{"action": c.action, "version": c.version(), "method": c.method, "parameters": c.parameters, "inForm": c.inForm},
		}); err != nil {
			t.Fatal(err)
		}
		if !n.answers.Scan() {
			t.Fatalf("node prints no answer: %v", n.answers.Err())
		}
		var result struct {
			Answer        map[string]any
			Code, Message string
		}
		if err := json.Unmarshal(n.answers.Bytes(), &result); err != nil {
			t.Fatalf("node printed %q: %v", n.answers.Bytes(), err)
		}
		if result.Answer == nil {
			return nil, &nodeError{result.Code, result.Message}
		}
		return result.Answer, nil
	}
}
