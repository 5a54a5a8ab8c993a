package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// A Verdict says what the error of an attempt means for the next one.
type Verdict struct {
	MayPass bool          // the next attempt may succeed
	Limit   time.Duration // how long the same may go on before it counts as final; 0: no limit
	Asked   time.Duration // the pause that the server asks for
}

// refusedLimit is the time for which a connection that is refused is tried again: a server
// that restarts is back by then.
const refusedLimit = 5 * time.Second

// Judge is the verdict on an error of net/http, a [*StatusError] or a [*ProxyError]. What
// broke a connection or was late may pass, and so does a name server's failure. A host name
// that does not exist, a certificate that does not verify and any other error are final.
func Judge(err error) Verdict {
	var (
		proxy   *ProxyError
		status  *StatusError
		dns     *net.DNSError
		timeout net.Error
	)
	switch {
	case errors.As(err, &proxy):
		return proxy.StatusError.verdict()
	case errors.As(err, &status):
		return status.verdict()
	case errors.Is(err, context.Canceled):
		return Verdict{}
	case errors.As(err, &dns):
		return Verdict{MayPass: !dns.IsNotFound && (dns.IsTemporary || dns.IsTimeout)}
	case isOneOf(err, syscall.ECONNREFUSED, syscall.EHOSTUNREACH, syscall.ENETUNREACH):
		return Verdict{MayPass: true, Limit: refusedLimit}
	case isOneOf(err, io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE, context.DeadlineExceeded):
		return Verdict{MayPass: true}
	}
	return Verdict{MayPass: errors.As(err, &timeout) && timeout.Timeout()}
}

func isOneOf(err error, causes ...error) bool {
	return slices.ContainsFunc(causes, func(cause error) bool { return errors.Is(err, cause) })
}

// A StatusError is an HTTP answer that is no answer of the server that was asked, such as a
// gateway's.
type StatusError struct {
	Status     int
	RetryAfter time.Duration // the pause that it asks for; 0: none
}

func (e *StatusError) Error() string { return "answered HTTP " + strconv.Itoa(e.Status) }

// verdict says that a gateway without its server, and throttling, may pass.
func (e *StatusError) verdict() Verdict {
	return Verdict{MayPass: PassingStatus(e.Status), Asked: e.RetryAfter}
}

// PassingStatus reports whether an HTTP status by itself says that the next request may
// succeed.
func PassingStatus(status int) bool {
	return slices.Contains([]int{http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}, status)
}

// RetryAfter is the pause that an answer asks for: by x-acs-retry-after, in milliseconds, or
// by Retry-After, in seconds or as a date, which counts from the answer's own Date.
func RetryAfter(header http.Header) time.Duration {
	asked := time.Duration(0)
	if ms, err := strconv.ParseInt(header.Get("x-acs-retry-after"), 10, 32); err == nil {
		asked = time.Duration(ms) * time.Millisecond
	}
	value := header.Get("Retry-After")
	if seconds, err := strconv.ParseInt(value, 10, 32); err == nil {
		asked = max(asked, time.Duration(seconds)*time.Second)
	} else if date, err := http.ParseTime(value); err == nil {
		now, err := http.ParseTime(header.Get("Date"))
		if err != nil {
			now = time.Now()
		}
		asked = max(asked, date.Sub(now))
	}
	return max(asked, 0)
}
