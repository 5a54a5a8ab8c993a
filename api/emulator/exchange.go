package emulator

import (
	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"
)

// A session is what the door keeps of a client beside mochi, also while it is away.
type session struct {
	received map[uint16]bool // ids of its messages with QoS 2 that it has not released
}

// rename gives a packet a free id if the client chose its id. Client and broker choose theirs
// independently, but mochi has one map for both.
func (v *visit) rename(client *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	switch pk.FixedHeader.Type {
	case packets.Puback, packets.Pubrec, packets.Pubcomp:
		return pk, nil
	case packets.Pubrel:
		delete(v.session.received, pk.PacketID)
	}
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

// OnQosPublish takes the id of a message that came with QoS 2 out of mochi's map:
// session.received has it.
func (*doorkeeper) OnQosPublish(client *mqtt.Client, pk packets.Packet, _ int64, _ int) {
	if pk.FixedHeader.Type == packets.Pubrec {
		client.State.Inflight.Delete(pk.PacketID)
		client.State.Inflight.IncreaseReceiveQuota()
	}
}

// OnPublished is called when a message has been handed to its receivers.
func (*doorkeeper) OnPublished(sender *mqtt.Client, pk packets.Packet) {
	if v := sender.Net.Conn.(*visit); pk.FixedHeader.Qos == 2 {
		v.session.received[v.asked] = true
	}
}
