package cmd

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// mqttca runs the program with further variables and returns its exit code and stderr.
func mqttca(t *testing.T, variables []string, args ...string) (code int, stderr string) {
	t.Helper()
	command := exec.Command("mqttca", args...)
	command.Env = append(os.Environ(), "ALIBABA_CLOUD_ACCESS_KEY_ID=id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=secret", "NO_PROXY=")
	command.Env = append(command.Env, variables...)
	var written bytes.Buffer
	command.Stderr = &written
	err := command.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), written.String()
	}
	if err != nil {
		t.Fatal(err)
	}
	return 0, written.String()
}

// listening serves every connection with serve, which closes it.
func listening(t *testing.T, serve func(net.Conn)) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serve(conn)
			conn.Close()
		}
	}()
	return listener.Addr().String()
}

// quiet is a TLS server whose failed handshakes nobody needs to see.
func quiet(t *testing.T, handler http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// What goes wrong at the proxy is said of the proxy; what goes wrong behind it, of the
// endpoint.
func TestProxyIsNamed(t *testing.T) {
	closes := listening(t, func(conn net.Conn) { conn.Read(make([]byte, 1000)) })
	opens := listening(t, func(conn net.Conn) {
		conn.Read(make([]byte, 1000))
		io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
		conn.Read(make([]byte, 64<<10))
	})
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	tls := strings.TrimPrefix(quiet(t, http.NotFoundHandler()).URL, "https://")
	const via = "through the environment's proxy: "
	for name, tt := range map[string]struct{ proxy, want string }{
		"it closes at CONNECT":       {"http://" + closes, via + "the connection was closed without an answer"},
		"it has no TLS":              {"https://" + strings.TrimPrefix(plain.URL, "http://"), via + "it answers without TLS"},
		"it has TLS":                 {"http://" + tls, "the environment's proxy"},
		"its certificate is unknown": {"https://" + tls, via + "its TLS certificate does not verify: "},
		"the endpoint closes":        {"http://" + opens, "mqtt.example: the connection was closed without an answer"},
	} {
		code, stderr := mqttca(t, []string{"HTTPS_PROXY=" + tt.proxy}, "list", "--retries", "0", "--instance", "i", "--endpoint", "mqtt.example")
		if code != exitUnavailable || !strings.Contains(stderr, tt.want) {
			t.Errorf("%s: exit %d, %s\nwant %s", name, code, stderr, tt.want)
		}
	}
}

// If no root could be loaded from SSL_CERT_FILE, the error says so.
func TestRootsThatAreNotLoaded(t *testing.T) {
	server := quiet(t, http.NotFoundHandler())
	folder := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	der := server.Certificate().Raw
	code, stderr := mqttca(t, []string{"SSL_CERT_DIR=" + filepath.Join(folder, "missing")}, "list", "--instance", "i", "--endpoint", server.URL)
	if code != exitUnavailable || !strings.Contains(stderr, "; no root certificate could be loaded from SSL_CERT_DIR: ") {
		t.Errorf("SSL_CERT_DIR: exit %d, %s", code, stderr)
	}
	const unknown, from = "x509: certificate signed by unknown authority", "; no root certificate could be loaded from SSL_CERT_FILE: "
	for path, want := range map[string]string{
		filepath.Join(folder, "missing"): unknown + from + "no such file or directory\n",
		write("der", der):                unknown + from + "it holds no PEM certificate\n",
		write("empty", nil):              unknown + from + "it holds no PEM certificate\n",
		folder:                           from + "is a directory\n",
		write("other", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: throwaway(t).Certificate.Raw})): unknown + "\n",
	} {
		code, stderr := mqttca(t, []string{"SSL_CERT_FILE=" + path}, "list", "--instance", "i", "--endpoint", server.URL)
		if code != exitUnavailable || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit %d, %s\nwant %s", path, code, stderr, want)
		}
	}
}

// A request line that is too long for something on the way is refused there: one submission,
// and no doubt about it.
func TestSubmissionThatIsTooLongForTheWay(t *testing.T) {
	for _, status := range []int{414, 431, 403} {
		var submissions atomic.Int32
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.Header.Get("x-acs-action") {
			case "ListCaCertificate":
				io.WriteString(w, `{"RequestId":"r","Data":{"CaCertificateVOS":[]}}`)
			case "GetRegisterCode":
				io.WriteString(w, `{"RequestId":"r","RegisterCode":"a-code"}`)
			default:
				submissions.Add(1)
				w.Header().Set("Content-Type", "text/html")
				w.WriteHeader(status)
			}
		}))
		_, caCert, caKey := newEmulated(t)
		code, stderr := mqttca(t, nil, "register", "--instance", "i", "--endpoint", server.URL, "--ca-cert", caCert, "--ca-key", caKey)
		server.Close()
		want := fmt.Sprintf("error: RegisterCaCertificate for instance i was refused by a proxy or gateway on the way to %s (HTTP %d): the answer is not JSON but text/html\n"+
			"hint: something between mqttca and the service refused the request: ", strings.TrimPrefix(server.URL, "http://"), status)
		if code != exitUnavailable || submissions.Load() != 1 || !strings.Contains(stderr, want) {
			t.Errorf("exit %d, %d submissions, %s\nwant %s", code, submissions.Load(), stderr, want)
		}
	}
}

// An entry that is no certificate costs no time, and an error is a sentence, whatever the
// list holds.
func TestListingAsABomb(t *testing.T) {
	caCert := filepath.Join("..", "testdata", "ca", "openssl.p256.crt")
	bombs := map[string]string{
		"labels": strings.Repeat(`-----BEGIN A-----\n`, 7<<20/19),
		"begins": strings.Repeat(`-----BEGIN `, 7<<20/11),
		"short":  strings.Repeat(`-----BEGIN `, 30<<10/11),
	}
	for name, bomb := range bombs {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"RequestId":"r","Data":{"CaCertificateVOS":[{"Sn":"12","CaName":"%s","CaContent":"%s"},{"Sn":"0012","CaName":"%[1]s"}]}}`,
				strings.Repeat("n", 10_000), bomb)
		}))
		for want, args := range map[int][]string{
			exitNotListed: {"confirm", "--wait", "0", "--ca-cert", caCert},
			exitUsage:     {"show", "--sn", "012"},
			exitOK:        {"list"},
		} {
			code, stderr := mqttca(t, nil, append(args, "--instance", "i", "--endpoint", server.URL, "--timeout", "20s")...)
			if i := strings.Index(stderr, "error:"); code != want || i >= 0 && len(stderr[i:]) > 1024 {
				t.Errorf("%s: %s: exit %d, want %d, %d bytes: %s", name, args[0], code, want, len(stderr), stderr)
			}
		}
		server.Close()
	}
}

func TestSentence(t *testing.T) {
	for message, want := range map[string]string{
		"short": "short",
		strings.Repeat("a", 600) + strings.Repeat("z", 600): strings.Repeat("a", 500) + " … " + strings.Repeat("z", 300),
		"aa" + strings.Repeat("工", 500):                     "aa" + strings.Repeat("工", 166) + " … " + strings.Repeat("工", 100),
	} {
		if got := sentence(message); got != want {
			t.Errorf("%q", got)
		}
	}
}
