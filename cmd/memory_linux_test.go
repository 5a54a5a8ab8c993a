//go:build !race

package cmd

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// lists is a server whose lists have pages of 100 entries, as many as it says.
type lists struct {
	entries int
	ca      string // the first CA of the list, as JSON text without quotes
	other   string // every other
}

func (l lists) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	page, _ := strconv.Atoi(r.URL.Query().Get("PageNo"))
	first, devices := (page-1)*100, r.Header.Get("x-acs-action") == "ListDeviceCertificateByCaSn"
	fmt.Fprintf(w, `{"RequestId":"r","Data":{"PageSize":"100","%sCertificateVOS":[`, map[bool]string{true: "Device", false: "Ca"}[devices])
	for i := first; i < min(first+100, l.entries); i++ {
		pem := l.other
		if i == 0 {
			pem = l.ca
		}
		if i > first {
			io.WriteString(w, ",")
		}
		if devices {
			fmt.Fprintf(w, `{"DeviceSn":"%x","DeviceName":"device-%d","DeviceContent":"%s","ValidBegin":"1","ValidEnd":"1900000000000","Status":"1"}`, i, i, pem)
			continue
		}
		fmt.Fprintf(w, `{"Sn":"%x","CaName":"CA %d","RegistrationCode":"13274673-8f90-4630-bea1-9cccb25756ad2089%06d","CaContent":"%s","VerificationContent":"%s","ValidBegin":"1","ValidEnd":"1900000000000","Status":"1"}`,
			i+1<<60, i, i, pem, pem)
	}
	io.WriteString(w, `]}}`)
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

// linesOf counts the lines of a file, which must be JSON if that is said. It takes little
// memory: what this process has counts as the least that its children had.
func linesOf(t *testing.T, file *os.File, isJSON bool) (lines int) {
	t.Helper()
	file.Seek(0, io.SeekStart)
	decoder := json.NewDecoder(file)
	for isJSON {
		if _, err := decoder.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	file.Seek(0, io.SeekStart)
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		lines++
	}
	return lines
}

// A list of 100,000 entries costs a command less than 100 MB, whatever it does with it.
func TestMemoryOfCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 300 MB for each command")
	}
	server := httptest.NewServer(lists{100_000, quotedPEM(t, "openssl.p256.crt"), quotedPEM(t, "openssl.rsa2048.crt")})
	defer server.Close()
	ca := filepath.Join("..", "testdata", "ca", "openssl.p256.crt")
	for _, tt := range []struct {
		args  string
		lines int // of the result, at least
	}{
		{"list", 100_000},
		{"devices --json --ca-cert " + ca, 900_000},
	} {
		args := strings.Fields(tt.args)
		command := exec.Command("mqttca", append(args, "--instance", "i", "--endpoint", server.URL, "--rate", "10000", "--timeout", "10m")...)
		command.Env = append(os.Environ(), "ALIBABA_CLOUD_ACCESS_KEY_ID=id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=secret")
		result, err := os.Create(filepath.Join(t.TempDir(), "result"))
		if err != nil {
			t.Fatal(err)
		}
		var stderr bytes.Buffer
		command.Stdout, command.Stderr = result, &stderr
		err = command.Run()
		most := command.ProcessState.SysUsage().(*syscall.Rusage).Maxrss / 1000
		if lines := linesOf(t, result, strings.Contains(tt.args, "--json")); err != nil || most > 100 || lines < tt.lines {
			t.Errorf("%s: %d MB, %d lines, %v %s", tt.args, most, lines, err, stderr.Bytes())
		}
		t.Logf("%s: %d MB in %v", tt.args, most, command.ProcessState.UserTime())
	}
}
