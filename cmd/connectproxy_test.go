package cmd

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"time"
)

// A world is what a process finds behind HTTPS_PROXY: a proxy on loopback that leads to
// every host by the same way, to a server that has a certificate for each of them.
type world struct {
	proxy *httptest.Server
	hosts *httptest.Server
	roots []byte // PEM, what SSL_CERT_FILE names
}

func newWorld(handler http.Handler) (*world, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, root, root, key.Public(), key)
	if err != nil {
		return nil, err
	}
	w := &world{roots: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}
	w.hosts = httptest.NewUnstartedServer(handler)
	w.hosts.TLS = &tls.Config{GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		leaf := *root
		leaf.IsCA, leaf.SerialNumber, leaf.DNSNames = false, big.NewInt(2), []string{hello.ServerName}
		der, err := x509.CreateCertificate(rand.Reader, &leaf, root, key.Public(), key)
		return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
	}}
	w.hosts.StartTLS()
	w.proxy = httptest.NewServer(http.HandlerFunc(w.connect))
	return w, nil
}

// connect answers CONNECT by leading to the server, whatever host was asked for.
func (w *world) connect(rw http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		http.Error(rw, "only CONNECT", http.StatusMethodNotAllowed)
		return
	}
	server, err := net.Dial("tcp", w.hosts.Listener.Addr().String())
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadGateway)
		return
	}
	defer server.Close()
	rw.WriteHeader(http.StatusOK)
	client, buffered, err := rw.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	go func() {
		io.Copy(server, buffered)
		server.Close()
	}()
	io.Copy(client, server)
}

func (w *world) close() {
	w.proxy.CloseClientConnections()
	w.proxy.Close()
	w.hosts.CloseClientConnections()
	w.hosts.Close()
}
