// Package wire is shared by the service's client and the fetching of credentials: it reaches a
// server, limits the data read from it, and words its failures.
//
// It follows no redirect. An unusable proxy in the environment is an error; it is never bypassed.
// Headers and bodies are read up to a limit. The words for a failure repeat nothing sent by a
// server. An attempt is repeated only if it may succeed and the context leaves time. Its callers
// make and sign the requests, and interpret the answers.
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

// NewTransport makes a transport which uses the environment's proxy, speaks HTTP/1.1 and limits
// headers. It opens no connection. (HTTP/2 has no use here, and net/http repeats requests below the
// transport if a server ends its stream.)
func NewTransport() *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Protocols:              protocols,
		Proxy:                  proxyFor,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		MaxResponseHeaderBytes: maxHeaderBytes,
		DisableCompression:     true, // so that the limit of a body counts the bytes sent
		GetProxyConnectHeader:  askProxy,
		OnProxyConnectResponse: answeredByProxy,
	}
}

// NewClient makes a client whose requests end after patience; 0 means no limit of its own. It
// follows no redirect, which would carry signatures and tokens elsewhere.
func NewClient(transport *http.Transport, patience time.Duration) *http.Client {
	return &http.Client{
		Transport:     transport,
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// ErrTooLong reports more data than the limit.
var ErrTooLong = errors.New("too long")

// ReadUpTo reads all data. If there are more than limit bytes, it fails with [ErrTooLong].
func ReadUpTo(r io.Reader, limit int) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err == nil && len(data) > limit {
		return nil, ErrTooLong
	}
	return data, err
}

// Dial opens a connection within patience; 0 means only the context's limit. If the host name is a
// loopback name, it connects only to loopback addresses: traffic for loopback only, such as plain
// http, must not follow a hosts file which redirects localhost.
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

// A StrayError reports a loopback name with another address.
type StrayError struct{ Name, Address string }

func (e *StrayError) Error() string {
	return "the name " + e.Name + " resolves to " + e.Address + ", which is not a loopback address"
}

// IsLoopback reports whether the host is a loopback address, or the one name reserved for them by
// RFC 6761 section 6.3.
func IsLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// ValidPort reports whether a URL can have the port; "" means no port.
func ValidPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n > 0
}

// IsRegion reports whether the text has the form of a region, such as cn-hangzhou: host names
// contain it.
func IsRegion(text string) bool {
	for part := range strings.SplitSeq(text, "-") {
		if !Consists(part, lowerCase+digits) {
			return false
		}
	}
	return true
}

// IsName reports whether the text has only letters, digits and the other characters.
func IsName(text, others string) bool {
	return Consists(text, lowerCase+upperCase+digits+others)
}

const (
	lowerCase = "abcdefghijklmnopqrstuvwxyz"
	upperCase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits    = "0123456789"
)

// Consists reports whether the text is not empty and has only these characters. (A package-level
// regexp would cost time at every start.)
func Consists(text, characters string) bool {
	return text != "" && strings.Trim(text, characters) == ""
}
