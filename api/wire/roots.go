package wire

import (
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// maxRootsBytes is many times what a file with all public roots has.
const maxRootsBytes = 16 << 20

// withoutRoots continues the sentence on a certificate that does not verify if the cause may
// be that the roots could not be loaded. It does not repeat the value of the variable.
func withoutRoots(err error) string {
	var unknown x509.UnknownAuthorityError
	var system x509.SystemRootsError
	if !errors.As(err, &unknown) && !errors.As(err, &system) || runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return ""
	}
	if path := os.Getenv("SSL_CERT_FILE"); path != "" {
		if problem := rootsProblem(path); problem != "" {
			return "; no root certificate could be loaded from SSL_CERT_FILE: " + problem
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

// rootsProblem says why crypto/x509 finds no certificate in a file, which it passes over in
// silence.
func rootsProblem(path string) string {
	file, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "the file does not exist"
	case err != nil:
		return "the file cannot be opened"
	}
	defer file.Close()
	info, err := file.Stat()
	switch {
	case err == nil && info.IsDir():
		return "it is a folder, and SSL_CERT_DIR is for those"
	case err != nil || !info.Mode().IsRegular():
		return "it is not a regular file"
	}
	data, err := ReadUpTo(file, maxRootsBytes)
	if err != nil {
		return "the file cannot be read"
	}
	if !x509.NewCertPool().AppendCertsFromPEM(data) {
		return "it holds no certificate in PEM"
	}
	return ""
}
