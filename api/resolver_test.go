package api

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// nameServer answers the first queries with the code failure, and later ones with 127.0.0.1.
// The dialer asks it.
func nameServer(t *testing.T, failures int32, failure byte) *net.Dialer {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	queries := int32(0)
	go func() {
		for buffer := make([]byte, 1500); ; {
			n, from, err := server.ReadFrom(buffer)
			if err != nil {
				return
			}
			end := 12 // of the header, and then of the question
			for ; buffer[end] != 0; end += int(buffer[end]) + 1 {
			}
			end += 5
			queries++
			answer := append([]byte(nil), buffer[:min(end, n)]...)
			answer[2], answer[3] = 0x81, 0x80   // a response, recursion available
			copy(answer[6:12], make([]byte, 6)) // no records
			switch kind := binary.BigEndian.Uint16(answer[end-4:]); {
			case queries <= failures:
				answer[3] |= failure
			case kind == 1: // A
				answer[7] = 1
				answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, 1)
			}
			server.WriteTo(answer, from)
		}
	}()
	return &net.Dialer{Resolver: &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", server.LocalAddr().String())
	}}}
}

// A name server that fails (SERVFAIL) is asked again; one that knows no such name is not.
func TestNameServerThatFails(t *testing.T) {
	const servfail, nxdomain = 2, 3
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, done) }))
	defer server.Close()
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(server.URL, "http://"))
	for code, want := range map[byte]string{servfail: "", nxdomain: "the host name mqtt.example is not known"} {
		dialer := nameServer(t, 8, code)
		retries := 0
		client := NewClient(Config{Endpoint: endpointOf(t, server.URL), Credentials: testCredentials, Retries: Unlimited,
			Retrying: func(Retry) { retries++ },
			Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return dialer.DialContext(ctx, network, "mqtt.example:"+port)
			}})
		defer client.Close()
		_, err := client.RegisterCaCertificate(t.Context(), Registration{})
		if (err == nil) != (want == "") || err != nil && !strings.HasSuffix(err.Error(), want) || (retries > 0) != (want == "") {
			t.Errorf("code %d: %v after %d retries, want %s", code, err, retries, want)
		}
	}
}
