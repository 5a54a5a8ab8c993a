// Package wire is what the client of the service and the fetching of credentials have in
// common: how a server is reached, how much of it is read, and how its failures are said.
//
// It promises that no redirect is followed, that a proxy of the environment which cannot
// be used is an error and never passed over, that headers and bodies are read up to a limit,
// that the words it has for a failure repeat nothing that a server sent, and that an attempt
// is repeated only if it may succeed and the context leaves time. What is asked, how it is
// signed and what an answer means is for those who use it.
package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const maxHeaderBytes = 64 << 10

// NewTransport makes a transport that asks the proxy of the environment, speaks HTTP/1.1 and
// reads bounded headers. It opens no connection. (HTTP/2 has no use here, and net/http
// repeats requests below the transport if a server ends its stream.)
func NewTransport() *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Protocols:              protocols,
		Proxy:                  proxyFor,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		MaxResponseHeaderBytes: maxHeaderBytes,
		DisableCompression:     true, // so that the limit of a body is one of bytes sent
		GetProxyConnectHeader:  askProxy,
		OnProxyConnectResponse: answeredByProxy,
	}
}

// NewClient makes a client whose requests end after patience; 0 means no limit of its own.
// It follows no redirect, which would carry signatures and tokens elsewhere.
func NewClient(transport *http.Transport, patience time.Duration) *http.Client {
	return &http.Client{
		Transport:     transport,
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// ErrTooLong says that there is more to read than the limit.
var ErrTooLong = errors.New("too long")

// ReadUpTo reads all there is. If that is more than limit bytes it fails with [ErrTooLong].
func ReadUpTo(r io.Reader, limit int) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err == nil && len(data) > limit {
		return nil, ErrTooLong
	}
	return data, err
}

// Dial opens a connection within patience; 0 means no limit but the context's. If the host is
// named as a loopback address is, it connects to no other: what may go to loopback alone, such
// as plain http, must not follow a file of hosts that leads localhost elsewhere.
func Dial(patience time.Duration) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		dialer := net.Dialer{Timeout: patience, Control: func(_, found string, _ syscall.RawConn) error { return checkStray(address, found) }}
		return dialer.DialContext(ctx, network, address)
	}
}

func checkStray(address, found string) error {
	name, _, _ := net.SplitHostPort(address)
	if host, _, _ := net.SplitHostPort(found); IsLoopback(name) && !IsLoopback(host) {
		return &StrayError{name, host}
	}
	return nil
}

// A StrayError says that a name of loopback leads elsewhere.
type StrayError struct{ Name, Address string }

func (e *StrayError) Error() string {
	return "the name " + e.Name + " leads to " + e.Address + ", which is no loopback address"
}

// IsLoopback reports whether the host is a loopback address, or the one name that RFC 6761
// section 6.3 reserves for them.
func IsLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// ValidPort reports whether a URL can have the port; "" is none.
func ValidPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n > 0
}

// IsRegion reports whether the text is written like a region, such as cn-hangzhou: hosts
// are made of it.
func IsRegion(text string) bool {
	for part := range strings.SplitSeq(text, "-") {
		if !Consists(part, lowerCase+digits) {
			return false
		}
	}
	return true
}

// IsName reports whether the text has letters, digits and these other characters only.
func IsName(text, others string) bool {
	return Consists(text, lowerCase+upperCase+digits+others)
}

const (
	lowerCase = "abcdefghijklmnopqrstuvwxyz"
	upperCase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits    = "0123456789"
)

// Consists reports whether the text is not empty and has these characters only. (A regexp
// at package level would take its time at every start.)
func Consists(text, characters string) bool {
	return text != "" && strings.Trim(text, characters) == ""
}
