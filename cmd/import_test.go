package cmd

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mqttca/api/emulator"
)

// A CA that a manifest cannot have is named in a warning and a comment. Nothing of what the service
// says becomes YAML: what is written is read without problems, or nothing is written.
func TestImportOfOddLists(t *testing.T) {
	expired, err := os.ReadFile(filepath.Join(testdata(), "ca", "openssl.p256.expired.crt"))
	if err != nil {
		t.Fatal(err)
	}
	ca, err := os.ReadFile(filepath.Join(testdata(), "ca", "openssl.p256.crt"))
	if err != nil {
		t.Fatal(err)
	}
	type entry = map[string]any
	var many []entry
	for range 400 {
		many = append(many, entry{"CaName": strings.Repeat("\u2028", 500), "CaContent": "-", "Status": "1"})
	}
	for name, tt := range map[string]struct {
		entries []entry
		region  string
		code    int
		want    string // in the manifest or, if there is none, in the error
	}{
		"expired":  {[]entry{{"CaName": "x\ny: {}\u2028# \x1b", "CaContent": string(expired), "Status": "1"}}, "", 0, `# left out: CA "x\ny: {}\u2028# \x1b" (serial number 00) on instance i: it is active, and it expired at `},
		"inactive": {[]entry{{"CaName": "Old", "CaContent": string(expired), "Status": "0"}}, "", 0, "            old: inactive\n"},
		"unknown":  {[]entry{{"CaName": "\xff", "CaContent": string(ca), "Status": "7"}}, "", 0, `(serial number 00) on instance i: the service lists it as neither active nor inactive` + "\n"},
		"no PEM":   {[]entry{{"CaName": strings.Repeat("a", 9000), "CaContent": "----", "Status": "1"}}, "", 0, `: mqttca cannot read its certificate` + "\n"},
		"twice":    {[]entry{{"CaName": "null", "CaContent": string(ca), "Status": "0"}, {"CaName": "b", "CaContent": string(ca), "Status": "1"}}, "", 0, "            \"null\": active\n"},
		"path":     {[]entry{{"CaName": "../../etc/x", "CaContent": string(ca), "Status": "1"}}, "", 0, "        certificate: etc-x.crt\n"},
		"reserved": {[]entry{{"CaName": "CON.", "CaContent": string(ca), "Status": "1"}}, "", 0, "        certificate: ca-con.crt\n"},
		"region":   {nil, "x\ny: z", 0, "    i:\n        cas: {}\n"},
		"too long": {many, "", 3, `mqttca.yaml: the listed instances and CAs do not make a valid manifest: it is too large for a file of this kind`},
	} {
		t.Run(name, func(t *testing.T) {
			for n, e := range tt.entries {
				e["Sn"] = fmt.Sprintf("%02x", n)
			}
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				answer := entry{"RequestId": "r", "Instances": []entry{{"InstanceId": "i", "RegionId": tt.region}}}
				if r.Header.Get("x-acs-action") == "ListCaCertificate" {
					answer = entry{"RequestId": "r", "Data": entry{"CaCertificateVOS": tt.entries}}
				}
				json.NewEncoder(w).Encode(answer)
			}))
			defer server.Close()
			t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "x")
			t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "x")
			path := filepath.Join(t.TempDir(), "mqttca.yaml")
			code, _, stderr := runHere("import", "--endpoint", server.URL, "--file", path)
			written, err := os.ReadFile(path)
			if code != tt.code || (err == nil) != (code == 0) || !strings.Contains(string(written), tt.want) && !strings.Contains(stderr, tt.want) {
				t.Fatalf("exit code %d, %s\n%s", code, stderr, written)
			}
			if code != 0 {
				return
			}
			code, stdout, stderr := runHere("plan", "--endpoint", server.URL, "--file", path)
			if code != 0 || !strings.Contains(stdout, "0 changes to make") {
				t.Errorf("exit code %d, %s\n%s", code, stdout, stderr)
			}
		})
	}
}

// Each region is asked at its own host, and its instances get the region.
func TestImportOfRegions(t *testing.T) {
	service, err := emulator.New(emulatorOptions())
	if err != nil {
		t.Fatal(err)
	}
	world, err := newWorld(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("x-acs-action") == "ListInstances" && strings.Contains(r.Host, "cn-shanghai") {
			w.Write([]byte(`{"RequestId":"r","Instances":[]}`))
			return
		}
		service.ServeHTTP(w, r)
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer world.close()
	path := filepath.Join(t.TempDir(), "mqttca.yaml")
	command := exec.Command("mqttca", "import", "--region", "cn-shanghai", "--region", "cn-hangzhou", "--file", path)
	command.Env = append(environmentWith(t, world, "{}"), "ALIBABA_CLOUD_ACCESS_KEY_ID="+emulatedKeyID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET="+emulatedKeySecret)
	output, err := command.CombinedOutput()
	written, _ := os.ReadFile(path)
	if err != nil || !strings.HasSuffix(string(written), "    "+emulatedInstance+":\n        region: cn-hangzhou\n        cas: {}\n") {
		t.Errorf("%v: %s\n%s", err, output, written)
	}
}
