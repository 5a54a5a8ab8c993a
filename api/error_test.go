package api

import (
	"context"
	"strings"
	"testing"
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

// One odd date in a list keeps nothing else from being seen.
func TestNumbersThatAreNone(t *testing.T) {
	for text, want := range map[string]number{`7`: 7, `"7"`: 7, `-7`: -7, `null`: 0, `""`: 0, `"soon"`: 0, `1.5`: 0, `{"a":1}`: 0, `99999999999999999999`: 0} {
		n := number(1)
		if err := n.UnmarshalJSON([]byte(text)); err != nil || n != want {
			t.Errorf("%s: %d, %v; want %d", text, n, err, want)
		}
	}
	for ms, want := range map[number]string{0: "0001-01-01T00:00:00Z", -1: "0001-01-01T00:00:00Z", 253402300799999: "9999-12-31T23:59:59Z", 253402300800000: "0001-01-01T00:00:00Z"} {
		if got := ms.milliseconds().Format("2006-01-02T15:04:05Z"); got != want {
			t.Errorf("%d ms: %s, want %s", ms, got, want)
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

func (failing) Credentials(context.Context) (Credentials, error) {
	return Credentials{}, &CredentialsError{Reason: "expired"}
}
