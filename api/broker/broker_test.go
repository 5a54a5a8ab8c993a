package broker

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"mqttca/api/credentials"
)

const instance = "post-cn-test"

// An issuer makes certificates for one test.
type issuer struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newIssuer(t *testing.T, name string) issuer {
	template := &x509.Certificate{Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	certificate, key := issuer{}.issue(t, template)
	return issuer{certificate, key}
}

func (i issuer) issue(t *testing.T, template *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	if template.NotAfter.IsZero() {
		template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	parent, signer := i.certificate, i.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate, key
}

func (i issuer) device(t *testing.T, template *x509.Certificate) *Device {
	template.Subject.CommonName = "device"
	certificate, key := i.issue(t, template)
	return &Device{Chain: [][]byte{certificate.Raw, i.certificate.Raw}, Signer: key}
}

func (i issuer) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(i.certificate)
	return pool
}

// A stand is a broker of a test: it accepts one connection after the other.
type stand struct {
	Broker
	got chan string // the MQTT packet that came over a connection, or ""
}

// open serves each connection with handle, which returns what came.
func open(t *testing.T, roots *x509.CertPool, handle func(net.Conn) string) stand {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	b, err := Parse(listener.Addr().String(), instance)
	if err != nil {
		t.Fatal(err)
	}
	b.Roots = roots
	s := stand{b, make(chan string, 10)}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.got <- handle(conn)
			conn.Close()
		}
	}()
	return s
}

// attempt goes the whole way of a device.
func attempt(ctx context.Context, b Broker, device *Device, login Login) (*Conn, error) {
	if _, err := b.Resolve(ctx); err != nil {
		return nil, err
	}
	c, err := b.Dial(ctx)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if err := c.Handshake(device); err != nil {
		return c, err
	}
	return c, c.Connect(login)
}

// mqtt reads a packet from a TLS connection and answers it.
func mqtt(config *tls.Config, answer []byte) func(net.Conn) string {
	return func(conn net.Conn) string {
		server := tls.Server(conn, config)
		packet, err := packets.ReadPacket(server)
		if err != nil {
			return ""
		}
		server.Write(answer)
		if len(answer) < connackLength {
			return packet.String()
		}
		if next, err := packets.ReadPacket(server); err == nil {
			return packet.String() + "\n" + next.String()
		}
		return packet.String()
	}
}

func connack(code byte) []byte { return []byte{0x20, 2, 0, code} }

