package emulator_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"mqttca/api/emulator"
)

// TestPacketSize: a packet of 64 KB passes, and one of a byte more ends the connection.
func TestPacketSize(t *testing.T) {
	d := openBroker(t, openHouse)
	const header = 1 + 3 + 2 + len("t") + 2 // type, length, topic with its length, packet id
	for size, want := range map[int]bool{64 << 10: true, 64<<10 + 1: false} {
		m := d.enter(instanceID, fmt.Sprint(size))
		_ = m.publish("t", 1, make([]byte, size-header))
		answer, err := packets.ReadPacket(m)
		if passed := err == nil; passed != want {
			t.Errorf("%d bytes: %v, %v", size, answer, err)
		}
	}
}

// TestThousandClients: one more is too busy, until one has left, whose session goes then; a second connection of a client id takes the
// place of the first.
func TestThousandClients(t *testing.T) {
	t.Parallel()
	needFiles(t, 2200)
	d := openBroker(t, openHouse)
	clients := make([]mqttDevice, 1000)
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for i := worker; i < len(clients); i += 8 {
				clients[i], _ = d.enterKept([]string{instanceID, otherInstanceID}[i%2], fmt.Sprint(i))
			}
		})
	}
	group.Wait()
	again, _ := d.enterKept(instanceID, "0")
	if _, err := packets.ReadPacket(clients[0]); err == nil {
		t.Error("the first connection of the client id goes on")
	}
	if err := again.ping(); err != nil {
		t.Error(err)
	}
	more := func(p *packets.ConnectPacket) { p.ClientIdentifier = emulator.DefaultGroup + "@@@more" }
	if code, err := d.connect(brokerName, nil, more); code != 3 {
		t.Errorf("one more: CONNACK %d, %v", code, err)
	}
	clients[1].leaves()
	d.until(999)
	clients[3].leaves()
	d.until(998)
	for _, want := range []bool{false, true} {
		one, kept := d.enterKept(instanceID, "more")
		if kept != want {
			t.Errorf("the session of one more is kept: %v", kept)
		}
		one.leaves()
		d.until(998)
	}
	if _, kept := d.enterKept(otherInstanceID, "3"); !kept {
		t.Error("the session of the second that has left is not kept")
	}
	if _, kept := d.enterKept(otherInstanceID, "1"); kept {
		t.Error("the session of the first that has left is kept")
	}
	d.tells(`CONNACK 3 to client id "GID_devices@@@more": the limit of 1000 clients is reached`)
}

// needFiles skips a test that needs more open files than this process may have.
func needFiles(t *testing.T, count int) {
	t.Helper()
	for range count {
		file, err := os.Open(os.DevNull)
		if err != nil {
			t.Skip("SKIP: ", err)
		}
		defer file.Close()
	}
}

