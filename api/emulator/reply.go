package emulator

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strconv"
	"time"
)

// reply is an answer ready to be sent: whole, or as a fault will have it.
type reply struct {
	call       *call
	status     int
	code       code // of a refusal
	body       []byte
	retryAfter time.Duration
}

// newReply encodes a result. The results are plain structs, which always encode.
func newReply(c *call, status int, code code, result any) reply {
	answer := reply{call: c, status: status, code: code}
	var b bytes.Buffer
	if c.claim.xml {
		encodeXML(&b, c, code, result)
	} else {
		_ = json.NewEncoder(&b).Encode(result)
	}
	answer.body = b.Bytes()
	return answer
}

// encodeXML gives a result the root element of the vendor's XML samples.
//
// Invented: that each entry of a list is an element with the list's name.
func encodeXML(b *bytes.Buffer, c *call, code code, result any) {
	root := c.claim.operation + "Response"
	if code != "" {
		root = "Error"
	}
	b.WriteString("<?xml version='1.0' encoding='UTF-8'?>")
	_ = xml.NewEncoder(b).EncodeElement(result, xml.StartElement{Name: xml.Name{Local: root}})
}

// writeHeader sends all but the body. The Date is the service's own clock, which is what a client measures its skew by.
func (a reply) writeHeader(w http.ResponseWriter) {
	header := w.Header()
	a.call.mark(header)
	header.Set("Content-Type", "application/json;charset=utf-8")
	if a.call.claim.xml {
		header.Set("Content-Type", "text/xml;charset=utf-8")
	}
	header.Set("Content-Length", strconv.Itoa(len(a.body)))
	if a.retryAfter > 0 {
		header.Set("x-acs-retry-after", strconv.FormatInt(a.retryAfter.Milliseconds(), 10))
	}
	w.WriteHeader(a.status)
}

// mark sets the headers that every answer has, also one that a proxy would have made.
func (c *call) mark(header http.Header) {
	header.Set(HeaderEmulated, "1")
	header.Set("x-acs-request-id", c.requestID)
	header.Set("Date", c.now.UTC().Format(http.TimeFormat))
}
