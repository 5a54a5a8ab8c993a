package emulator

import (
	"bytes"
	"cmp"
	"io"
	"maps"
	"net/http"
	"slices"
	"time"
)

// A FaultKind is a way in which a call fails.
type FaultKind string

// The kinds. A new one needs a name here, a row in faultKinds and a method of delivery; flags, help
// and mixtures find it there.
const (
	FaultThrottle    FaultKind = "throttle"       // Throttling.User, with the header x-acs-retry-after if RetryAfter is set
	FaultUnavailable FaultKind = "unavailable"    // ServiceUnavailable, HTTP 503
	FaultInternal    FaultKind = "internal-error" // InternalError
	FaultRefuse      FaultKind = "refuse"         // any Code
	FaultHang        FaultKind = "hang"           // no answer, until the client leaves or the server closes
	FaultReset       FaultKind = "reset"          // the connection ends without an answer, over TCP with a reset
	FaultHTML        FaultKind = "html"           // HTTP 502 and a page of a proxy
	FaultGarbage     FaultKind = "garbage"        // HTTP 200 and meaningless bytes
	FaultOversize    FaultKind = "oversize"       // HTTP 200 and Size bytes that begin like an answer
	FaultRedirect    FaultKind = "redirect"       // HTTP 307 to another path on the same server: the journal shows who follows
	FaultLatency     FaultKind = "latency"        // only Delay and Jitter; another fault may follow
	FaultTruncate    FaultKind = "truncate"       // half of the answer, then the connection ends
	FaultSlow        FaultKind = "slow"           // the answer, one byte a second
)

// A faultKind is a row of the table of faults.
type faultKind struct {
	deliver     func(*delivery) // sends the fault instead of the answer; nil for a fault which only waits
	refuses     bool            // it is a refusal, which may request a pause
	undone      bool            // it claims that the service did nothing: a mixture never draws it after the work
	keepsAnswer bool            // the client gets the operation's own answer, so the work is always done
	broker      string          // the steps of a connection to the broker it may affect
}

// faultKinds is read-only.
var faultKinds = map[FaultKind]faultKind{
	FaultThrottle:    {deliver: refusing("Throttling.User"), refuses: true, undone: true},
	FaultUnavailable: {deliver: refusing("ServiceUnavailable"), refuses: true, undone: true},
	FaultInternal:    {deliver: refusing("InternalError"), refuses: true},
	FaultRefuse:      {deliver: refusing(""), refuses: true, broker: BrokerHandshake + BrokerConnect},
	FaultHang:        {deliver: (*delivery).hang, broker: BrokerHandshake + BrokerConnect},
	FaultReset:       {deliver: (*delivery).reset, broker: BrokerHandshake + BrokerConnect},
	FaultHTML:        {deliver: (*delivery).html},
	FaultGarbage:     {deliver: (*delivery).garbage},
	FaultOversize:    {deliver: (*delivery).oversize},
	FaultRedirect:    {deliver: (*delivery).redirect},
	FaultLatency:     {keepsAnswer: true, broker: BrokerHandshake + BrokerConnect},
	FaultTruncate:    {deliver: (*delivery).truncate, keepsAnswer: true},
	FaultSlow:        {deliver: (*delivery).slow, keepsAnswer: true, broker: BrokerConnect},
}

// FaultKinds returns all kinds, sorted.
func FaultKinds() []FaultKind { return slices.Sorted(maps.Keys(faultKinds)) }

// A delivery is a call answered with a fault.
type delivery struct {
	*Service
	*call
}

// refusing returns the delivery of a refusal with a fixed code, or the fault's.
func refusing(fixed code) func(*delivery) {
	return func(d *delivery) {
		answer := d.refusal(d.call, refuse(cmp.Or(fixed, code(d.met.Code))))
		answer.retryAfter = d.met.RetryAfter
		d.send(d.call, answer)
	}
}

func (d *delivery) hang() {
	d.enter(d.call, 0, "")
	<-d.r.Context().Done()
	panic(http.ErrAbortHandler)
}

// reset ends the connection, as a load balancer does when it gives up.
func (d *delivery) reset() {
	d.enter(d.call, 0, "")
	d.call.reset()
}

const proxyPage = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<h1>502 Bad Gateway</h1>\r\n</body>\r\n</html>\r\n"

func (d *delivery) html() {
	d.head(http.StatusBadGateway, "Content-Type", "text/html")
	_, _ = io.WriteString(d.w, proxyPage)
}

func (d *delivery) garbage() {
	d.head(http.StatusOK, "Content-Type", "application/octet-stream")
	_, _ = d.w.Write(bytes.Repeat([]byte{0x1b, 0xff, '{', 0x00}, 64))
}

func (d *delivery) redirect() {
	d.head(http.StatusTemporaryRedirect, "Location", "/elsewhere?"+d.r.URL.RawQuery)
}

// head begins an answer from something other than the service, with a header.
func (d *delivery) head(status int, header, value string) {
	d.enter(d.call, status, "")
	d.header().Set(header, value)
	d.w.WriteHeader(status)
}

func (d *delivery) oversize() {
	d.unlimited()
	d.head(http.StatusOK, "Content-Type", "application/json;charset=utf-8")
	chunk := bytes.Repeat([]byte("x"), 32<<10)
	_, err := io.WriteString(d.w, `{"RequestId":"`)
	// A page of 100 CAs, the largest answer of the service, has some hundred kilobytes.
	for left := cmp.Or(d.met.Size, 16<<20); left > 0 && err == nil; left -= int64(len(chunk)) {
		_, err = d.w.Write(chunk[:min(left, int64(len(chunk)))])
	}
}

func (d *delivery) truncate() {
	body := d.beginAnswer()
	d.write(body[:len(body)/2])
	panic(http.ErrAbortHandler)
}

func (d *delivery) slow() {
	for b := range slices.Chunk(d.beginAnswer(), 1) {
		if !d.pause(time.Second) {
			panic(http.ErrAbortHandler)
		}
		d.write(b)
	}
}

// beginAnswer does the call's work, and sends its answer without the body.
func (d *delivery) beginAnswer() []byte {
	answer := d.run(d.call)
	d.enter(d.call, answer.status, answer.code)
	d.begin(answer)
	return answer.body
}

// write sends a part of an answer immediately.
func (d *delivery) write(part []byte) {
	_, _ = d.w.Write(part)
	_ = http.NewResponseController(d.w).Flush()
}
