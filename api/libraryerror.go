package api

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// What the vendor's codes and request ids look like. Nothing else is taken from the
// answer that refused: it may echo what it was sent.
var (
	codePattern      = regexp.MustCompile(`^[A-Z][A-Za-z]+(\.[A-Za-z]+)*$`)
	requestIDPattern = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
)

const longestCode = 80

// explain says in words of ours what went wrong: the library's errors hold URLs with
// signatures, and whole answers.
func (h handout) explain(err error) error {
	var request *url.Error
	if errors.As(err, &request) {
		failure := h.unasked(err)
		failure.Advice = "check the network and HTTPS_PROXY; running it again is safe"
		return failure
	}
	refusal := refusalIn(err.Error(), h.secrets)
	if refusal.Code == "" && refusal.RequestID == "" {
		return h.refused(string(noneUsable))
	}
	failure := h.refused(fmt.Sprintf("refused to give any (code %s, request id %s)", cmp.Or(refusal.Code, "none"), cmp.Or(refusal.RequestID, "none")))
	failure.Code, failure.RequestID = string(refusal.Code), string(refusal.RequestID)
	return failure
}

// refusalIn looks for the JSON of an answer at the end of an error's text.
func refusalIn(message string, secrets []Secret) (found reply) {
	start := strings.IndexByte(message, '{')
	if start < 0 {
		return reply{}
	}
	body := redactAll(withoutEscapes([]byte(message[start:])), secrets)
	if json.NewDecoder(bytes.NewReader(body)).Decode(&found) != nil {
		return reply{}
	}
	if len(found.Code) > longestCode || !codePattern.MatchString(string(found.Code)) {
		found.Code = ""
	}
	if !requestIDPattern.MatchString(string(found.RequestID)) {
		found.RequestID = ""
	}
	return found
}
