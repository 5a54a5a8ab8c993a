package emulator

import (
	"io"
	"net/http"
	"slices"
)

// apiVersion is the only version of the API that the vendor publishes.
const apiVersion = "2020-04-20"

// maxBody bounds what is read of a request's body. No operation takes one.
const maxBody = 64 << 10

// route finds the operation that a request asks for.
//
// Invented: the order of these checks, and that they come ahead of those on the signature.
func (s *Service) route(r *http.Request) (operation, *refusal) {
	op, ok := s.operations[r.Header.Get("x-acs-action")]
	if !ok || r.URL.Path != "/" {
		return operation{}, refuse(invalidActionNotFound)
	}
	if r.Header.Get("x-acs-version") != apiVersion {
		return operation{}, refuse(invalidVersion)
	}
	if !slices.Contains(op.methods, r.Method) {
		return operation{}, refuse(unsupportedHTTPMethod)
	}
	return op, nil
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, *refusal) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		// Invented: the code for a body that is too large or breaks off.
		return nil, refusef(parameterFieldCheckFailed, "The request body is incomplete or too large.")
	}
	return body, nil
}
