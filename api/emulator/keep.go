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

// A session is what the broker keeps of a client, in addition to mochi's record. It outlasts the
// client's connection.
type session struct {
	received map[uint16]bool // ids of its unreleased messages with QoS 2
	kept     atomic.Int64
	filters  int64       // the filters' part of kept
	full     atomic.Bool // reported once
}

// sizeOf estimates a message's size, with mochi's overhead.
func sizeOf(pk packets.Packet) int64 { return int64(len(pk.Payload) + len(pk.TopicName) + 1<<10) }

func (c *connection) keep(size int64) {
	c.session.kept.Add(size)
	c.server.kept.Add(size)
}

// OnACLCheck bounds filters, and drops a message only for receivers without room.
func (*brokerHook) OnACLCheck(client *mqtt.Client, topic string, write bool) bool {
	return isTopic(topic) && (write || client.Net.Conn.(*connection).hasRoom())
}

func (c *connection) hasRoom() bool {
	if c.session.kept.Load() < maxKeptEach && (c.server.kept.Load() < maxKept || c.server.tidy()) {
		return true
	}
	if !c.session.full.Swap(true) {
		c.refused("no room", fmt.Errorf("its session keeps %d bytes (limit %d), all sessions %d (limit %d): more messages and filters are dropped",
			c.session.kept.Load(), maxKeptEach, c.server.kept.Load(), maxKept))
	}
	return false
}

// tidy drops sessions of absent clients until the rest is within the limits. It begins with the
// client that has been away longest.
func (b *BrokerServer) tidy() (fits bool) {
	for {
		b.mu.Lock()
		fits, oldest := b.weigh()
		if fits || oldest == nil {
			b.mu.Unlock()
			return fits
		}
		c := oldest.Net.Conn.(*connection)
		oldest.ClearInflights()
		b.brokers[c.instance].UnsubscribeClient(oldest)
		b.brokers[c.instance].Clients.Delete(oldest.ID)
		b.mu.Unlock()
		c.refused("no room", fmt.Errorf("its session, the longest unused, is dropped: at most %d sessions and %d bytes are kept", maxClients, maxKept))
	}
}

// weigh counts the sessions and their bytes, and finds the client which has been away longest.
func (b *BrokerServer) weigh() (fits bool, oldest *mqtt.Client) {
	sessions, kept := len(b.clients), int64(0)
	for _, broker := range b.brokers {
		for _, client := range broker.Clients.GetAll() {
			c := client.Net.Conn.(*connection)
			kept += c.session.kept.Load()
			if b.clients[c.client] == nil {
				sessions++
				if oldest == nil || c.left.Before(oldest.Net.Conn.(*connection).left) {
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
func (*brokerHook) OnQosPublish(client *mqtt.Client, pk packets.Packet, _ int64, _ int) {
	switch {
	case pk.FixedHeader.Type == packets.Pubrec:
		client.State.Inflight.Delete(pk.PacketID)
		client.State.Inflight.IncreaseReceiveQuota()
	case pk.FixedHeader.Type == packets.Publish && !pk.FixedHeader.Dup:
		client.Net.Conn.(*connection).keep(sizeOf(pk))
	}
}

// acknowledged stops counting a message. After PUBREC, PUBREL takes its place.
func (c *connection) acknowledged(client *mqtt.Client, pk packets.Packet) {
	if sent, ok := client.State.Inflight.Get(pk.PacketID); ok {
		c.keep(-sizeOf(sent))
		if pk.FixedHeader.Type == packets.Pubrec {
			c.keep(sizeOf(pk))
		}
	}
}

// OnPublishDropped is called if too many messages wait for a client.
func (d *brokerHook) OnPublishDropped(client *mqtt.Client, pk packets.Packet) {
	if min(pk.FixedHeader.Qos, d.broker.Topics.Subscribers(pk.TopicName).Subscriptions[client.ID].Qos) > 0 {
		client.Net.Conn.(*connection).keep(-sizeOf(pk))
	}
}

// OnSubscribed counts filters. Each level of a filter takes memory.
func (d *brokerHook) OnSubscribed(client *mqtt.Client, pk packets.Packet, _ []byte) {
	d.OnUnsubscribed(client, pk)
}

// OnUnsubscribed is like OnSubscribed.
func (*brokerHook) OnUnsubscribed(client *mqtt.Client, _ packets.Packet) {
	c, size := client.Net.Conn.(*connection), int64(0)
	for filter := range client.State.Subscriptions.GetAll() {
		size += int64(strings.Count(filter, "/")+2) << 9
	}
	c.keep(size - c.session.filters)
	c.session.filters = size
}
