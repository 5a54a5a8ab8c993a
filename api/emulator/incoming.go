package emulator

import (
	"io"
	"mime"
	"net/http"
	"slices"
)

// maxBody bounds what is read of a request's body: room for the form of RegisterCaCertificate, many times over.
const maxBody = 64 << 10

// incoming is the payload of a request: the parameters of its query and, where it has one, of its form; and the body as it came.
type incoming struct {
	query, form parameters
	body        []byte
}

// all are the parameters that the operation gets. One given in the query and in the form counts as given twice.
func (p incoming) all() parameters { return slices.Concat(p.query, p.form) }

func readIncoming(w http.ResponseWriter, r *http.Request) (p incoming, refused *refusal) {
	var err error
	if p.body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
		// Invented: the code for a body that is too large or breaks off.
		return p, refusef(parameterFieldCheckFailed, "The request body is incomplete or too large.")
	}
	var ok bool
	if p.query, ok = parseParameters(r.URL.RawQuery); !ok {
		return p, refusef(parameterFieldCheckFailed, "The query string is not percent-encoded.")
	}
	if !hasForm(r) {
		return p, nil
	}
	if p.form, ok = parseParameters(string(p.body)); !ok {
		return p, refusef(parameterFieldCheckFailed, "The form is not percent-encoded.")
	}
	return p, nil
}

func hasForm(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/x-www-form-urlencoded"
}
