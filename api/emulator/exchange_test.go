package emulator_test

import (
	"testing"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// acknowledge answers a packet of the broker's, or releases a message.
func (m mqttDevice) acknowledge(kind byte, id uint16) {
	m.t.Helper()
	packet := packets.NewControlPacket(kind)
	switch p := packet.(type) {
	case *packets.PubackPacket:
		p.MessageID = id
	case *packets.PubrecPacket:
		p.MessageID = id
	case *packets.PubrelPacket:
		p.MessageID = id
	case *packets.PubcompPacket:
		p.MessageID = id
	}
	if err := packet.Write(m); err != nil {
		m.t.Fatal(err)
	}
}

// TestPacketIDs: client and broker choose the same packet id, and lose nothing by it.
func TestPacketIDs(t *testing.T) {
	d := openBroker(t, openHouse)
	m, _ := d.enterKept(instanceID, "sub")
	m.subscribe("t")
	m.leaves()
	sender := d.enter(instanceID, "pub")
	if err := sender.publish("t", 1, []byte("x")); err != nil {
		t.Fatal(err)
	}
	sender.read()
	m, _ = d.enterKept(instanceID, "sub")
	id := m.read().(*packets.PublishPacket).MessageID
	subscribe := packets.NewControlPacket(packets.Subscribe).(*packets.SubscribePacket)
	subscribe.MessageID, subscribe.Topics, subscribe.Qoss = id, []string{"other"}, []byte{1}
	unsubscribe := packets.NewControlPacket(packets.Unsubscribe).(*packets.UnsubscribePacket)
	unsubscribe.MessageID, unsubscribe.Topics = id, []string{"other"}
	publish := func(qos byte) packets.ControlPacket {
		packet := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
		packet.MessageID, packet.Qos, packet.TopicName = id, qos, "elsewhere"
		return packet
	}
	release := packets.NewControlPacket(packets.Pubrel).(*packets.PubrelPacket)
	release.MessageID = id
	for _, packet := range []packets.ControlPacket{subscribe, unsubscribe, publish(1), publish(2), publish(2), release, release} {
		packet.Write(m)
		answer := m.read()
		if answer.Details().MessageID != id {
			t.Errorf("%v\nis answered by %v", packet, answer)
		}
		if suback, ok := answer.(*packets.SubackPacket); ok && suback.ReturnCodes[0] != 1 {
			t.Errorf("SUBACK %x", suback.ReturnCodes)
		}
	}
	m.leaves()
	m, _ = d.enterKept(instanceID, "sub")
	again := m.read().(*packets.PublishPacket)
	if again.MessageID != id || !again.Dup {
		t.Errorf("in place of the message: %v", again)
	}
	m.acknowledge(packets.Puback, id)
	m.leaves()
	m, _ = d.enterKept(instanceID, "sub")
	if err := m.ping(); err != nil {
		t.Error(err)
	}
}

// TestExactlyOnce: a message with QoS 2 that is sent again is not delivered again until its id is released, though the client has been
// away meanwhile.
func TestExactlyOnce(t *testing.T) {
	d := openBroker(t, openHouse)
	receiver := d.enter(instanceID, "sub")
	receiver.subscribe("t")
	sender, _ := d.enterKept(instanceID, "pub")
	for _, payload := range []string{"1", "1 again", "2"} {
		if payload == "2" {
			sender.acknowledge(packets.Pubrel, 2)
			if answer := sender.read(); answer.Details().MessageID != 2 {
				t.Errorf("PUBREL is answered by %v", answer)
			}
		}
		if err := sender.publish("t", 2, []byte(payload)); err != nil {
			t.Fatal(err)
		}
		if answer := sender.read(); answer.Details().MessageID != 2 {
			t.Errorf("answer %v", answer)
		}
		sender.leaves()
		sender, _ = d.enterKept(instanceID, "pub")
	}
	for _, want := range []string{"1", "2"} {
		if got := receiver.read().(*packets.PublishPacket); string(got.Payload) != want {
			t.Errorf("got %s, want %s", got.Payload, want)
		}
	}
}
