package emulator

import (
	"fmt"
	"strings"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"
)

// rename replaces the packet id chosen by the client with a free one. Client and broker choose ids
// independently, but mochi has one map for both.
func (v *visit) rename(client *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	if v.asked = pk.PacketID; v.asked > 0 {
		id, err := client.NextPacketID()
		if err != nil {
			return pk, packets.ErrRejectPacket
		}
		pk.PacketID = uint16(id)
	}
	return pk, nil
}

// OnPacketEncode restores the client's id in mochi's answer.
func (*doorkeeper) OnPacketEncode(client *mqtt.Client, pk packets.Packet) packets.Packet {
	switch pk.FixedHeader.Type {
	case packets.Puback, packets.Pubrec, packets.Pubcomp, packets.Suback, packets.Unsuback:
		pk.PacketID = client.Net.Conn.(*visit).asked
	case packets.Disconnect:
		pk.FixedHeader.Type = packets.Reserved // never sent: MQTT 3.1.1 brokers send no DISCONNECT
	}
	return pk
}

// OnPublish bounds messages with QoS 2, and never delivers one twice.
func (*doorkeeper) OnPublish(sender *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	v := sender.Net.Conn.(*visit)
	switch {
	case pk.FixedHeader.Qos == 2 && v.session.received[v.asked]:
		return pk, packets.CodeSuccessIgnore
	case pk.FixedHeader.Qos == 2 && len(v.session.received) == maxReceived:
		v.raw.Close()
		return pk, v.refused("PUBLISH", fmt.Errorf("%d QoS 2 messages wait for PUBREL", maxReceived))
	}
	pk.TopicName = strings.Clone(pk.TopicName) // mochi's string keeps the received packet in memory
	return pk, nil
}

// OnPublished is called after a message is handed to its receivers.
func (*doorkeeper) OnPublished(sender *mqtt.Client, pk packets.Packet) {
	if v := sender.Net.Conn.(*visit); pk.FixedHeader.Qos == 2 {
		v.session.received[v.asked] = true
	}
}
