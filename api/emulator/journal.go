package emulator

import (
	"slices"
	"strings"
	"sync"
)

// journalLimit is the number of requests kept at least; at most twice as many are kept.
const journalLimit = 50_000

// maxOperationLength bounds the name of an operation in the journal, which may be anything that a client sent.
const maxOperationLength = 128

// Request is a request that the service has received, with the outcome.
type Request struct {
	// Operation is the header x-acs-action or the parameter Action, even if no such operation exists.
	Operation string
	Method    string
	// Code is the error code of the answer; empty if the request succeeded, or if no code was sent.
	Code string
	// HTTPStatus is 0 if not even a status was sent.
	HTTPStatus int
	// Fault is the injected fault that the request met: a FaultKind, with the suffix "-after" if it came after the work. Empty: none.
	Fault string
}

// journal keeps the latest requests.
type journal struct {
	mu      sync.Mutex
	entries []Request
}

// enter copies its strings, because a part of a request may hold on to the memory of the whole.
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

// Requests returns the requests received so far, in order. A long-running service keeps only the latest: at least 50,000.
func (s *Service) Requests() []Request {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	return slices.Clone(s.journal.entries)
}
