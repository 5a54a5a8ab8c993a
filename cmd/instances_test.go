package cmd

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"mqttca/api"
	"mqttca/api/emulator"
)

// Every region is asked at its own host, and one that refuses hides no other.
func TestInstancesOfAllRegions(t *testing.T) {
	service, err := emulator.New(emulatorOptions())
	if err != nil {
		t.Fatal(err)
	}
	var mutex sync.Mutex
	var asked []string
	world, err := newWorld(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mutex.Lock()
		asked = append(asked, strings.TrimSuffix(strings.TrimPrefix(r.Host, "onsmqtt."), ".aliyuncs.com"))
		mutex.Unlock()
		if strings.Contains(r.Host, "cn-chengdu") {
			w.WriteHeader(http.StatusForbidden)
			w.Write([]byte(`{"RequestId":"r","Code":"NoPermission","Message":"no"}`))
			return
		}
		service.ServeHTTP(w, r)
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer world.close()
	command := exec.Command("mqttca", "instances", "--all-regions", "--json")
	command.Env = append(environmentWith(t, world, "{}"), "ALIBABA_CLOUD_ACCESS_KEY_ID="+emulatedKeyID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET="+emulatedKeySecret)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	command.Run()
	var document instancesDocument
	if err := json.Unmarshal(stdout.Bytes(), &document); err != nil {
		t.Fatalf("%v: %s%s", err, stdout.String(), stderr.String())
	}
	regions := api.Regions(false)
	slices.Sort(asked)
	if !slices.Equal(asked, slices.Sorted(slices.Values(regions))) {
		t.Errorf("asked %q", asked)
	}
	if len(document.Instances) != len(regions)-1 || !slices.Equal(document.Unanswered, []string{"cn-chengdu"}) || !document.VendorEndpoint {
		t.Errorf("%+v", document)
	}
	if code := command.ProcessState.ExitCode(); code != exitDenied || !strings.Contains(stderr.String(), "1 of 22 regions gave no list of instances (cn-chengdu): ListInstances was refused") {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
}
