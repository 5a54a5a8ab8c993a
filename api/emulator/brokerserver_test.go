package emulator_test

import (
	"bytes"
	"crypto"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
	"github.com/google/go-cmp/cmp"

	"mqttca/api/emulator"
)

// A testBroker is the broker of an emulator, with the refusals it reported.
type testBroker struct {
	*client
	*emulator.BrokerServer
	ca       *authority
	sn       string
	roots    *x509.CertPool
	patience time.Duration // for the handshake; 0: endless
	pings    bool          // after CONNACK
	mutex    sync.Mutex
	told     []string
}

// openBroker serves a broker with a CA registered at the first instance.
func openBroker(t *testing.T, change func(*emulator.Options)) *testBroker {
	t.Helper()
	d := &testBroker{ca: numbered(t, 1), roots: x509.NewCertPool()}
	d.client = start(t, func(o *emulator.Options) {
		o.Refused = func(reason string) {
			d.mutex.Lock()
			defer d.mutex.Unlock()
			d.told = append(d.told, reason)
		}
		if change != nil {
			change(o)
		}
	})
	broker, err := emulator.ListenBroker("127.0.0.1:0", d.service)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { broker.Close() })
	d.BrokerServer = broker
	d.roots.AppendCertsFromPEM(broker.RootPEM)
	d.sn = d.register(instanceID, d.ca)
	return d
}

// tells ends the broker, so that all that it tells is told, and looks for a reason.
func (d *testBroker) tells(want string) {
	d.t.Helper()
	d.BrokerServer.Close()
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if !strings.Contains(strings.Join(d.told, "\n"), want) {
		d.t.Errorf("told %q, want %q", d.told, want)
	}
}

// identity is a device certificate with its key, and the CA behind it.
func (a *authority) identity(t *testing.T, serial int64, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	key := ecKey(t, elliptic.P256())
	certificate := a.deviceOf(t, key, serial, change)
	return tls.Certificate{Certificate: [][]byte{certificate.Raw, a.certificate.Raw}, PrivateKey: key}
}

// A device is a connection to the broker.
type mqttDevice struct {
	t *testing.T
	*tls.Conn
}

// knock makes the handshake for an instance, with a certificate or none.
func (d *testBroker) knock(serverName string, identity *tls.Certificate, change func(*tls.Config)) (mqttDevice, error) {
	d.t.Helper()
	config := &tls.Config{RootCAs: d.roots, ServerName: serverName, Time: time.Now}
	if identity != nil {
		// GetClientCertificate sends it whatever CAs the broker asks for.
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return identity, nil }
	}
	if change != nil {
		change(config)
	}
	connection, err := tls.DialWithDialer(&net.Dialer{Timeout: d.patience}, "tcp", d.Address, config)
	if err != nil {
		return mqttDevice{}, err
	}
	d.t.Cleanup(func() { connection.Close() })
	return mqttDevice{d.t, connection}, nil
}

// connect returns the code of CONNACK, or the error that came in its place.
func (d *testBroker) connect(serverName string, identity *tls.Certificate, change func(*packets.ConnectPacket)) (byte, error) {
	d.t.Helper()
	device, err := d.knock(serverName, identity, nil)
	if err != nil {
		return 0, err
	}
	return device.connect(change)
}

const (
	brokerName = instanceID + ".mqtt.aliyuncs.com"
	clientID   = emulator.DefaultGroup + "@@@pump-1"
)

func (m mqttDevice) connect(change func(*packets.ConnectPacket)) (byte, error) {
	m.t.Helper()
	answer, err := m.connack(change)
	if err != nil {
		return 0, err
	}
	return answer.ReturnCode, nil
}

