package emulator

import (
	"fmt"
	"strings"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"
)

// rename gives a packet, whose id the client chose, a free one. Client and broker choose theirs
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

// OnPacketEncode has mochi answer with the id that the client chose.
func (*doorkeeper) OnPacketEncode(client *mqtt.Client, pk packets.Packet) packets.Packet {
	switch pk.FixedHeader.Type {
	case packets.Puback, packets.Pubrec, packets.Pubcomp, packets.Suback, packets.Unsuback:
		pk.PacketID = client.Net.Conn.(*visit).asked
	case packets.Disconnect:
		pk.FixedHeader.Type = packets.Reserved // which is not sent: no broker sends DISCONNECT in MQTT 3.1.1
	}
	return pk
}

// OnPublish bounds messages with QoS 2, and does not deliver one twice.
func (*doorkeeper) OnPublish(sender *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	v := sender.Net.Conn.(*visit)
	switch {
	case pk.FixedHeader.Qos == 2 && v.session.received[v.asked]:
		return pk, packets.CodeSuccessIgnore
	case pk.FixedHeader.Qos == 2 && len(v.session.received) == maxReceived:
		v.raw.Close()
		return pk, v.refused("PUBLISH", fmt.Errorf("%d messages with QoS 2 are not released", maxReceived))
	}
	pk.TopicName = strings.Clone(pk.TopicName) // mochi's holds on to the packet that came
	return pk, nil
}

// OnPublished is called when a message has been handed to its receivers.
func (*doorkeeper) OnPublished(sender *mqtt.Client, pk packets.Packet) {
	if v := sender.Net.Conn.(*visit); pk.FixedHeader.Qos == 2 {
		v.session.received[v.asked] = true
	}
}
