package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"syscall"
)

// Ending says what ended a context, as the beginning of a sentence.
func Ending(cause error) string {
	if errors.Is(cause, context.Canceled) {
		return "interrupted"
	}
	return "the time ran out"
}

// Cause names the usual causes of a failed request, in words that repeat nothing of the
// answer.
func Cause(err error) (words string, known bool) {
	var (
		dns     *net.DNSError
		cert    *tls.CertificateVerificationError
		timeout net.Error
		proxy   *ProxyError
	)
	switch {
	case errors.As(err, &proxy):
		return proxy.Error(), true
	case errors.Is(err, context.Canceled):
		return "interrupted", true
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time", true
	case errors.As(err, &dns) && dns.IsNotFound:
		return viaProxy(err) + "the host name " + dns.Name + " is not known", true
	case errors.As(err, &dns):
		return viaProxy(err) + "the host name " + dns.Name + " could not be looked up", true
	case errors.As(err, &cert):
		return "its TLS certificate does not verify: " + cert.Err.Error(), true
	case errors.Is(err, syscall.ECONNREFUSED):
		return viaProxy(err) + "connection refused", true
	case errors.Is(err, syscall.ECONNRESET):
		return "the connection was reset", true
	case errors.Is(err, io.EOF):
		return "the connection was closed without an answer", true
	}
	return "", false
}

// viaProxy says whose failure it is if a proxy of the environment was in between.
func viaProxy(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "proxyconnect" {
		return "by way of the proxy that the environment names: "
	}
	return ""
}