func (m mqttDevice) connack(change func(*packets.ConnectPacket)) (*packets.ConnackPacket, error) {
	m.t.Helper()
	packet := packets.NewControlPacket(packets.Connect).(*packets.ConnectPacket)
	packet.ProtocolName, packet.ProtocolVersion = "MQTT", 4
	packet.CleanSession, packet.ClientIdentifier = true, clientID // no keep alive: a slow machine would not keep it
	packet.UsernameFlag, packet.PasswordFlag, packet.Username = true, true, "Signature|"+plainKey.AccessKeyID+"|"+instanceID
	packet.Password = passwordOf(clientID)
	if change != nil {
		change(packet)
	}
	unsent := packet.Write(m)
	answer, err := packets.ReadPacket(m)
	if err == io.EOF && unsent != nil {
		err = unsent
	}
	if err != nil {
		return nil, err
	}
	return answer.(*packets.ConnackPacket), nil
}

func passwordOf(clientID string) []byte {
	mac := hmac.New(sha1.New, []byte(plainKey.AccessKeySecret))
	mac.Write([]byte(clientID))
	return []byte(base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

// eachTLS runs a test under TLS 1.2 and 1.3.
func eachTLS(t *testing.T, test func(t *testing.T, version uint16)) {
	for name, version := range map[string]uint16{"TLS 1.2": tls.VersionTLS12, "TLS 1.3": tls.VersionTLS13} {
		t.Run(name, func(t *testing.T) { test(t, version) })
	}
}

// TestBrokerStates is the vendor's page on how a device gets in.
func TestBrokerStates(t *testing.T) {
	const cutOff = "cut off"
	eachTLS(t, func(t *testing.T, version uint16) {
		d := openBroker(t, nil)
		stranger := numbered(t, 2)
		pump, valve := d.ca.identity(t, 0x11, nil), d.ca.identity(t, 0x22, nil)
		early := d.ca.identity(t, 0x33, func(x *x509.Certificate) { x.NotAfter = epoch.Add(-time.Minute) })
		server := d.ca.identity(t, 0x44, func(x *x509.Certificate) { x.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} })
		twin := d.ca.identity(t, 0x11, nil)
		unknown := stranger.identity(t, 0x55, nil)
		keyless := d.ca.identity(t, 0x66, nil)
		keyless.PrivateKey = ecKey(t, elliptic.P256())
		noCertificate := map[uint16]string{tls.VersionTLS12: "tls: handshake failure", tls.VersionTLS13: "tls: certificate required"}[version]
		set := func(action, deviceSn string) func() {
			return func() {
				r := snRequest(http.MethodPost, action, d.sn)
				if deviceSn != "" {
					r = deviceRequest(http.MethodPost, action, d.sn, deviceSn)
				}
				if got := d.send(r); got.code() != "" {
					t.Fatalf("%s: %v", action, got.Body)
				}
			}
		}
		for _, step := range []struct {
			name     string
			before   func()
			identity *tls.Certificate
			want     string
		}{
			{"no certificate", nil, nil, noCertificate},
			{"another CA", nil, &unknown, "tls: unknown certificate authority"},
			{"expired", nil, &early, "tls: expired certificate"},
			{"a server's", nil, &server, "tls: bad certificate"},
			{"without its key", nil, &keyless, "tls: error decrypting message"},
			{"not registered, CA active", nil, &pump, ""},
			{"the serial number of another", nil, &twin, cutOff},
			{"registered and inactive", set("InactivateDeviceCertificate", "11"), &pump, cutOff},
			{"active again", set("ActiveDeviceCertificate", "11"), &pump, ""},
			{"registered, CA inactive", set("InactivateCaCertificate", ""), &pump, ""},
			{"not registered, CA inactive", nil, &valve, cutOff},
			{"CA deleted", set("DeleteCaCertificate", ""), &pump, "tls: unknown certificate authority"},
		} {
			if step.before != nil {
				step.before()
			}
			device, err := d.knock(brokerName, step.identity, func(c *tls.Config) { c.MaxVersion = version })
			if err == nil {
				var code byte
				if code, err = device.connect(nil); code != 0 {
					t.Errorf("%s: CONNACK %d", step.name, code)
				}
			}
			got := ""
			if errors.Is(err, io.EOF) {
				got = cutOff
			} else if err != nil {
				got = err.Error()
			}
			if !strings.HasSuffix(got, step.want) || step.want == "" && got != "" {
				t.Errorf("%s: %q, want %q", step.name, got, step.want)
			}
		}
	})
}

// TestBrokerRegisters: the first connection with the key registers a certificate, whatever CONNACK says; one without the key does not.
func TestBrokerRegisters(t *testing.T) {
	eachTLS(t, func(t *testing.T, version uint16) {
		d := openBroker(t, nil)
		keyless, pump := d.ca.identity(t, 0x11, nil), d.ca.identity(t, 0x22, nil)
		keyless.PrivateKey = ecKey(t, elliptic.P256())
		for _, identity := range []tls.Certificate{keyless, pump} {
			if device, err := d.knock(brokerName, &identity, func(c *tls.Config) { c.MaxVersion = version }); err == nil {
				_, _ = device.connect(func(p *packets.ConnectPacket) { p.ClientIdentifier = "pump" })
			}
		}
		got := []string{}
		for _, entry := range d.send(devicesRequest(instanceID, d.sn, 1, 10)).data()["DeviceCertificateVOS"].([]any) {
			got = append(got, entry.(map[string]any)["DeviceSn"].(string))
		}
		if diff := cmp.Diff([]string{"22"}, got); diff != "" {
			t.Errorf("registered (-want +got):\n%s", diff)
		}
	})
}

func TestBrokerCONNACK(t *testing.T) {
	d := openBroker(t, func(o *emulator.Options) {
		o.Groups = []string{emulator.DefaultGroup, "GID-pumps"}
		o.Credentials = append(o.Credentials, emulator.Credential{AccessKeyID: "other", AccessKeySecret: "secret", Foreign: true})
	})
	pump := d.ca.identity(t, 0x11, nil)
	as := func(id string) func(*packets.ConnectPacket) {
		return func(p *packets.ConnectPacket) { p.ClientIdentifier, p.Password = id, passwordOf(id) }
	}
	by := func(user, password string) func(*packets.ConnectPacket) {
		return func(p *packets.ConnectPacket) { p.Username, p.Password = user, []byte(password) }
	}
	token := "Token|" + plainKey.AccessKeyID + "|" + instanceID
	for _, test := range []struct {
		name   string
		change func(*packets.ConnectPacket)
		want   byte
	}{
		{"Signature", nil, 0},
		{"another group", as("GID-pumps@@@1"), 0},
		{"64 characters", as(clientID + strings.Repeat("x", 64-len(clientID))), 0},
		{"token", by(token, "RW|secret"), 0},
		{"two tokens", by(token, "R|secret|W|more"), 0},
		{"protocol level 3", func(p *packets.ConnectPacket) { p.ProtocolName, p.ProtocolVersion = "MQIsdp", 3 }, 1},
		{"protocol level 6", func(p *packets.ConnectPacket) { p.ProtocolVersion = 6 }, 1},
		{"no group", as("pump-1"), 2},
		{"65 characters", as(clientID + strings.Repeat("x", 65-len(clientID))), 2},
		{"no device", as("GID_devices@@@"), 2},
		{"a slash", as("GID_devices@@@a/b"), 2},
		{"a group of 6 characters", as("GID_ab@@@1"), 2},
		{"a group that is missing", as("GID_missing@@@1"), 2},
		{"empty client id", as(""), 2},
		{"wrong signature", by("Signature|LTAItest|"+instanceID, "wrong"), 4},
		{"empty password", by("Signature|LTAItest|"+instanceID, ""), 4},
		{"unknown AccessKey", by("Signature|nobody|"+instanceID, string(passwordOf(clientID))), 4},
		{"STS", by("Signature|STS.test|"+instanceID, "x"), 4},
		{"DeviceCredential", by("DeviceCredential|LTAItest|"+instanceID, "x"), 4},
		{"plain user name", by("pump", "x"), 4},
		{"no user name", func(p *packets.ConnectPacket) { p.UsernameFlag, p.PasswordFlag = false, false }, 4},
		{"token without its right", by(token, "secret"), 4},
		{"empty token", by(token, "R|"), 4},
		{"another instance", by("Signature|LTAItest|"+otherInstanceID, string(passwordOf(clientID))), 5},
		{"another account's AccessKey", by("Signature|other|"+instanceID, "x"), 5},
	} {
		if got, err := d.connect(brokerName, &pump, test.change); got != test.want || err != nil {
			t.Errorf("%s: CONNACK %d, %v; want %d", test.name, got, err, test.want)
		}
	}
	d.tells(`broker, post-cn-emulated, CONNECT: CONNACK 2 to client id "GID_missing@@@1": the instance has no group GID_missing`)
}

// TestLastWords: a device that has sent more than the broker reads is refused without a reset, which could swallow CONNACK.
func TestLastWords(t *testing.T) {
	d := openBroker(t, func(o *emulator.Options) { o.BrokerOneWay = true })
	m, err := d.knock(brokerName, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var sent bytes.Buffer
	packet := packets.NewControlPacket(packets.Connect).(*packets.ConnectPacket)
	packet.ProtocolName, packet.ProtocolVersion = "MQTT", 4
	packet.Write(&sent)
	sent.Write(make([]byte, 500<<10))
	_, unsent := m.Write(sent.Bytes())
	got, err := io.ReadAll(m)
	if err != nil || unsent != nil || !bytes.Equal(got, []byte{0x20, 2, 0, 2}) {
		t.Errorf("got %x, %v; sent: %v", got, err, unsent)
	}
}

// TestBrokerOddCA: the service registers a CA that crypto/x509 refuses, and the broker says why it refuses its devices.
func TestBrokerOddCA(t *testing.T) {
	read := func(name string) *pem.Block {
		data, err := os.ReadFile("../../testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		block, _ := pem.Decode(data)
		return block
	}
	odd := read("odd/by-hand.p256.minus-one.crt")
	key, err := x509.ParsePKCS8PrivateKey(read("ca/openssl.p256.pkcs8.key").Bytes)
	if err != nil {
		t.Fatal(err)
	}
	ca := &authority{certificate: &x509.Certificate{Raw: odd.Bytes, RawSubject: odd.Bytes[28:68]}, key: key.(crypto.Signer), pem: string(pem.EncodeToMemory(odd))}
	d := openBroker(t, nil)
	d.register(instanceID, ca)
	identity := ca.identity(t, 0x11, nil)
	for _, want := range []string{"tls: error decoding message", "tls: unknown certificate authority"} {
		if _, err := d.connect(brokerName, &identity, nil); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
		identity.Certificate = identity.Certificate[:1] // without its CA
	}
	d.tells("TLS: tls: failed to parse client certificate: x509: negative serial number")
	d.tells("TLS: the CA -0001 is registered, but this broker cannot read it: x509: negative serial number")
}

func TestBrokerOneWay(t *testing.T) {
	d := openBroker(t, func(o *emulator.Options) { o.BrokerOneWay, o.BrokerNoPassword = true, true })
	asked := false
	device, err := d.knock(brokerName, nil, func(c *tls.Config) {
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			asked = true
			return &tls.Certificate{}, nil
		}
	})
	if err != nil || asked {
		t.Fatalf("%v, asked for a certificate: %v", err, asked)
	}
	if code, err := device.connect(func(p *packets.ConnectPacket) { p.UsernameFlag, p.PasswordFlag = false, false }); code != 0 || err != nil {
		t.Errorf("CONNACK %d, %v", code, err)
	}
}

// TestBrokerInstances: SNI tells the instance, and the broker asks for certificates of its CAs.
func TestBrokerInstances(t *testing.T) {
	d := openBroker(t, nil)
	other := newAuthority(t, d.ca.key, func(x *x509.Certificate) { x.Subject.CommonName = "other" })
	d.register(otherInstanceID, other)
	for name, want := range map[string]*authority{
		brokerName: d.ca, otherInstanceID + "-internal-vpc.mqtt.aliyuncs.com": other, otherInstanceID + ".mqtt.aliyuncs.com": other,
		"localhost": d.ca, "127.0.0.1": d.ca, "nowhere.mqtt.aliyuncs.com": d.ca, foreignInstance + ".mqtt.aliyuncs.com": nil,
	} {
		var got [][]byte
		identity := d.ca.identity(t, 0x11, nil)
		_, _ = d.knock(name, nil, func(c *tls.Config) {
			c.GetClientCertificate = func(info *tls.CertificateRequestInfo) (*tls.Certificate, error) {
				got = info.AcceptableCAs
				return &identity, nil
			}
		})
		var subjects [][]byte
		if want != nil {
			subjects = [][]byte{want.certificate.RawSubject}
		}
		if diff := cmp.Diff(subjects, got); diff != "" {
			t.Errorf("%s: acceptable CAs (-want +got):\n%s", name, diff)
		}
	}
}

// subscribe and publish wait for the answer.
func (m mqttDevice) subscribe(topic string) byte {
	m.t.Helper()
	packet := packets.NewControlPacket(packets.Subscribe).(*packets.SubscribePacket)
	packet.MessageID, packet.Topics, packet.Qoss = 1, []string{topic}, []byte{1}
	if err := packet.Write(m); err != nil {
		m.t.Fatal(err)
	}
	return m.read().(*packets.SubackPacket).ReturnCodes[0]
}

func (m mqttDevice) publish(topic string, qos byte, payload []byte) error {
	packet := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
	packet.MessageID, packet.Qos, packet.TopicName, packet.Payload = 2, qos, topic, payload
	return packet.Write(m)
}

func (m mqttDevice) read() packets.ControlPacket {
	m.t.Helper()
	packet, err := packets.ReadPacket(m)
	if err != nil {
		m.t.Fatal(err)
	}
	return packet
}

// enter connects a device to an instance.
func (d *testBroker) enter(instance, device string) mqttDevice {
	d.t.Helper()
	m, err := d.knock(instance+".mqtt.aliyuncs.com", nil, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	code, err := m.connect(func(p *packets.ConnectPacket) { p.ClientIdentifier = emulator.DefaultGroup + "@@@" + device })
	if code != 0 || err != nil {
		d.t.Fatalf("%s: CONNACK %d, %v", device, code, err)
	}
	return m
}

// openHouse lets everybody in.
func openHouse(o *emulator.Options) { o.BrokerOneWay, o.BrokerNoPassword = true, true }

// TestInstancesApart: a message reaches the subscribers of its instance and no others.
func TestInstancesApart(t *testing.T) {
	d := openBroker(t, openHouse)
	here, there, sender := d.enter(instanceID, "a"), d.enter(otherInstanceID, "a"), d.enter(instanceID, "b")
	for _, m := range []mqttDevice{here, there} {
		if got := m.subscribe("#"); got != 1 {
			t.Fatalf("SUBACK %d", got)
		}
	}
	sender.publish("pumps/1", 1, []byte("on"))
	if _, ok := sender.read().(*packets.PubackPacket); !ok {
		t.Error("no PUBACK")
	}
	if got := here.read().(*packets.PublishPacket); got.TopicName != "pumps/1" || string(got.Payload) != "on" {
		t.Errorf("got %v", got)
	}
	packets.NewControlPacket(packets.Pingreq).Write(there)
	if _, ok := there.read().(*packets.PingrespPacket); !ok {
		t.Error("a message crossed over")
	}
}
