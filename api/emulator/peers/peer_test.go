package peers

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mqttca/api/emulator"
)

const (
	instanceID = "post-cn-peers"
	foreignID  = "post-cn-foreign"
)

var (
	plainKey = emulator.Credential{AccessKeyID: "LTAIpeer", AccessKeySecret: "secretOfPeer"}
	stsKey   = emulator.Credential{AccessKeyID: "STS.peer", AccessKeySecret: "secretOfSTS", SecurityToken: "token+/=="}
)

// call is one request as a caller of a runtime has it.
type call struct {
	action, method string
	parameters     map[string]string
	inForm         bool
}

// version is the version of the product that has the operation.
func (c call) version() string {
	if c.action == "GetCallerIdentity" {
		return "2015-04-01"
	}
	return "2020-04-20"
}

// A peer sends calls with a runtime of the vendor. The error is the runtime's own.
type peer struct {
	name string
	send func(t *testing.T, s *service, key emulator.Credential, c call) (map[string]any, error)
	// code takes the vendor's error code out of an error of the runtime.
	code func(error) string
}

// service is an emulator on loopback, perhaps behind a proxy that alters requests.
type service struct {
	*emulator.Service
	url, scheme, host string
	root              *x509.Certificate // nil without TLS
	nodes             map[string]*node  // by runtime
}

// rootFile is the root certificate in a file, or "".
func (s *service) rootFile(t *testing.T) string {
	t.Helper()
	if s.root == nil {
		return ""
	}
	file := filepath.Join(t.TempDir(), "root.crt")
	if err := os.WriteFile(file, []byte(encode(s.root)), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func start(t *testing.T, withTLS bool, tamper func(*http.Request)) *service {
	t.Helper()
	emulated, err := emulator.New(emulator.Options{
		Instances:   []string{instanceID},
		Foreign:     []string{foreignID},
		Credentials: []emulator.Credential{plainKey, stsKey},
		// The forms that are hard to read, but not Hard: its control characters would stand behind the string to sign that
		// alibaba-cloud-sdk-go compares with its own.
		Numbers: emulator.Strings,
		PEM:     emulator.Escaped,
		Sn:      emulator.Colons,
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if tamper != nil {
			tamper(r)
		}
		emulated.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	if withTLS {
		server.StartTLS()
	} else {
		server.Start()
	}
	scheme, host, _ := strings.Cut(server.URL, "://")
	return &service{emulated, server.URL, scheme, host, server.Certificate(), map[string]*node{}}
}

// authority is a CA with its key.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		t.Fatal(err)
	}
	template := template("peer CA + ~*é", serial)
	template.IsCA, template.BasicConstraintsValid = true, true
	return authority{sign(t, template, template, key), key}
}

func (a authority) pem() string { return encode(a.certificate) }

func (a authority) verification(t *testing.T, code string) string {
	t.Helper()
	return encode(sign(t, template(code, big.NewInt(7)), a.certificate, a.key))
}

// device issues a device certificate.
func (a authority) device(t *testing.T) *x509.Certificate {
	t.Helper()
	return sign(t, template("pump", big.NewInt(0x356217374433)), a.certificate, a.key)
}

func template(commonName string, serial *big.Int) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: commonName},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
	}
}

func sign(t *testing.T, template, parent *x509.Certificate, key *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func encode(certificate *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}))
}
