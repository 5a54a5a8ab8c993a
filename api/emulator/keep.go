package emulator

import (
	"fmt"
	"strings"
	"sync/atomic"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"
)

// Bounds of the data held by sessions, in bytes: messages waiting to be read or acknowledged,
// counted for each receiver, and filters. Invented: broker-limits.
const (
	maxKept     = 16 << 20 // of all instances
	maxKeptEach = 4 << 20
	maxReceived = 1024 // ids of messages with QoS 2
)

// A session is the door's record of a client in addition to mochi's, also while it is away.
type session struct {
	received map[uint16]bool // ids of its unreleased messages with QoS 2
	kept     atomic.Int64
	filters  int64       // the filters' part of kept
	full     atomic.Bool // reported once
}

// sizeOf estimates a message's size, with mochi's overhead.
func sizeOf(pk packets.Packet) int64 { return int64(len(pk.Payload) + len(pk.TopicName) + 1<<10) }

func (v *visit) keep(size int64) {
	v.session.kept.Add(size)
	v.door.kept.Add(size)
}

// OnACLCheck bounds filters, and drops a message only for receivers without room.
func (*doorkeeper) OnACLCheck(client *mqtt.Client, topic string, write bool) bool {
	return isTopic(topic) && (write || client.Net.Conn.(*visit).hasRoom())
}

func (v *visit) hasRoom() bool {
	if v.session.kept.Load() < maxKeptEach && (v.door.kept.Load() < maxKept || v.door.tidy()) {
		return true
	}
	if !v.session.full.Swap(true) {
		v.refused("no room", fmt.Errorf("its session keeps %d bytes (limit %d), all sessions %d (limit %d): more messages and filters are dropped",
			v.session.kept.Load(), maxKeptEach, v.door.kept.Load(), maxKept))
	}
	return false
}

// tidy forgets sessions until the others have room, the longest away first.
func (b *BrokerServer) tidy() (fits bool) {
	for {
		b.mu.Lock()
		fits, oldest := b.weigh()
		if fits || oldest == nil {
			b.mu.Unlock()
			return fits
		}
		v := oldest.Net.Conn.(*visit)
		oldest.ClearInflights()
		b.brokers[v.instance].UnsubscribeClient(oldest)
		b.brokers[v.instance].Clients.Delete(oldest.ID)
		b.mu.Unlock()
		v.refused("no room", fmt.Errorf("its session, the longest unused, is dropped: at most %d sessions and %d bytes are kept", maxClients, maxKept))
	}
}

// weigh counts the sessions and their bytes, and finds the client which has been away longest.
func (b *BrokerServer) weigh() (fits bool, oldest *mqtt.Client) {
	sessions, kept := len(b.clients), int64(0)
	for _, broker := range b.brokers {
		for _, client := range broker.Clients.GetAll() {
			v := client.Net.Conn.(*visit)
			kept += v.session.kept.Load()
			if b.clients[v.client] == nil {
				sessions++
				if oldest == nil || v.left.Before(oldest.Net.Conn.(*visit).left) {
					oldest = client
				}
			}
		}
	}
	b.kept.Store(kept)
	return sessions <= maxClients && kept < maxKept, oldest
}

// OnQosPublish counts a message awaiting its acknowledgement. It removes the id of a message
// received with QoS 2 from mochi's map: session.received has it.
func (*doorkeeper) OnQosPublish(client *mqtt.Client, pk packets.Packet, _ int64, _ int) {
	switch {
	case pk.FixedHeader.Type == packets.Pubrec:
		client.State.Inflight.Delete(pk.PacketID)
		client.State.Inflight.IncreaseReceiveQuota()
	case pk.FixedHeader.Type == packets.Publish && !pk.FixedHeader.Dup:
		client.Net.Conn.(*visit).keep(sizeOf(pk))
	}
}

// acknowledged stops counting a message. After PUBREC, PUBREL takes its place.
func (v *visit) acknowledged(client *mqtt.Client, pk packets.Packet) {
	if sent, ok := client.State.Inflight.Get(pk.PacketID); ok {
		v.keep(-sizeOf(sent))
		if pk.FixedHeader.Type == packets.Pubrec {
			v.keep(sizeOf(pk))
		}
	}
}

// OnPublishDropped is called if too many messages wait for a client.
func (d *doorkeeper) OnPublishDropped(client *mqtt.Client, pk packets.Packet) {
	if min(pk.FixedHeader.Qos, d.broker.Topics.Subscribers(pk.TopicName).Subscriptions[client.ID].Qos) > 0 {
		client.Net.Conn.(*visit).keep(-sizeOf(pk))
	}
}

// OnSubscribed counts filters. Each level of a filter takes memory.
func (d *doorkeeper) OnSubscribed(client *mqtt.Client, pk packets.Packet, _ []byte) {
	d.OnUnsubscribed(client, pk)
}

// OnUnsubscribed is like OnSubscribed.
func (*doorkeeper) OnUnsubscribed(client *mqtt.Client, _ packets.Packet) {
	v, size := client.Net.Conn.(*visit), int64(0)
	for filter := range client.State.Subscriptions.GetAll() {
		size += int64(strings.Count(filter, "/")+2) << 9
	}
	v.keep(size - v.session.filters)
	v.session.filters = size
}
