package emulator

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

// A FaultKind is a way in which a call can go wrong.
type FaultKind string

// The kinds. A new one needs a name here, a row in faultKinds and a method of delivery;
// flags, help and mixtures find it there.
const (
	FaultThrottle    FaultKind = "throttle"       // Throttling.User, with the header x-acs-retry-after if RetryAfter is set
	FaultUnavailable FaultKind = "unavailable"    // ServiceUnavailable, HTTP 503
	FaultInternal    FaultKind = "internal-error" // InternalError
	FaultRefuse      FaultKind = "refuse"         // any Code
	FaultHang        FaultKind = "hang"           // no answer, until the client leaves or the server closes
	FaultReset       FaultKind = "reset"          // the connection ends without an answer, over TCP by a reset
	FaultHTML        FaultKind = "html"           // HTTP 502 and a page of a proxy
	FaultGarbage     FaultKind = "garbage"        // HTTP 200 and bytes without meaning
	FaultOversize    FaultKind = "oversize"       // HTTP 200 and Size bytes that begin like an answer
	FaultRedirect    FaultKind = "redirect"       // HTTP 307 to another path of the same server: the journal shows who follows
	FaultLatency     FaultKind = "latency"        // only Delay and Jitter; another fault may follow
	FaultTruncate    FaultKind = "truncate"       // half of the answer, then the connection ends
	FaultSlow        FaultKind = "slow"           // the answer, one byte a second
)

// A faultKind is a row of the table of faults.
type faultKind struct {
	deliver     func(*delivery) // sends the fault in place of the answer; nil for a fault that only waits
	refuses     bool            // it is a refusal, which may ask for a pause
	undone      bool            // it says that the service has done nothing: a mixture never draws it after the work
	keepsAnswer bool            // the client gets the operation's own answer, so the work is always done
}

// faultKinds is never written to.
var faultKinds = map[FaultKind]faultKind{
	FaultThrottle:    {deliver: refusing("Throttling.User"), refuses: true, undone: true},
	FaultUnavailable: {deliver: refusing("ServiceUnavailable"), refuses: true, undone: true},
	FaultInternal:    {deliver: refusing("InternalError"), refuses: true},
	FaultRefuse:      {deliver: (*delivery).refuse, refuses: true},
	FaultHang:        {deliver: (*delivery).hang},
	FaultReset:       {deliver: (*delivery).reset},
	FaultHTML:        {deliver: (*delivery).html},
	FaultGarbage:     {deliver: (*delivery).garbage},
	FaultOversize:    {deliver: (*delivery).oversize},
	FaultRedirect:    {deliver: (*delivery).redirect},
	FaultLatency:     {keepsAnswer: true},
	FaultTruncate:    {deliver: (*delivery).truncate, keepsAnswer: true},
	FaultSlow:        {deliver: (*delivery).slow, keepsAnswer: true},
}

// FaultKinds returns all kinds, sorted.
func FaultKinds() []FaultKind { return slices.Sorted(maps.Keys(faultKinds)) }

// A delivery is a call that gets a fault in place of its answer.
type delivery struct {
	*Service
	w     http.ResponseWriter
	r     *http.Request
	call  *call
	fault Fault
	work  func() reply // does the operation and returns its answer
}

// begin enters the coming answer into the journal.
func (d *delivery) begin(status int, code code) {
	d.journal.enter(d.call, status, code, d.fault.name())
}

// refusing returns the delivery of a refusal with a fixed code.
func refusing(c code) func(*delivery) { return func(d *delivery) { d.refuseWith(c) } }

func (d *delivery) refuse() { d.refuseWith(code(d.fault.Code)) }

func (d *delivery) refuseWith(c code) {
	answer := d.refusal(d.call, refuse(c))
	answer.retryAfter = d.fault.RetryAfter
	d.send(d.w, d.call, answer, d.fault.name())
}

func (d *delivery) hang() {
	d.begin(0, "")
	<-d.r.Context().Done()
	panic(http.ErrAbortHandler)
}

// reset ends the connection as a load balancer that gives up: over TCP by a reset.
func (d *delivery) reset() {
	d.begin(0, "")
	abort(d.w, d.r)
}

const proxyPage = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<h1>502 Bad Gateway</h1>\r\n</body>\r\n</html>\r\n"

func (d *delivery) html() {
	d.body(http.StatusBadGateway, "text/html", []byte(proxyPage))
}

func (d *delivery) garbage() {
	d.body(http.StatusOK, "application/octet-stream", bytes.Repeat([]byte{0x1b, 0xff, '{', 0x00}, 64))
}

func (d *delivery) body(status int, contentType string, body []byte) {
	d.begin(status, "")
	d.call.mark(d.w.Header())
	d.w.Header().Set("Content-Type", contentType)
	d.w.WriteHeader(status)
	_, _ = d.w.Write(body)
}

// defaultOversize is more than any answer of the service: a page of 100 CAs has some
// hundred kilobytes.
const defaultOversize int64 = 16 << 20

func (d *delivery) oversize() {
	d.begin(http.StatusOK, "")
	unlimited(d.w)
	d.call.mark(d.w.Header())
	d.w.Header().Set("Content-Type", "application/json;charset=utf-8")
	size := cmp.Or(d.fault.Size, defaultOversize)
	chunk := bytes.Repeat([]byte("x"), 32<<10)
	_, err := fmt.Fprint(d.w, `{"RequestId":"`)
	for left := size; left > 0 && err == nil; left -= int64(len(chunk)) {
		_, err = d.w.Write(chunk[:min(left, int64(len(chunk)))])
	}
}

func (d *delivery) redirect() {
	d.begin(http.StatusTemporaryRedirect, "")
	d.call.mark(d.w.Header())
	d.w.Header().Set("Location", "/elsewhere?"+d.r.URL.RawQuery)
	d.w.WriteHeader(http.StatusTemporaryRedirect)
}

func (d *delivery) truncate() {
	answer := d.work()
	d.begin(answer.status, answer.code)
	answer.writeHeader(d.w)
	_, _ = d.w.Write(answer.body[:len(answer.body)/2])
	_ = http.NewResponseController(d.w).Flush()
	panic(http.ErrAbortHandler)
}

func (d *delivery) slow() {
	answer := d.work()
	d.begin(answer.status, answer.code)
	answer.writeHeader(d.w)
	for i := range answer.body {
		if !pause(d.w, d.r, time.Second) {
			panic(http.ErrAbortHandler)
		}
		_, _ = d.w.Write(answer.body[i : i+1])
		_ = http.NewResponseController(d.w).Flush()
	}
}
