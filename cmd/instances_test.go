package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"mqttca/api"
	"mqttca/api/emulator"
	"mqttca/cmd/terminal"
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
	if len(document.Instances) != len(regions)-1 || !slices.Equal(document.Unanswered, []string{"cn-chengdu"}) || !*document.VendorEndpoint {
		t.Errorf("%+v", document)
	}
	if code := command.ProcessState.ExitCode(); code != exitDenied || !strings.Contains(stderr.String(), "1 of 22 regions gave no list of instances (cn-chengdu): ListInstances was refused") {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
}

// Work over many objects has the rate for it, unless another is given.
func TestRateOfManyObjects(t *testing.T) {
	for args, want := range map[string]float64{
		"devices deactivate --device-sn 1":                   api.DefaultRate,
		"devices deactivate --ca-cert CERT --all --yes":      api.ManyRate,
		"deactivate --ca-cert CERT --with-devices --yes":     api.ManyRate,
		"devices delete --ca-cert CERT --all --yes --rate 7": 7,
		"import --force --file PROOF":                        api.ManyRate,
	} {
		s := newStage(t, "active")
		a := &app{console: console{in: strings.NewReader(""), out: io.Discard, err: terminal.NewScreen(io.Discard, terminal.Display{})}}
		a.run(context.Background(), s.line(args))
		if a.limiter == nil || a.limiter.Rate() != want {
			t.Errorf("%s: %+v, want %v", args, a.limiter, want)
		}
	}
}
