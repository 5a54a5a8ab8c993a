package cmd

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"mqttca/api/credentials"
	"mqttca/api/emulator"
)

const metadataAddress = "100.100.100.200"

// The metadata service is asked at its own address and never by way of a proxy, which would
// see the credentials and answer with another machine's. This needs a network in which
// that address is one of this machine's.
func TestECSRoleAndProxies(t *testing.T) {
	for _, needed := range [][]string{{"unshare", "-rn", "true"}, {"ip", "-V"}} {
		if output, err := exec.Command(needed[0], needed[1:]...).CombinedOutput(); err != nil {
			t.Skipf("no network namespace with addresses can be made here: %v: %s", err, output)
		}
	}
	program, err := exec.LookPath("ecs-instance")
	if err != nil {
		t.Fatal(err)
	}
	instance := exec.Command("unshare", "-rn", program)
	instance.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	output, err := instance.CombinedOutput()
	const (
		token = "PUT /latest/api/token, "
		roles = "GET /latest/meta-data/ram/security-credentials/"
	)
	want := "the flag: <nil>, asked " + token + roles + ", " + roles + "plant\n" +
		"the flag with a name: <nil>, asked " + token + roles + "plant\n" +
		"the environment: <nil>, asked " + token + roles + "plant\n" +
		"a profile: <nil>, asked " + token + roles + "plant\n" +
		"the proxies saw 0 connections\n"
	if err != nil || string(output) != want {
		t.Errorf("%v\n got %s\nwant %s", err, output, want)
	}
}

// ecsInstance is a program for an empty network namespace: it makes it the network of an
// ECS instance with the role plant, behind proxies, lets mqttca list the CAs with the
// role's credentials in every way, and says how that went.
func ecsInstance() {
	for _, args := range []string{"link set lo up", "addr add " + metadataAddress + "/32 dev lo"} {
		runAs("ip", nil, strings.Fields(args)...)
	}
	service := &instanceMetadata{credentials: handedOut(1)}
	go http.Serve(listen(metadataAddress+":80"), service)
	proxies := &countingListener{Listener: listen("127.0.0.1:0")}
	go http.Serve(proxies, http.NotFoundHandler())
	for _, way := range []struct {
		name string
		env  []string
		args []string
	}{
		{"the flag", nil, []string{"--ecs-role"}},
		{"the flag with a name", nil, []string{"--ecs-role=plant"}},
		{"the environment", []string{credentials.EnvECSRole + "=plant"}, nil},
		{"a profile", []string{credentials.EnvConfigFile + "=" + instanceProfile()}, []string{"--profile", "instance"}},
	} {
		proxy := "http://" + proxies.Addr().String()
		env := append(os.Environ(), "HOME=/nonexistent", envEndpoint+"="+emulatorKnowing(service.credentials),
			"HTTP_PROXY="+proxy, "HTTPS_PROXY="+proxy, "ALL_PROXY="+proxy, "http_proxy="+proxy, "https_proxy="+proxy)
		err := runAs("mqttca", append(env, way.env...), append([]string{"list", "--instance", emulatedInstance}, way.args...)...)
		fmt.Printf("%s: %v, asked %s\n", way.name, err, service.takeAsked())
	}
	fmt.Printf("the proxies saw %d connections\n", proxies.count.Load())
}

// runAs shows what a program prints where it fails.
func runAs(name string, env []string, args ...string) error {
	command := exec.Command(name, args...)
	command.Env = env
	output, err := command.CombinedOutput()
	if err != nil {
		fmt.Printf("%s %q: %s", name, args, output)
	}
	return err
}

func listen(address string) net.Listener {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		panic(err)
	}
	return listener
}

func emulatorKnowing(p pair) (url string) {
	options := emulatorOptions()
	options.Journal = true
	options.Credentials = []emulator.Credential{{AccessKeyID: p.id, AccessKeySecret: p.secret, SecurityToken: p.token}}
	service, err := emulator.New(options)
	if err != nil {
		panic(err)
	}
	return httptest.NewServer(service).URL
}

func instanceProfile() (path string) {
	file, err := os.CreateTemp("", "config-*.json")
	if err != nil {
		panic(err)
	}
	defer file.Close()
	io.WriteString(file, `{"profiles": [{"name": "instance", "mode": "EcsRamRole", "ram_role_name": "plant"}]}`)
	return file.Name()
}

// An instanceMetadata is the metadata service, which wants tokens.
type instanceMetadata struct {
	credentials pair
	mutex       sync.Mutex
	asked       []string
}

func (m *instanceMetadata) takeAsked() string {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	asked := strings.Join(m.asked, ", ")
	m.asked = nil
	return asked
}

func (m *instanceMetadata) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.asked = append(m.asked, r.Method+" "+r.URL.Path)
	switch {
	case r.Method == http.MethodPut:
		io.WriteString(w, "metadata-token")
	case r.Header.Get("X-aliyun-ecs-metadata-token") != "metadata-token":
		w.WriteHeader(http.StatusForbidden)
	case strings.HasSuffix(r.URL.Path, "/"):
		io.WriteString(w, "plant")
	default:
		io.WriteString(w, object("Code", "Success", "AccessKeyId", m.credentials.id, "AccessKeySecret", m.credentials.secret,
			"SecurityToken", m.credentials.token, "Expiration", "2099-01-01T00:00:00Z"))
	}
}

// A countingListener counts the connections that it takes.
type countingListener struct {
	net.Listener
	count atomic.Int32
}

func (l *countingListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil {
		l.count.Add(1)
	}
	return conn, err
}
