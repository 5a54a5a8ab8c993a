package emulator

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"time"
)

// delivery is a call whose answer goes wrong.
type delivery struct {
	*Service
	w     http.ResponseWriter
	r     *http.Request
	call  *call
	fault Fault
	// work does the operation, and returns the answer that there would have been.
	work func() reply
}

// deliveries has a row for each kind but FaultLatency, which spoils no answer.
var deliveries = map[FaultKind]func(*delivery){
	FaultThrottle:    (*delivery).refuse,
	FaultUnavailable: (*delivery).refuse,
	FaultInternal:    (*delivery).refuse,
	FaultRefuse:      (*delivery).refuse,
	FaultHang:        (*delivery).hang,
	FaultReset:       (*delivery).reset,
	FaultHTML:        (*delivery).html,
	FaultGarbage:     (*delivery).garbage,
	FaultOversize:    (*delivery).oversize,
	FaultRedirect:    (*delivery).redirect,
	FaultTruncate:    (*delivery).truncate,
	FaultSlow:        (*delivery).slow,
}

// begin does the work, if it is to be done, and enters what will be sent into the journal.
func (d *delivery) begin(status int, code code) {
	if d.fault.AfterWork {
		d.work()
	}
	d.journal.enter(d.call, status, code, d.fault.name())
}

func (d *delivery) refuse() {
	refused := refuse(refusals[d.fault.Kind])
	if d.fault.Kind == FaultRefuse {
		refused.code = code(d.fault.Code)
	}
	answer := d.refusal(d.call, refused)
	answer.retryAfter = d.fault.RetryAfter
	if d.fault.AfterWork {
		d.work()
	}
	d.send(d.w, d.call, answer, d.fault.name())
}

func (d *delivery) hang() {
	d.begin(0, "")
	unlimited(d.w)
	<-d.r.Context().Done()
	panic(http.ErrAbortHandler)
}

// reset ends the connection. Over TCP a client then sees a reset rather than an end, as behind a load balancer that gave up.
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

// defaultOversize is more than any answer of the service: a page of 100 CAs comes to some hundred kilobytes.
const defaultOversize = 16 << 20

func (d *delivery) oversize() {
	d.begin(http.StatusOK, "")
	unlimited(d.w)
	d.call.mark(d.w.Header())
	d.w.Header().Set("Content-Type", "application/json;charset=utf-8")
	size := d.fault.Size
	if size == 0 {
		size = defaultOversize
	}
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
	answer := d.workAndEnter()
	answer.writeHeader(d.w)
	_, _ = d.w.Write(answer.body[:len(answer.body)/2])
	_ = http.NewResponseController(d.w).Flush()
	panic(http.ErrAbortHandler)
}

func (d *delivery) slow() {
	answer := d.workAndEnter()
	answer.writeHeader(d.w)
	for i := range answer.body {
		if !pause(d.w, d.r, time.Second) {
			panic(http.ErrAbortHandler)
		}
		_, _ = d.w.Write(answer.body[i : i+1])
		_ = http.NewResponseController(d.w).Flush()
	}
}

func (d *delivery) workAndEnter() reply {
	answer := d.work()
	d.journal.enter(d.call, answer.status, answer.code, d.fault.name())
	return answer
}

// pause waits, and reports whether the client did, too.
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

// unlimited lifts a server's own limits on a request, where it has any: they would end the fault.
func unlimited(w http.ResponseWriter) {
	controller := http.NewResponseController(w)
	_ = controller.SetReadDeadline(time.Time{})
	_ = controller.SetWriteDeadline(time.Time{})
}

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
		// What closes behind this sends a reset in place of an end.
		_ = tcp.SetLinger(0)
	}
	_ = raw.Close()
}
