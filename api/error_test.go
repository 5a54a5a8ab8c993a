package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"mqttca/api/credentials"
)

func TestErrorTexts(t *testing.T) {
	call := Call{"ListCaCertificate", "i", "h"}
	tests := []struct {
		err  error
		want string
	}{
		{&Error{Call: call, HTTPStatus: 400, Code: "C", Message: " No such thing. ", RequestID: "r"},
			"ListCaCertificate for instance i was refused by h: No such thing (code C, HTTP 400, request id r)"},
		{&Error{Call: Call{Operation: "ListInstances", Host: "h"}, HTTPStatus: 400, Code: "C", RequestID: "r"},
			"ListInstances was refused by h: no reason given (code C, HTTP 400, request id r)"},
		{&NoAnswerError{Call: call, Reason: "lost"}, "ListCaCertificate for instance i got no usable answer from h: lost"},
		{&NoAnswerError{Call: call, Reason: "odd", RequestID: "r"}, "ListCaCertificate for instance i got no usable answer from h: odd (request id r)"},
	}
	for _, tt := range tests {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("\n got %s\nwant %s", got, tt.want)
		}
	}
}

func TestRegionOfAnyLength(t *testing.T) {
	for length, ok := range map[int]bool{50: true, 51: false} {
		if _, err := RegionalEndpoint(strings.Repeat("a", length), false); (err == nil) != ok {
			t.Errorf("a region of %d characters: %v", length, err)
		}
	}
}

// Credentials that fail when a request is to be signed send nothing.
func TestCredentialsThatFail(t *testing.T) {
	endpoint, err := ParseEndpoint("http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	client := NewClient(Config{Endpoint: endpoint, Credentials: failing{}, Retries: 5})
	_, err = client.RegisterCaCertificate(context.Background(), Registration{})
	if err == nil || err.Error() != "no usable credentials: expired" || MaybeDone(err) {
		t.Errorf("%v, may be done: %v", err, MaybeDone(err))
	}
}

type failing struct{}

func (failing) Credentials(context.Context) (credentials.Credentials, error) {
	return credentials.Credentials{}, &credentials.Error{Reason: "expired"}
}

// What is long is cut, and a broken answer keeps its status.
func TestOddAnswers(t *testing.T) {
	long := strings.Repeat("工", 501)
	tests := []struct {
		name, body string
		length     string // Content-Length, "" for the body's own
		status     int
		want       string // the end of the error
	}{
		{"long message", `{"Code":"C","Message":"` + long + `","RequestId":"r"}`, "", 400, ": " + long[:500*len("工")] + " … (code C, HTTP 400, request id r)"},
		{"no JSON, and called so", `{`, "", 200, ": the answer (HTTP 200) is not valid JSON"},
		{"broken off", `{`, "100", 200, ": the answer (HTTP 200) broke off: unexpected EOF"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				if tt.length != "" {
					w.Header().Set("Content-Length", tt.length)
				}
				w.WriteHeader(tt.status)
				io.WriteString(w, tt.body)
			}))
			defer server.Close()
			_, err := newTestClient(t, server, nil).GetRegisterCode(context.Background(), "i")
			if err == nil || !strings.HasSuffix(err.Error(), tt.want) {
				t.Errorf("\n got %v\nwant …%s", err, tt.want)
			}
			var lost *NoAnswerError
			if errors.As(err, &lost) && (lost.HTTPStatus != tt.status || !lost.Sent) {
				t.Errorf("%+v, want HTTP status %d, and sent", lost, tt.status)
			}
		})
	}
}
