package emulator

import (
	"net/http"
	"strings"
	"testing"
)

func TestJournalKeepsTheLatest(t *testing.T) {
	s := &Service{journal: make([]Request, 2*journalLimit)}
	s.journal[2*journalLimit-1].Operation = "last but one"
	s.enter(namedCall("last"), 200, "")
	got := s.Requests()
	if len(got) != journalLimit+1 || got[journalLimit-1].Operation != "last but one" || got[journalLimit].Operation != "last" {
		t.Errorf("%d requests kept, ending in %+v", len(got), got[max(0, len(got)-2):])
	}
	s.enter(namedCall(strings.Repeat("x", maxOperationLength+1)), 404, "InvalidAction.NotFound")
	got = s.Requests()
	if length := len(got[len(got)-1].Operation); length != maxOperationLength {
		t.Errorf("%d bytes kept of an operation's name, want %d", length, maxOperationLength)
	}
}

func namedCall(operation string) *call {
	return &call{r: new(http.Request), claim: claim{operation: operation}}
}