// Every way to fail, with the sentence, at a broker of crypto/tls.
func TestWaysToFail(t *testing.T) {
	root, ca, other := newIssuer(t, "root"), newIssuer(t, "ca"), newIssuer(t, "other")
	certificate, key := root.issue(t, &x509.Certificate{DNSNames: []string{"*.mqtt.aliyuncs.com"}})
	mutual := func(version uint16) *tls.Config {
		return &tls.Config{
			Certificates: []tls.Certificate{{Certificate: [][]byte{certificate.Raw}, PrivateKey: key}},
			ClientAuth:   tls.RequireAndVerifyClientCert, ClientCAs: ca.pool(),
			MinVersion: version, MaxVersion: version,
		}
	}
	oneWay := mutual(tls.VersionTLS13)
	oneWay.ClientAuth = tls.NoClientCert
	foreign := mutual(tls.VersionTLS13)
	foreignCertificate, foreignKey := root.issue(t, &x509.Certificate{DNSNames: []string{"mqtt.example.com"}})
	foreign.Certificates = []tls.Certificate{{Certificate: [][]byte{foreignCertificate.Raw}, PrivateKey: foreignKey}}
	good := ca.device(t, &x509.Certificate{})
	failing := &Device{Chain: good.Chain, Signer: brokenKey{good.Signer}}
	expired := ca.device(t, &x509.Certificate{NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(-time.Hour)})
	type test struct {
		name   string
		handle func(net.Conn) string
		device *Device
		step   Step
		kind   Kind
		text   string
	}
	tests := []test{
		{"plain", func(c net.Conn) string { c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")); return "" }, good, StepTLS, NoTLS, "cannot be reached: it answers without TLS"},
		{"name", mqtt(foreign, connack(0)), good, StepTLS, NotVerified, "could not be verified as post-cn-test.mqtt.aliyuncs.com: its TLS certificate does not verify: x509: certificate is valid for mqtt.example.com, not post-cn-test.mqtt.aliyuncs.com"},
		{"one-way", mqtt(oneWay, connack(0)), good, StepConnect, NotAsked, "requested no client certificate: mutual TLS is off"},
		{"cut in TLS", func(net.Conn) string { return "" }, good, StepTLS, CutOff, "closed the connection during the TLS handshake"},
		{"access denied", func(c net.Conn) string { c.Write([]byte{0x15, 3, 3, 0, 2, 2, 49}); return "" }, good, StepTLS, Alert, "refused the TLS connection: access denied (alert 49)"},
		{"unnamed alert", func(c net.Conn) string { c.Write([]byte{0x15, 3, 3, 0, 2, 2, 200}); return "" }, good, StepTLS, Alert, "refused the TLS connection: alert(200) (alert 200)"},
	}
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} { // who refuses under TLS 1.3 does it after the handshake
		config, name := mutual(version), tls.VersionName(version)+" "
		tests = append(tests,
			test{name + "unknown CA", mqtt(config, connack(0)), other.device(t, &x509.Certificate{}), StepTLS, Alert, "refused the TLS connection: unknown certificate authority (alert 48)"},
			test{name + "expired", mqtt(config, connack(0)), expired, StepTLS, Alert, "refused the TLS connection: expired certificate (alert 45)"},
			test{name + "own key", mqtt(config, connack(0)), failing, StepTLS, OwnKey, "did not get the device's signature: token gone"},
			test{name + "cut", func(c net.Conn) string { s := tls.Server(c, config); s.Handshake(); return "" }, good, StepConnect, CutOff, "closed the connection instead of answering CONNECT"},
			test{name + "no MQTT", mqtt(config, []byte("HTTP/1.1 400")), good, StepConnect, NotMQTT, "answered CONNECT with something other than CONNACK"},
			test{name + "another packet", mqtt(config, []byte{0xd0, 2, 0, 0}), good, StepConnect, NotMQTT, "answered CONNECT with something other than CONNACK"},
			test{name + "half a packet", mqtt(config, []byte{0x20, 2}), good, StepConnect, NotMQTT, "answered CONNECT with something other than CONNACK"},
			test{name + "huge", mqtt(config, []byte{0x20, 0xff, 0xff, 0xff, 0x7f}), good, StepConnect, NotMQTT, "answered CONNECT with something other than CONNACK"},
		)
	}
	words := []string{1: "unacceptable protocol version", 2: "identifier rejected", 3: "server unavailable", 4: "bad user name or password", 5: "not authorized", 6: "a code unknown to MQTT 3.1.1"}
	for code := byte(1); code < 7; code++ {
		tests = append(tests, test{fmt.Sprintf("CONNACK %d", code), mqtt(mutual(tls.VersionTLS13), connack(code)), good, StepConnect, Refused,
			fmt.Sprintf("refused CONNECT: %s (CONNACK %d)", words[code], code)})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t, root.pool(), tt.handle)
			_, err := attempt(t.Context(), s.Broker, tt.device, Login{ClientID: "GID_abc@@@d", Password: "hidden-password"})
			failed, ok := errors.AsType[*Error](err)
			if !ok || failed.Step != tt.step || failed.Kind != tt.kind {
				t.Fatalf("%#v, want step %s and kind %s", err, tt.step, tt.kind)
			}
			if want := "broker " + s.String() + " " + tt.text; err.Error() != want {
				t.Errorf("\n got %s\nwant %s", err, want)
			}
			if got := <-s.got; tt.kind == NotAsked && got != "" {
				t.Errorf("it sent %s", got)
			}
		})
	}
}

type brokenKey struct{ crypto.Signer }

func (brokenKey) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, errors.New("token gone")
}

func TestGetsIn(t *testing.T) {
	root, ca := newIssuer(t, "root"), newIssuer(t, "ca")
	certificate, key := root.issue(t, &x509.Certificate{DNSNames: []string{"*.mqtt.aliyuncs.com"}})
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			sni := make(chan string, 1)
			s := open(t, root.pool(), mqtt(&tls.Config{
				Certificates: []tls.Certificate{{Certificate: [][]byte{certificate.Raw}, PrivateKey: key}},
				ClientAuth:   tls.RequireAndVerifyClientCert, ClientCAs: ca.pool(), MinVersion: version, MaxVersion: version,
				VerifyConnection: func(state tls.ConnectionState) error { sni <- state.ServerName; return nil },
			}, connack(0)))
			login := SignatureLogin("GID_abc@@@d", instance, credentials.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"})
			c, err := attempt(t.Context(), s.Broker, ca.device(t, &x509.Certificate{}), login)
			if err != nil {
				t.Fatal(err)
			}
			if c.TLSVersion != version || len(c.Certificates) != 1 || !c.Asks || len(c.AcceptableCAs) != 1 || string(c.AcceptableCAs[0]) != string(ca.certificate.RawSubject) {
				t.Errorf("%+v", c.TLSState)
			}
			if got := <-sni; got != instance+".mqtt.aliyuncs.com" {
				t.Errorf("SNI %q", got)
			}
			got := <-s.got
			for _, want := range []string{"protocolversion: 4", "cleansession: true", "willflag: false", "keepalive: 30", "clientId: GID_abc@@@d", "Username: Signature|id|post-cn-test", "\nDISCONNECT"} {
				if !strings.Contains(got, want) {
					t.Errorf("the broker got %s, without %s", got, want)
				}
			}
		})
	}
}

