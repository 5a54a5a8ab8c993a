package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mqttca/api/credentials"
	"mqttca/api/emulator"
	"mqttca/api/wire"
)

// seeds are the lines of a file of testdata/fuzz.
func seeds(f *testing.F, name string) []string {
	f.Helper()
	data, err := os.ReadFile(filepath.Join("..", "testdata", "fuzz", name))
	if err != nil {
		f.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}

// Whatever the service answers: it is decoded, or it is one of two errors; no panic, no
// secret in the error, and the error stays a sentence.
func FuzzAnswer(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("..", "testdata", "answers", "*.json"))
	if err != nil || len(files) == 0 {
		f.Fatal("no recorded answers", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(200, "application/json", data)
		f.Add(400, "application/json", data)
	}
	f.Add(502, "text/html", []byte("<html>"))
	f.Add(400, "application/json", []byte(`{"Code":"the-secret","Message":"the-token dGhlLXRva2Vu","RequestId":7}`))
	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte) {
		reader := answerReader{Call{"ListCaCertificate", "i", "host"}, testCredentials}
		var answer struct {
			reply
			Sn   string
			Data *struct {
				PageSize         wire.Number
				CaCertificateVOS []caCertificateVO
			}
		}
		resp := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(bytes.NewReader(body))}
		requestID, err := reader.read(resp, &answer)
		var refusal *Error
		var lost *NoAnswerError
		if err == nil && status/100 != 2 || err != nil && !errors.As(err, &refusal) && !errors.As(err, &lost) {
			t.Fatalf("status %d: %v", status, err)
		}
		if refusal != nil && refusal.Code == "" {
			t.Fatalf("a refusal without a code: %v", err)
		}
		said := requestID
		if err != nil {
			said += err.Error()
		}
		if strings.Contains(said, "the-secret") || strings.Contains(said, "the-token") || len(said) > 10_000 {
			t.Fatalf("the error says %q", said)
		}
	})
}

// Whatever stands in the parameters and the token: what this client signs, the emulator's
// verifier, which shares no code with it, finds signed; and what was altered it does not.
func FuzzSignature(f *testing.F) {
	for _, text := range seeds(f, "texts.txt") {
		f.Add(text, text, "token")
	}
	f.Fuzz(func(t *testing.T, name, value, token string) {
		if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r >= 0x7f }) || name == "MqttInstanceId" || name == "PageNo" || name == "PageSize" {
			t.Skip()
		}
		service, err := emulator.New(emulator.Options{Instances: []string{"i"},
			Credentials: []emulator.Credential{{AccessKeyID: "id", AccessKeySecret: "secret", SecurityToken: token}}})
		if err != nil {
			t.Fatal(err)
		}
		client := NewClient(Config{Endpoint: Endpoint{url.URL{Scheme: "http", Host: "127.0.0.1"}}, UserAgent: "fuzz",
			Credentials: credentials.Credentials{AccessKeyID: "id", AccessKeySecret: "secret", SecurityToken: credentials.Secret(token)}})
		params := url.Values{"MqttInstanceId": {"i"}, "PageNo": {"1"}, "PageSize": {"1"}, name: {value}}
		send := func(alter func(*http.Request)) int {
			req, err := client.request(context.Background(), listCaCertificate, params, credentials.Credentials{AccessKeyID: "id", AccessKeySecret: "secret", SecurityToken: credentials.Secret(token)})
			if err != nil {
				t.Fatal(err)
			}
			req.Host = req.URL.Host
			alter(req)
			recorder := httptest.NewRecorder()
			service.ServeHTTP(recorder, req)
			return recorder.Code
		}
		if status := send(func(*http.Request) {}); status != http.StatusOK {
			t.Fatalf("%q=%q with token %q: HTTP %d", name, value, token, status)
		}
		if status := send(func(r *http.Request) { r.URL.RawQuery += "0" }); status == http.StatusOK {
			t.Fatalf("%q=%q: an altered query passes", name, value)
		}
	})
}
