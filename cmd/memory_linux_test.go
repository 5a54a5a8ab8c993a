//go:build !race

package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// lists is a server whose lists have pages of 100 entries, as many as it says.
type lists struct {
	entries int
	ca      string // the first CA of the list, as JSON text without quotes
	short   string // of the entries behind it, whose content is read and forgotten
	long    string // of the last 5,000, when most has been taken in
}

func (l lists) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var answer bytes.Buffer
	page, _ := strconv.Atoi(r.URL.Query().Get("PageNo"))
	first, devices := (page-1)*100, r.Header.Get("x-acs-action") == "ListDeviceCertificateByCaSn"
	fmt.Fprintf(&answer, `{"RequestId":"r","Data":{"PageSize":"100","%sCertificateVOS":[`, map[bool]string{true: "Device", false: "Ca"}[devices])
	for i := first; i < min(first+100, l.entries); i++ {
		pem, proof := l.short, `-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n`
		switch {
		case i == 0:
			pem = l.ca
		case i >= l.entries-5000:
			pem, proof = l.long, l.long
		}
		if i > first {
			answer.WriteByte(',')
		}
		if devices {
			fmt.Fprintf(&answer, `{"DeviceSn":"%x","DeviceName":"device-%d","DeviceContent":"%s","ValidBegin":"1","ValidEnd":"1900000000000","Status":"1"}`, i, i, pem)
			continue
		}
		fmt.Fprintf(&answer, `{"Sn":"%x","CaName":"CA %d","RegistrationCode":"13274673-8f90-4630-bea1-9cccb25756ad2089%06d","CaContent":"%s","VerificationContent":"%s","ValidBegin":"1","ValidEnd":"1900000000000","Status":"1"}`,
			i+1<<60, i, i, pem, proof)
	}
	answer.WriteString(`]}}`)
	w.Write(answer.Bytes())
}

// quotedPEM is a certificate of testdata as it stands in JSON.
func quotedPEM(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "testdata", "ca", name))
	if err != nil {
		t.Fatal(err)
	}
	quoted, err := json.Marshal(string(data))
	if err != nil {
		t.Fatal(err)
	}
	return string(bytes.Trim(quoted, `"`))
}

// A list of 100,000 entries costs a command less than 95 MB, and one of 25,000 devices, with
// the list of as many CAs before it, less than 58: nothing but what is shown is kept.
func TestMemoryOfCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 100 MB for each command")
	}
	ca := filepath.Join("..", "testdata", "ca", "openssl.p256.crt")
	for _, tt := range []struct {
		args    string
		entries int
		lines   int // of the result, at least
		most    int64
	}{
		{"list", 100_000, 100_000, 95},
		{"devices --json --ca-cert " + ca, 25_000, 9 * 25_000, 58},
	} {
		server := httptest.NewServer(lists{tt.entries, quotedPEM(t, "openssl.p256.crt"), quotedPEM(t, "openssl.ed25519.crt"), quotedPEM(t, "openssl.rsa2048.crt")})
		defer server.Close()
		args := strings.Fields(tt.args)
		command := exec.Command("mqttca", append(args, "--instance", "i", "--endpoint", server.URL, "--rate", "10000", "--timeout", "10m")...)
		// On more cores, if they are busy, more garbage waits to be collected.
		command.Env = append(os.Environ(), "GOMAXPROCS=2", "ALIBABA_CLOUD_ACCESS_KEY_ID=id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=secret")
		var stdout, stderr bytes.Buffer
		command.Stdout, command.Stderr = &stdout, &stderr
		debug.FreeOSMemory() // a child begins with the peak of its parent
		if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
			t.Fatal(err)
		}
		err := command.Run()
		most := command.ProcessState.SysUsage().(*syscall.Rusage).Maxrss / 1000
		lines := bytes.Count(stdout.Bytes(), []byte("\n"))
		if err != nil || most > tt.most || lines < tt.lines || strings.Contains(tt.args, "--json") && !json.Valid(stdout.Bytes()) {
			t.Errorf("%s: %d MB, %d lines, %v %s", tt.args, most, lines, err, stderr.Bytes())
		}
		t.Logf("%s: %d MB in %v", tt.args, most, command.ProcessState.UserTime())
	}
}
