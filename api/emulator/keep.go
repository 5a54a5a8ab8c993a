package emulator

import (
	"fmt"
	"strings"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"
)

// maxKept bounds the messages that wait to be read or acknowledged, of all instances and
// sessions, in bytes. A message counts once for each receiver. Invented: broker-limits.
const maxKept = 16 << 20

// sizeOf is what a message takes, with its place in the books of mochi.
func sizeOf(pk packets.Packet) int { return len(pk.Payload) + len(pk.TopicName) + 1<<10 }

// OnPublish refuses a message that there is no room for. With QoS 1 and 2 its sender is
// disconnected, since MQTT 3.1.1 has no other refusal (section 3.3.5).
func (d *doorkeeper) OnPublish(sender *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	receivers := d.broker.Topics.Subscribers(pk.TopicName).Subscriptions
	v := sender.Net.Conn.(*visit)
	if pk.FixedHeader.Qos == 2 && v.session.received[v.asked] {
		return pk, packets.CodeSuccessIgnore
	}
	if !v.door.reserve(sizeOf(pk) * len(receivers)) {
		v.refused("PUBLISH", fmt.Errorf("a message for %d clients finds no room: %d bytes are kept at most", len(receivers), maxKept))
		if pk.FixedHeader.Qos > 0 {
			v.raw.Close()
		}
		return pk, packets.ErrRejectPacket
	}
	for id := range receivers {
		if client, ok := d.broker.Clients.Get(id); ok && !client.Closed() {
			client.Net.Conn.(*visit).queued.Add(int64(sizeOf(pk)))
		}
	}
	pk.TopicName = strings.Clone(pk.TopicName) // mochi's holds on to the packet that came
	return pk, nil
}

// OnPublishDropped is called if too many messages wait for a client.
func (*doorkeeper) OnPublishDropped(client *mqtt.Client, pk packets.Packet) {
	client.Net.Conn.(*visit).queued.Add(-int64(sizeOf(pk)))
}

// OnPacketSent is called after a message has left the queue. One that is sent again did not
// stand there.
func (d *doorkeeper) OnPacketSent(client *mqtt.Client, pk packets.Packet, _ []byte) {
	if pk.FixedHeader.Type == packets.Publish && !pk.FixedHeader.Dup {
		d.OnPublishDropped(client, pk)
	}
}

// reserve takes room for a message. It counts only when its estimate, which never
// falls, has reached the limit.
func (b *BrokerServer) reserve(size int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.kept+size > maxKept {
		b.kept = 0
		for v := range b.visits {
			b.kept += int(v.queued.Load())
		}
		for _, broker := range b.brokers {
			for _, client := range broker.Clients.GetAll() {
				for _, pk := range client.State.Inflight.GetAll(false) {
					b.kept += sizeOf(pk)
				}
			}
		}
	}
	if b.kept+size > maxKept {
		return false
	}
	b.kept += size
	return true
}

// sessions counts the sessions that are open or kept.
func (b *BrokerServer) sessions() (count int) {
	for _, broker := range b.brokers {
		count += broker.Clients.Len()
	}
	return count
}