// A handshake without a device shows the TLSState and presents nothing.
func TestLook(t *testing.T) {
	root, ca := newIssuer(t, "root"), newIssuer(t, "ca")
	certificate, key := root.issue(t, &x509.Certificate{DNSNames: []string{"*.mqtt.aliyuncs.com"}})
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for _, auth := range []tls.ClientAuthType{tls.NoClientCert, tls.RequestClientCert, tls.RequireAndVerifyClientCert} {
			t.Run(tls.VersionName(version)+" "+auth.String(), func(t *testing.T) {
				s := open(t, root.pool(), mqtt(&tls.Config{
					Certificates: []tls.Certificate{{Certificate: [][]byte{certificate.Raw}, PrivateKey: key}},
					ClientAuth:   auth, ClientCAs: ca.pool(), MinVersion: version, MaxVersion: version,
				}, nil))
				c, err := s.Dial(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				err = c.Handshake(nil)
				if err := c.Close(); err != nil && auth != tls.RequireAndVerifyClientCert {
					t.Error(err)
				}
				if err != nil || c.TLSVersion != version || c.Asks != (auth != tls.NoClientCert) || c.Certificates[0].DNSNames[0] != "*.mqtt.aliyuncs.com" {
					t.Errorf("%v, %+v", err, c.TLSState)
				}
				if got := <-s.got; got != "" {
					t.Errorf("it sent %s", got)
				}
			})
		}
	}
}

// An unverified certificate is shown, and nothing is sent to its holder.
func TestUnverified(t *testing.T) {
	root, ca := newIssuer(t, "root"), newIssuer(t, "ca")
	certificate, key := root.issue(t, &x509.Certificate{DNSNames: []string{"*.mqtt.aliyuncs.com"}})
	s := open(t, ca.pool(), mqtt(&tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{certificate.Raw}, PrivateKey: key}}, ClientAuth: tls.RequestClientCert}, connack(0)))
	c, err := attempt(t.Context(), s.Broker, ca.device(t, &x509.Certificate{}), Login{ClientID: "GID_abc@@@d"})
	if failed, ok := errors.AsType[*Error](err); !ok || failed.Kind != NotVerified || !strings.Contains(err.Error(), "signed by unknown authority") {
		t.Error(err)
	}
	if got := <-s.got; got != "" || c.Asks || len(c.Certificates) != 1 {
		t.Errorf("the broker got %q; TLS state %+v", got, c.TLSState)
	}
}

// A context that ends is told apart from what the broker did, at each step.
func TestEnded(t *testing.T) {
	root, ca := newIssuer(t, "root"), newIssuer(t, "ca")
	certificate, key := root.issue(t, &x509.Certificate{DNSNames: []string{"*.mqtt.aliyuncs.com"}})
	config := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{certificate.Raw}, PrivateKey: key}}, ClientAuth: tls.RequireAnyClientCert}
	for name, silent := range map[Step]func(net.Conn){
		StepTLS:     func(c net.Conn) { c.Read(make([]byte, 1)) },
		StepConnect: func(c net.Conn) { packets.ReadPacket(tls.Server(c, config)) },
	} {
		reached := make(chan struct{}, 1)
		s := open(t, root.pool(), func(c net.Conn) string { silent(c); reached <- struct{}{}; io.Copy(io.Discard, c); return "" })
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-reached; cancel() }()
		_, err := attempt(ctx, s.Broker, ca.device(t, &x509.Certificate{}), Login{ClientID: "GID_abc@@@d"})
		failed, ok := errors.AsType[*Error](err)
		if !ok || failed.Step != name || failed.Kind != Interrupted || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
		ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
		_, err = attempt(ctx, s.Broker, ca.device(t, &x509.Certificate{}), Login{ClientID: "GID_abc@@@d"})
		cancel()
		if failed, ok := errors.AsType[*Error](err); !ok || failed.Kind != Timeout || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNobodyThere(t *testing.T) {
	b, err := Parse("127.0.0.1:1", instance)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Dial(t.Context())
	if failed, ok := errors.AsType[*Error](err); !ok || failed.Kind != Unreachable || failed.Step != StepTCP || err.Error() != "broker "+b.String()+" cannot be reached: connection refused" {
		t.Error(err)
	}
	_, err = Broker{Host: "no-such-host.invalid", Port: "8883"}.Resolve(t.Context())
	if failed, ok := errors.AsType[*Error](err); !ok || failed.Kind != NoHost || failed.Step != StepResolve {
		t.Error(err)
	}
}

