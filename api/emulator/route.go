package emulator

import (
	"net/http"
	"slices"
)

// apiVersion is the only version of the API that the vendor publishes.
const apiVersion = "2020-04-20"

// route finds the operation that a request asks for.
//
// Invented: the order of these checks, and that they come ahead of those on the signature; the code for a request that doesn't say
// what sends it.
func (s *Service) route(r *http.Request, claimed claim) (operation, *refusal) {
	if r.UserAgent() == "" {
		return operation{}, refuse(missingUserAgent)
	}
	op, ok := s.operations[claimed.operation]
	if !ok || r.URL.Path != "/" {
		return operation{}, refuse(invalidActionNotFound)
	}
	if claimed.version != apiVersion {
		return operation{}, refuse(invalidVersion)
	}
	if !slices.Contains(op.methods, r.Method) {
		return operation{}, refuse(unsupportedHTTPMethod)
	}
	return op, nil
}
