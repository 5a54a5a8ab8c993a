package peers

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mqttca/api/emulator"
)

// password is that of the vendor's mode Signature.
func password(clientID string) string {
	mac := hmac.New(sha1.New, []byte(plainKey.AccessKeySecret))
	mac.Write([]byte(clientID))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// issueByOpenSSL leaves the certificate of a device and its key in NAME.crt and NAME.key.
func (a authority) issueByOpenSSL(t *testing.T, folder, name, serial string) {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		t.Fatal(err)
	}
	for file, data := range map[string][]byte{"ca.crt": []byte(a.pem()), "ca.key": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})} {
		if err := os.WriteFile(filepath.Join(folder, file), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range []string{
		"req -newkey rsa:2048 -nodes -subj /CN=" + name + " -keyout " + name + ".key -out " + name + ".csr",
		"x509 -req -in " + name + ".csr -CA ca.crt -CAkey ca.key -set_serial " + serial + " -days 1 -sha256 -out " + name + ".crt",
	} {
		command := exec.Command("openssl", strings.Fields(args)...)
		command.Dir = folder
		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("openssl %s: %v: %s", args, err, output)
		}
	}
}

// TestDevices: devices with certificates made by OpenSSL and the client of npm's package mqtt
// publish and receive, and register themselves.
func TestDevices(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed")
	}
	if _, err := os.Stat("node/node_modules/mqtt"); err != nil {
		t.Skip("npm ci --ignore-scripts has not been run in the folder node")
	}
	s, ca, folder := start(t, false, nil), newAuthority(t), t.TempDir()
	l := &life{t: t, peer: allPeers[0], key: plainKey, service: s, method: http.MethodPost, made: table{}}
	named := l.register(ca)
	listener, err := emulator.ListenBroker("127.0.0.1:0", s.Service)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	ca.issueByOpenSSL(t, folder, "pump", "0x4d01")
	ca.issueByOpenSSL(t, folder, "valve", "0x4d02")
	if err := os.WriteFile(filepath.Join(folder, "root.crt"), listener.RootPEM, 0o600); err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Address)
	script, err := filepath.Abs("node/device.mjs")
	if err != nil {
		t.Fatal(err)
	}
	devices := exec.Command("node", script, port, "root.crt", "Signature|"+plainKey.AccessKeyID+"|"+instanceID,
		password("GID_devices@@@pump"), password("GID_devices@@@valve"))
	devices.Dir, devices.Stderr = folder, os.Stderr
	output, err := devices.Output()
	lines := strings.SplitN(strings.TrimSpace(string(output)), "\n", 3)
	if err != nil || len(lines) != 3 || lines[0] != "plant/pump on" || !strings.Contains(lines[1], "Bad username or password") || !strings.Contains(lines[2], "certificate required") {
		t.Errorf("%v: %s", err, output)
	}
	listed := l.do("ListDeviceCertificateByCaSn", http.MethodGet, values{"CaSn": named["Sn"], "PageNo": "1", "PageSize": "10"})
	l.want("devices", listed["Data"].(map[string]any)["Total"], "2")
}
