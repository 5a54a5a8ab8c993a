package emulator

import (
	"net/http"
	"slices"
	"strings"
	"sync"
)

// journalLimit is how many requests are kept at least; twice as many at most.
const journalLimit = 50_000

// maxOperationLength bounds what is kept of an operation's name, which may be anything that a client sent.
const maxOperationLength = 128

// Request is one request that the service has answered.
type Request struct {
	// Operation is the header x-acs-action, whether such an operation exists or not.
	Operation string
	Method    string
	// Code is the error code of the answer; empty when the request succeeded.
	Code       string
	HTTPStatus int
}

// journal keeps the latest requests.
type journal struct {
	mu      sync.Mutex
	entries []Request
}

func (j *journal) enter(r *http.Request, refused *refusal, status int) {
	operation := r.Header.Get("x-acs-action")
	entry := Request{
		Operation:  strings.Clone(operation[:min(len(operation), maxOperationLength)]),
		Method:     strings.Clone(r.Method),
		HTTPStatus: status,
	}
	if refused != nil {
		entry.Code = string(refused.code)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.entries) == 2*journalLimit {
		j.entries = slices.Delete(j.entries, 0, journalLimit)
	}
	j.entries = append(j.entries, entry)
}

func (j *journal) requests() []Request {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.entries)
}
