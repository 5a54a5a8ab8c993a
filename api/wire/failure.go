package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// Ending names the end of a context, as the beginning of a sentence.
func Ending(cause error) string {
	if errors.Is(cause, context.Canceled) {
		return "interrupted"
	}
	return "the time ran out"
}

// Cause names the usual causes of a failed request, without repeating the answer. If a proxy is at
// fault, the words name it.
func Cause(err error) (words string, known bool) {
	if proxy, ok := errors.AsType[*ProxyError](err); ok {
		return proxy.Error(), true
	}
	words, known = cause(err)
	op, ok := errors.AsType[*net.OpError](err)
	switch {
	case !ok || op.Op != proxyConnect || errors.Is(err, context.Canceled):
		return words, known
	case errors.Is(err, io.ErrUnexpectedEOF):
		words = "the connection was closed without an answer"
	case !known:
		words = "it does not speak the protocol in its URL"
	}
	return "through the environment's proxy: " + words, true
}

func cause(err error) (words string, known bool) {
	var (
		dns     *net.DNSError
		stray   *StrayError
		cert    *tls.CertificateVerificationError
		plain   tls.RecordHeaderError
		timeout net.Error
	)
	switch {
	case errors.Is(err, context.Canceled):
		return "interrupted", true
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time", true
	case errors.As(err, &dns) && dns.IsNotFound:
		return "the host name " + dns.Name + " is not known", true
	case errors.As(err, &dns):
		return "the host name " + dns.Name + " could not be looked up", true
	case errors.As(err, &stray):
		return stray.Error(), true
	case errors.As(err, &cert):
		return "its TLS certificate does not verify: " + cert.Err.Error() + withoutRoots(cert.Err), true
	case errors.As(err, &plain):
		return "it answers without TLS", true
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused", true
	case errors.Is(err, syscall.ECONNRESET):
		return "the connection was reset", true
	case errors.Is(err, io.EOF):
		return "the connection was closed without an answer", true
	}
	return "", false
}

// withoutRoots continues the sentence on an unverifiable certificate if the cause may be that no
// root could be loaded, which crypto/x509 silently ignores. It does not repeat the value of a
// variable.
func withoutRoots(err error) string {
	var unknown x509.UnknownAuthorityError
	var system x509.SystemRootsError
	if !errors.As(err, &unknown) && !errors.As(err, &system) || runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return ""
	}
	if path := os.Getenv("SSL_CERT_FILE"); path != "" {
		data, err := os.ReadFile(path)
		if failed, ok := errors.AsType[*fs.PathError](err); ok {
			return "; no root certificate could be loaded from SSL_CERT_FILE: " + failed.Err.Error()
		}
		if !x509.NewCertPool().AppendCertsFromPEM(data) {
			return "; no root certificate could be loaded from SSL_CERT_FILE: it holds no PEM certificate"
		}
	}
	for _, folder := range filepath.SplitList(os.Getenv("SSL_CERT_DIR")) {
		if _, err := os.ReadDir(folder); err != nil {
			return "; no root certificate could be loaded from SSL_CERT_DIR: one of its folders cannot be read"
		}
	}
	if pool, err := x509.SystemCertPool(); err != nil || pool.Equal(x509.NewCertPool()) {
		return "; this system has no root certificates: install its package ca-certificates, or name a PEM file with SSL_CERT_FILE"
	}
	return ""
}
