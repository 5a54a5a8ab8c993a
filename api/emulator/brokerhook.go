package emulator

import (
	"fmt"
	"strings"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"
)

// A brokerHook decides for the broker of an instance who may connect, and bounds the requests of a
// client. Invented: topics.
type brokerHook struct {
	mqtt.HookBase
	broker *mqtt.Server
}

// Limits of topics, filters and subscriptions of a client.
const (
	maxTopic         = 128
	maxLevels        = 16
	maxSubscriptions = 30
)

// ID names the hook.
func (*brokerHook) ID() string { return "mqttca" }

// Provides makes mochi call all methods. Those of HookBase do nothing.
func (*brokerHook) Provides(byte) bool { return true }

// OnSessionEstablished is called after CONNACK.
func (*brokerHook) OnSessionEstablished(client *mqtt.Client, _ packets.Packet) {
	c := client.Net.Conn.(*connection)
	c.applyFault(c.met)
}

// OnConnectAuthenticate accepts each device admitted by OnPacketRead.
func (*brokerHook) OnConnectAuthenticate(*mqtt.Client, packets.Packet) bool { return true }

// isTopic checks the limits of a topic. Brokers reserve topics with a leading dollar sign.
func isTopic(topic string) bool {
	return topic != "" && len(topic) <= maxTopic && strings.Count(topic, "/") < maxLevels && topic[0] != '$'
}

// OnPacketRead judges CONNECT, since mochi would translate the codes of CONNACK, and topics. An
// error ends the connection.
func (d *brokerHook) OnPacketRead(client *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	c := client.Net.Conn.(*connection)
	for i, filter := range pk.Filters {
		pk.Filters[i].Filter = strings.Clone(filter.Filter) // mochi's string keeps the packet in memory
	}
	switch kind := pk.FixedHeader.Type; {
	case c.client == "":
		return d.welcome(c, pk)
	case kind == packets.Puback || kind == packets.Pubrec || kind == packets.Pubcomp:
		c.acknowledged(client, pk)
		return pk, nil
	case kind == packets.Publish && !(isTopic(pk.TopicName) && mqtt.IsValidFilter(pk.TopicName, true)):
		return pk, c.refused("PUBLISH", fmt.Errorf("topic %q is invalid: a topic has 1 to %d bytes and at most %d levels, no leading $ and no wildcards", pk.TopicName, maxTopic, maxLevels))
	case kind == packets.Subscribe && subscriptions(client, pk) > maxSubscriptions:
		return pk, c.refused("SUBSCRIBE", fmt.Errorf("a client has at most %d subscriptions", maxSubscriptions))
	case kind == packets.Pubrel:
		delete(c.session.received, pk.PacketID)
	}
	return c.rename(client, pk)
}

// subscriptions counts a client's subscriptions after a SUBSCRIBE.
func subscriptions(client *mqtt.Client, pk packets.Packet) int {
	all := client.State.Subscriptions.GetAll()
	for _, filter := range pk.Filters {
		all[filter.Filter] = filter
	}
	return len(all)
}

// welcome judges a CONNECT, and finds the client's session.
func (d *brokerHook) welcome(c *connection, pk packets.Packet) (packets.Packet, error) {
	if err := c.admit(pk); err != nil {
		return pk, err
	}
	// Drops the will, which the vendor's broker does not support, and the password.
	pk.Connect = packets.ConnectParams{
		ProtocolName: pk.Connect.ProtocolName, ClientIdentifier: strings.Clone(pk.Connect.ClientIdentifier), Keepalive: pk.Connect.Keepalive,
		Clean: pk.Connect.Clean,
	}
	c.session = &session{received: make(map[uint16]bool)}
	if before, known := d.broker.Clients.Get(pk.Connect.ClientIdentifier); known && !pk.Connect.Clean {
		c.session = before.Net.Conn.(*connection).session
		c.session.full.Store(false)
	}
	c.server.tidy()
	return pk, nil
}

// admit judges a CONNECT. If it refuses a well-formed one, it answers with CONNACK.
func (c *connection) admit(pk packets.Packet) error {
	l := login{pk.ProtocolVersion, pk.Connect.ClientIdentifier, string(pk.Connect.Username), string(pk.Connect.Password)}
	c.client = c.instance + " " + l.clientID
	code, reason := l.judge(c.server.service, c.instance)
	malformed := pk.ConnectValidate()
	switch {
	case code == 0 && malformed != packets.CodeSuccess:
		return c.refused("CONNECT", malformed)
	case c.applyFaults(BrokerConnect):
		return packets.ErrRejectPacket
	case code == 0 && c.server.enter(c):
		return nil
	case code == 0:
		code, reason = 3, fmt.Sprintf("the limit of %d clients is reached", maxClients)
	}
	err := c.refused("CONNECT", fmt.Errorf("CONNACK %d to client id %.64q: %s", code, l.clientID, reason))
	c.answer(code)
	return err
}

// answer refuses a CONNECT.
func (c *connection) answer(code byte) {
	_, _ = c.Write([]byte{packets.Connack << 4, 2, 0, code})
	_ = c.CloseWrite()
	c.sayGoodbye()
}

// rename replaces the packet id chosen by the client with a free one. Client and broker choose ids
// independently, but mochi has one map for both.
func (c *connection) rename(client *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	if c.asked = pk.PacketID; c.asked > 0 {
		id, err := client.NextPacketID()
		if err != nil {
			return pk, packets.ErrRejectPacket
		}
		pk.PacketID = uint16(id)
	}
	return pk, nil
}

// OnPacketEncode restores the client's id in mochi's answer.
func (*brokerHook) OnPacketEncode(client *mqtt.Client, pk packets.Packet) packets.Packet {
	switch pk.FixedHeader.Type {
	case packets.Puback, packets.Pubrec, packets.Pubcomp, packets.Suback, packets.Unsuback:
		pk.PacketID = client.Net.Conn.(*connection).asked
	case packets.Disconnect:
		pk.FixedHeader.Type = packets.Reserved // never sent: MQTT 3.1.1 brokers send no DISCONNECT
	}
	return pk
}

// OnPublish bounds messages with QoS 2, and never delivers one twice.
func (*brokerHook) OnPublish(sender *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	c := sender.Net.Conn.(*connection)
	switch {
	case pk.FixedHeader.Qos == 2 && c.session.received[c.asked]:
		return pk, packets.CodeSuccessIgnore
	case pk.FixedHeader.Qos == 2 && len(c.session.received) == maxReceived:
		c.raw.Close()
		return pk, c.refused("PUBLISH", fmt.Errorf("%d QoS 2 messages wait for PUBREL", maxReceived))
	}
	pk.TopicName = strings.Clone(pk.TopicName) // mochi's string keeps the received packet in memory
	return pk, nil
}

// OnPublished is called after a message is handed to its receivers.
func (*brokerHook) OnPublished(sender *mqtt.Client, pk packets.Packet) {
	if c := sender.Net.Conn.(*connection); pk.FixedHeader.Qos == 2 {
		c.session.received[c.asked] = true
	}
}