func TestParse(t *testing.T) {
	vendor := Broker{Host: "post-cn-test.mqtt.aliyuncs.com", Port: "8883", ServerName: "post-cn-test.mqtt.aliyuncs.com"}
	if got := Of(instance, false); got != vendor || !got.IsTrusted() {
		t.Errorf("%+v", got)
	}
	if got := Of(instance, true); got.Host != "post-cn-test-internal-vpc.mqtt.aliyuncs.com" || got.ServerName != got.Host {
		t.Errorf("%+v", got)
	}
	for text, want := range map[string]struct {
		shown, name string
		trusted     bool
	}{
		"post-cn-test.mqtt.aliyuncs.com": {"post-cn-test.mqtt.aliyuncs.com:8883", "post-cn-test.mqtt.aliyuncs.com", true},
		"A.MQTT.ALIYUNCS.COM:1":          {"A.MQTT.ALIYUNCS.COM:1", "A.MQTT.ALIYUNCS.COM", true},
		"mqtt.example.com:8884":          {"mqtt.example.com:8884", "mqtt.example.com", false},
		"mqtt.aliyuncs.com.example.com":  {"mqtt.aliyuncs.com.example.com:8883", "mqtt.aliyuncs.com.example.com", false},
		"evilmqtt.aliyuncs.com":          {"evilmqtt.aliyuncs.com:8883", "evilmqtt.aliyuncs.com", false},
		"localhost:1883":                 {"localhost:1883", "localhost", true},
		"127.0.0.1":                      {"127.0.0.1:8883", vendor.ServerName, true},
		"::1":                            {"[::1]:8883", vendor.ServerName, true},
		"[::1]:77":                       {"[::1]:77", vendor.ServerName, true},
		"[::1]":                          {"[::1]:8883", vendor.ServerName, true},
		"192.0.2.1:8883":                 {"192.0.2.1:8883", vendor.ServerName, false},
	} {
		got, err := Parse(text, instance)
		if err != nil || got.String() != want.shown || got.ServerName != want.name || got.IsTrusted() != want.trusted {
			t.Errorf("%s: %v, %+v", text, err, got)
		}
	}
	for _, text := range []string{"", ":8883", "a b", "host:", "host:0", "host:65536", "host:mqtt", "mqtts://host", "host/path", "user@host", "[::1", "a:b:c"} {
		if got, err := Parse(text, instance); err == nil {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

// The password of the vendor's own sample is not published; this one is made with openssl:
// printf GID_abc@@@d | openssl dgst -sha1 -hmac secret -binary | base64
func TestLogins(t *testing.T) {
	got := SignatureLogin("GID_abc@@@d", instance, credentials.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"})
	if want := (Login{"GID_abc@@@d", "Signature|id|post-cn-test", "jyKiqh5HDz+i3KAn5EJm1cw2Zks="}); got != want {
		t.Errorf("%s %s", got.UserName, string(got.Password))
	}
	if text := fmt.Sprintf("%v %+v %#v", got, got, got); strings.Contains(text, string(got.Password)) {
		t.Error(text)
	}
	if got := TokenLogin("c", instance, "id", "R|t"); got != (Login{"c", "Token|id|post-cn-test", "R|t"}) {
		t.Errorf("%+v", got)
	}
}

func TestClientID(t *testing.T) {
	for _, good := range [][2]string{{"GID_abc", "d"}, {"GID-a-_", "D-_9"}, {"GID_" + strings.Repeat("g", 50), strings.Repeat("d", 7)}} {
		if id, err := ClientID(good[0], good[1]); err != nil || id != good[0]+"@@@"+good[1] {
			t.Errorf("%q, %v", id, err)
		}
	}
	for _, bad := range [][2]string{{"", "d"}, {"GID_ab", "d"}, {"gid_abc", "d"}, {"GID_abc", ""}, {"GID_abc", "a@b"}, {"GID_a c", "d"}, {"GID_abc", "é"}, {"GID_" + strings.Repeat("g", 50), strings.Repeat("d", 8)}} {
		if id, err := ClientID(bad[0], bad[1]); err == nil {
			t.Errorf("%q is taken", id)
		}
	}
}

func TestTrust(t *testing.T) {
	root := newIssuer(t, "root")
	b := Of(instance, false)
	if err := b.Trust(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.certificate.Raw})); err != nil {
		t.Fatal(err)
	}
	if _, err := root.certificate.Verify(x509.VerifyOptions{Roots: b.Roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil {
		t.Error(err)
	}
	if b.Trust([]byte("nothing")) == nil {
		t.Error("text without a certificate is taken")
	}
}
