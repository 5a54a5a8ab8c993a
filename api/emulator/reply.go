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

// A reply is an answer ready to be sent. A fault may send only part of it.
type reply struct {
	status     int
	code       code // of a refusal
	body       []byte
	retryAfter time.Duration
}

// encode encodes a result as an answer: a plain struct, which always encodes. Its root element in
// XML is that of the vendor's samples.
// Invented: xml.
func (c *call) encode(status int, code code, result answer) reply {
	result.RequestID = c.requestID
	var b bytes.Buffer
	if c.xml {
		root := c.operation + "Response"
		if code != "" {
			root = "Error"
		}
		b.WriteString("<?xml version='1.0' encoding='UTF-8'?>")
		_ = xml.NewEncoder(&b).EncodeElement(result, xml.StartElement{Name: xml.Name{Local: root}})
	} else {
		_ = json.NewEncoder(&b).Encode(result)
	}
	return reply{status: status, code: code, body: b.Bytes()}
}

// begin sends an answer without the body.
func (c *call) begin(answer reply) {
	header := c.header()
	header.Set("Content-Type", "application/json;charset=utf-8")
	if c.xml {
		header.Set("Content-Type", "text/xml;charset=utf-8")
	}
	header.Set("Content-Length", strconv.Itoa(len(answer.body)))
	if answer.retryAfter > 0 {
		header.Set("x-acs-retry-after", strconv.FormatInt(answer.retryAfter.Milliseconds(), 10))
	}
	c.w.WriteHeader(answer.status)
}

// header returns the headers of every answer, even a proxy's. A client measures its clock skew by
// the Date, which is the service's own clock.
func (c *call) header() http.Header {
	header := c.w.Header()
	header.Set(HeaderEmulated, "1")
	header.Set("x-acs-request-id", c.requestID)
	header.Set("Date", c.now.UTC().Format(http.TimeFormat))
	return header
}

// pause waits, and reports whether the client waited, too.
func (c *call) pause(wait time.Duration) bool {
	c.unlimited()
	select {
	case <-time.After(wait):
		return true
	case <-c.r.Context().Done():
		return false
	}
}

// unlimited lifts the server's time limit on an answer, which would end a fault too early. net/http
// itself lifts the limit on a request once it is read.
func (c *call) unlimited() {
	_ = http.NewResponseController(c.w).SetWriteDeadline(time.Time{})
}

// reset ends the connection, over TCP with a reset.
func (c *call) reset() {
	connection, _, err := http.NewResponseController(c.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if secured, ok := connection.(*tls.Conn); ok {
		connection = secured.NetConn()
	}
	if tcp, ok := connection.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // Close then sends a reset instead of an end
	}
	_ = connection.Close()
}

// newRequestID makes an id like the vendor's examples: a UUID in upper case.
func newRequestID() string { return strings.ToUpper(newUUID()) }

// newUUID makes a random UUID (RFC 9562, version 4). crypto/rand does not fail.
func newUUID() string {
	var u [16]byte
	rand.Read(u[:])
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}
