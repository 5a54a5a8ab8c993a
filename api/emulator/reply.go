package emulator

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A reply is an answer that is ready to be sent. A fault may send only a part of it.
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
// Invented: xml.
func encodeXML(b *bytes.Buffer, c *call, code code, result any) {
	root := c.claim.operation + "Response"
	if code != "" {
		root = "Error"
	}
	b.WriteString("<?xml version='1.0' encoding='UTF-8'?>")
	_ = xml.NewEncoder(b).EncodeElement(result, xml.StartElement{Name: xml.Name{Local: root}})
}

// writeHeader sends all but the body.
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

// mark sets the headers of every answer, also of those that a proxy would have made. A
// client measures its clock skew by the Date, which is the service's own clock.
func (c *call) mark(header http.Header) {
	header.Set(HeaderEmulated, "1")
	header.Set("x-acs-request-id", c.requestID)
	header.Set("Date", c.now.UTC().Format(http.TimeFormat))
}

// pause waits, and reports whether the client waited, too.
func pause(w http.ResponseWriter, r *http.Request, wait time.Duration) bool {
	unlimited(w)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// unlimited lifts the server's own time limit on an answer, which would end a fault too
// early. net/http itself lifts the limit on a request that has been read.
func unlimited(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{})
}

// abort ends the connection of a request, over TCP by a reset.
func abort(w http.ResponseWriter, r *http.Request) {
	if _, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr); !ok {
		panic(http.ErrAbortHandler)
	}
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer connection.Close()
	raw := connection
	if secured, ok := connection.(*tls.Conn); ok {
		raw = secured.NetConn()
	}
	if tcp, ok := raw.(*net.TCPConn); ok {
		// Makes Close send a reset in place of an end.
		_ = tcp.SetLinger(0)
	}
	_ = raw.Close()
}

// newRequestID makes an id in the form of the vendor's examples: a UUID in upper case.
func newRequestID() string { return strings.ToUpper(newUUID()) }

// newUUID makes a random UUID (RFC 9562, version 4). crypto/rand does not fail.
func newUUID() string {
	var u [16]byte
	rand.Read(u[:])
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}