// enterKept connects a client whose session is kept, and reports whether it was kept before.
func (d *testBroker) enterKept(instance, device string) (m mqttDevice, kept bool) {
	d.t.Helper()
	m, err := d.knock(instance+".mqtt.aliyuncs.com", nil, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	answer, err := m.connack(func(p *packets.ConnectPacket) {
		p.ClientIdentifier, p.CleanSession = emulator.DefaultGroup+"@@@"+device, false
	})
	if err != nil || answer.ReturnCode != 0 {
		d.t.Fatalf("CONNACK %v, %v", answer, err)
	}
	return m, answer.SessionPresent
}

// leaves ends a connection and waits until the broker has noticed.
func (m mqttDevice) leaves() {
	packets.NewControlPacket(packets.Disconnect).Write(m)
	_, _ = io.Copy(io.Discard, m)
}

// publishAll publishes messages of 60 KB with QoS 1, each of which is acknowledged.
func (m mqttDevice) publishAll(topic string, count int) {
	m.t.Helper()
	for range count {
		if err := m.publish(topic, 1, make([]byte, 60<<10)); err != nil {
			m.t.Fatal(err)
		}
		m.read()
	}
}

// awaits acknowledges count messages and makes sure that no more come.
func (m mqttDevice) awaits(count int) {
	m.t.Helper()
	for range count {
		m.acknowledge(packets.Puback, m.read().(*packets.PublishPacket).MessageID)
	}
	if err := m.ping(); err != nil {
		m.t.Error(err)
	}
}

// until waits until only so many clients are in.
func (d *testBroker) until(clients int) {
	d.t.Helper()
	for d.Clients() > clients {
		runtime.Gosched()
	}
	if got := d.Clients(); got < clients {
		d.t.Fatalf("%d clients are in, want %d", got, clients)
	}
}

// TestKeptMessages: 4 MB are kept for a client that is away, more is dropped for it alone, and there is room again when it was there.
func TestKeptMessages(t *testing.T) {
	d := openBroker(t, openHouse)
	away, _ := d.enterKept(instanceID, "away")
	away.subscribe("t")
	away.leaves()
	there, sender := d.enter(instanceID, "there"), d.enter(instanceID, "pub")
	there.subscribe("t")
	const kept = 4<<20/(61<<10) + 1 // the last one that begins to fit
	for range 2 {
		for range kept + 10 {
			sender.publishAll("t", 1)
			there.awaits(1)
		}
		if err := sender.ping(); err != nil { // then the last message has been dropped
			t.Fatal(err)
		}
		away, _ = d.enterKept(instanceID, "away")
		away.awaits(kept)
		away.leaves()
	}
	d.tells("emulator: broker, post-cn-emulated GID_devices@@@away, no room: its session keeps 42")
	if len(d.told) != 2 {
		t.Errorf("told %q", d.told)
	}
}

// TestForgottenSessions: when 16 MB are kept, the session goes whose client has been away longest, and others get their messages, also at
// another instance.
func TestForgottenSessions(t *testing.T) {
	d := openBroker(t, openHouse)
	sender, elsewhere := d.enter(instanceID, "pub"), d.enter(otherInstanceID, "pub")
	for i := range 6 {
		away, _ := d.enterKept(instanceID, fmt.Sprint(i))
		away.subscribe("away/#")
		away.leaves()
		d.until(2)
	}
	sender.publishAll("away/1", 100)
	for _, m := range []mqttDevice{sender, elsewhere} {
		m.subscribe("t")
		if err := m.publish("t", 0, nil); err != nil {
			t.Fatal(err)
		}
		if _, ok := m.read().(*packets.PublishPacket); !ok {
			t.Error("no message")
		}
	}
	for i, want := range []bool{false, false, false, true, true, true} {
		if m, kept := d.enterKept(instanceID, fmt.Sprint(i)); kept != want {
			t.Errorf("session %d is kept: %v", i, kept)
		} else {
			m.leaves()
		}
	}
	d.tells("emulator: broker, post-cn-emulated GID_devices@@@0, no room: its session, the longest unused, is dropped: at most 1000 sessions and 16777216 bytes are kept")
}

// TestReleases: a client has at most 1,024 messages with QoS 2 that it has not released.
func TestReleases(t *testing.T) {
	d := openBroker(t, openHouse)
	m := d.enter(instanceID, "pub")
	packet := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
	packet.Qos, packet.TopicName = 2, "t"
	for id := range uint16(1024) {
		packet.MessageID = id + 1
		packet.Write(m)
		m.read()
	}
	m.acknowledge(packets.Pubrel, 7)
	m.read()
	for _, packet.MessageID = range []uint16{7, 1025} {
		packet.Write(m)
		if answer, err := packets.ReadPacket(m); (err == nil) != (packet.MessageID == 7) {
			t.Errorf("message %d: %v, %v", packet.MessageID, answer, err)
		}
	}
	d.tells("PUBLISH: 1024 QoS 2 messages wait for PUBREL")
}

// TestSlowReader: what waits for a client that does not read is bounded, too.
func TestSlowReader(t *testing.T) {
	d := openBroker(t, openHouse)
	slow := d.enter(instanceID, "slow")
	slow.subscribe("t")
	sender := d.enter(instanceID, "pub")
	payload := bytes.Repeat([]byte("x"), 60<<10)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range 1000 {
		if err := sender.publish("t", 0, payload); err != nil {
			t.Fatal(err)
		}
	}
	if err := sender.ping(); err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int(after.HeapAlloc) - int(before.HeapAlloc); grown > 20<<20 {
		t.Errorf("%d MB are kept", grown>>20)
	}
}

func TestSubscriptions(t *testing.T) {
	d := openBroker(t, openHouse)
	m := d.enter(instanceID, "sub")
	for topic, want := range map[string]byte{
		strings.Repeat("x", 128): 1, strings.Repeat("x", 129): 0x80, strings.Repeat("/", 15): 1, strings.Repeat("/", 16): 0x80, "$SYS/#": 0x80, "$share/a/b": 0x80,
	} {
		if got := m.subscribe(topic); got != want {
			t.Errorf("%s: SUBACK %d, want %d", topic, got, want)
		}
	}
	for range 2 { // filters that are there do not count again
		for i := range 28 {
			m.subscribe(fmt.Sprint(i))
		}
	}
	packet := packets.NewControlPacket(packets.Subscribe).(*packets.SubscribePacket)
	packet.MessageID, packet.Topics, packet.Qoss = 1, []string{"more"}, []byte{1}
	packet.Write(m)
	if answer, err := packets.ReadPacket(m); err == nil {
		t.Errorf("31 subscriptions: %v", answer)
	}
	d.tells("SUBSCRIBE: a client has at most 30 subscriptions")
}

// TestTopics: a message that has no topic ends its connection, without a packet that MQTT 3.1.1 does not have.
func TestTopics(t *testing.T) {
	d := openBroker(t, openHouse)
	for _, topic := range []string{strings.Repeat("x", 129), strings.Repeat("/", 16), "", "a/+", "#", "$SYS/x"} {
		for qos := range byte(3) {
			m := d.enter(instanceID, "pub")
			if err := m.publish(topic, qos, nil); err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(m); len(got) > 0 || err != nil && !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("%.20s, QoS %d: %x, %v", topic, qos, got, err)
			}
		}
	}
	d.tells(`PUBLISH: topic "a/+" is invalid: a topic has 1 to 128 bytes and at most 16 levels, no leading $ and no wildcards`)
}

