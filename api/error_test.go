package api

import (
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
