package emulator

import (
	"slices"
	"strings"
	"sync"
)

// journalLimit is how many requests are kept at least; twice as many at most.
const journalLimit = 50_000

// maxOperationLength bounds what is kept of an operation's name, which may be anything that a client sent.
const maxOperationLength = 128

// Request is one request that the service has received, and what it sent.
type Request struct {
	// Operation is the header x-acs-action or the parameter Action, whether such an operation exists or not.
	Operation string
	Method    string
	// Code is the error code of the answer; empty when the request succeeded, or no code was sent.
	Code string
	// HTTPStatus is 0 where not even a status was sent.
	HTTPStatus int
	// Fault is the injected fault that the request met: a FaultKind, with "-after" behind it where the work was done all the same.
	// Empty: none.
	Fault string
}

// journal keeps the latest requests.
type journal struct {
	mu      sync.Mutex
	entries []Request
}

// enter takes copies, because a part of a request may hold on to the memory of the whole.
func (j *journal) enter(c *call, status int, code code, fault string) {
	operation := c.claim.operation
	entry := Request{
		Operation:  strings.Clone(operation[:min(len(operation), maxOperationLength)]),
		Method:     strings.Clone(c.method),
		Code:       string(code),
		HTTPStatus: status,
		Fault:      fault,
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