// TestLongReasons: a client does not fill the log.
func TestLongReasons(t *testing.T) {
	d := openBroker(t, openHouse)
	for range 2 {
		if code, err := d.connect(brokerName, nil, func(p *packets.ConnectPacket) { p.ClientIdentifier = strings.Repeat("\x01", 30_000) }); code != 2 {
			t.Errorf("CONNACK %d, %v", code, err)
		}
	}
	d.tells("it is not GROUP@@@DEVICE")
	if size := len(strings.Join(d.told, "")); size > 2000 {
		t.Errorf("%d bytes are told", size)
	}
}

// TestBrokerCloses: Close ends all connections, whatever they wait for, and their goroutines.
func TestBrokerCloses(t *testing.T) {
	d := openBroker(t, func(o *emulator.Options) {
		openHouse(o)
		o.Faults = []emulator.Fault{
			{Kind: emulator.FaultHang, Operation: emulator.BrokerConnect, Call: 2},
			{Kind: emulator.FaultSlow, Operation: emulator.BrokerConnect, Call: 3},
			{Kind: emulator.FaultLatency, Operation: emulator.BrokerHandshake, Call: 4, Delay: 1 << 40},
		}
	})
	first := d.enter(instanceID, "1")
	second, err := d.knock(brokerName, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	third, err := d.knock(brokerName, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	fourth, err := net.Dial("tcp", d.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer fourth.Close()
	var group sync.WaitGroup
	for _, m := range []mqttDevice{second, third} {
		group.Go(func() { _, _ = m.connect(nil) })
	}
	if err := d.BrokerServer.Close(); err != nil {
		t.Error(err)
	}
	if err := d.BrokerServer.Close(); err != nil {
		t.Error(err)
	}
	group.Wait()
	if err := first.ping(); err == nil {
		t.Error("a connection goes on")
	}
	if _, err := d.knock(brokerName, nil, nil); err == nil {
		t.Error("the broker is open")
	}
	stacks := make([]byte, 1<<20)
	for range 10_000 { // a goroutine of mochi may be about to end
		if all := string(stacks[:runtime.Stack(stacks, true)]); !strings.Contains(all, "mochi-mqtt") {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("a goroutine goes on:\n%s", stacks)
}

// FuzzBroker throws bytes at the broker in place of CONNECT and behind it. The connection ends, and nothing panics.
func FuzzBroker(f *testing.F) {
	var connect, publish, subscribe bytes.Buffer
	packet := packets.NewControlPacket(packets.Connect).(*packets.ConnectPacket)
	packet.ProtocolName, packet.ProtocolVersion, packet.ClientIdentifier = "MQTT", 4, clientID
	packet.WillFlag, packet.WillTopic, packet.WillMessage = true, "t", []byte("x")
	packet.Write(&connect)
	message := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
	message.TopicName, message.Qos, message.MessageID, message.Payload = "t", 2, 1, []byte("x")
	message.Write(&publish)
	topics := packets.NewControlPacket(packets.Subscribe).(*packets.SubscribePacket)
	topics.MessageID, topics.Topics, topics.Qoss = 1, []string{"t", "#", "a/+"}, []byte{2, 1, 0}
	topics.Write(&subscribe)
	for _, seed := range [][]byte{
		connect.Bytes(), publish.Bytes(), subscribe.Bytes(), {0x62, 2, 0, 1}, {0x50, 2, 0, 1}, {0xa2, 5, 0, 1, 0, 1, 't'}, {0xf0, 0},
		append([]byte{0xa2, 10, 0, 1, 0, 6}, "$share"...), append([]byte{0xa2, 14, 0, 1, 0, 10}, "$SHARE/a/+"...),
	} {
		f.Add(seed, false)
		f.Add(append(bytes.Clone(subscribe.Bytes()), seed...), true)
	}
	service, err := emulator.New(emulator.Options{
		Instances: []string{instanceID}, Credentials: []emulator.Credential{plainKey}, BrokerOneWay: true, BrokerNoPassword: true,
	})
	if err != nil {
		f.Fatal(err)
	}
	broker, err := emulator.ListenBroker("127.0.0.1:0", service)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { broker.Close() })
	f.Fuzz(func(t *testing.T, data []byte, in bool) {
		connection, err := tls.Dial("tcp", broker.Address, &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		if in {
			_, _ = connection.Write(connect.Bytes())
		}
		_, _ = connection.Write(data)
		_ = connection.CloseWrite()
		_, _ = io.Copy(io.Discard, connection)
	})
}
