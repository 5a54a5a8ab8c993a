package wire

import (
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// withoutRoots continues the sentence on a certificate that does not verify if the cause may
// be that no root could be loaded, which crypto/x509 passes over in silence. It does not
// repeat the value of a variable.
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
			return "; no root certificate could be loaded from SSL_CERT_FILE: it holds no certificate in PEM"
		}
	}
	for _, folder := range filepath.SplitList(os.Getenv("SSL_CERT_DIR")) {
		if _, err := os.ReadDir(folder); err != nil {
			return "; no root certificate could be loaded from SSL_CERT_DIR: a folder of it cannot be read"
		}
	}
	if pool, err := x509.SystemCertPool(); err != nil || pool.Equal(x509.NewCertPool()) {
		return "; this system has no root certificates: install its package ca-certificates, or name a PEM file with SSL_CERT_FILE"
	}
	return ""
}
