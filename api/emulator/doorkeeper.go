package emulator

import (
	"fmt"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"
)

// A doorkeeper tells the broker of an instance who gets in, and bounds what a client may ask
// for. Invented: topics.
type doorkeeper struct {
	mqtt.HookBase
	broker *mqtt.Server
}

// The most that a client may subscribe to.
const (
	maxTopic         = 128
	maxSubscriptions = 30
)

// ID names the hook.
func (*doorkeeper) ID() string { return "door" }

// Provides reports which methods mochi is to call.
func (*doorkeeper) Provides(hook byte) bool {
	return hook == mqtt.OnConnectAuthenticate || hook == mqtt.OnACLCheck || hook == mqtt.OnPacketRead || hook == mqtt.OnSessionEstablished
}

// OnSessionEstablished is called when CONNACK has been sent.
func (*doorkeeper) OnSessionEstablished(client *mqtt.Client, _ packets.Packet) {
	v, _ := client.Net.Conn.(*visit)
	v.suffer(v.met)
}

// OnConnectAuthenticate lets in each device that OnPacketRead has admitted.
func (*doorkeeper) OnConnectAuthenticate(*mqtt.Client, packets.Packet) bool { return true }

// OnACLCheck bounds topics.
func (*doorkeeper) OnACLCheck(_ *mqtt.Client, topic string, _ bool) bool {
	return len(topic) <= maxTopic
}

// OnPacketRead judges CONNECT, since mochi would translate the codes of CONNACK, and counts
// subscriptions. An error ends the connection.
func (*doorkeeper) OnPacketRead(client *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	v, _ := client.Net.Conn.(*visit)
	if pk.FixedHeader.Type == packets.Connect && v.client == "" {
		pk.Connect.WillFlag = false // the vendor's broker has no wills
		return pk, v.admit(pk)
	}
	if pk.FixedHeader.Type == packets.Subscribe && client.State.Subscriptions.Len()+len(pk.Filters) > maxSubscriptions {
		v.refused("SUBSCRIBE", fmt.Errorf("a client has at most %d subscriptions", maxSubscriptions))
		return pk, packets.ErrRejectPacket
	}
	return pk, nil
}

// admit judges a CONNECT. It answers one that it refuses, unless it is malformed.
func (v *visit) admit(pk packets.Packet) error {
	l := login{pk.ProtocolVersion, pk.Connect.ClientIdentifier, string(pk.Connect.Username), string(pk.Connect.Password)}
	v.client = v.instance + " " + l.clientID
	code, reason := l.judge(v.door.service, v.instance)
	malformed := pk.ConnectValidate()
	switch {
	case code == 0 && malformed != packets.CodeSuccess:
		v.refused("CONNECT", malformed)
		return packets.ErrRejectPacket
	case v.meet(DoorConnect):
		return packets.ErrRejectPacket
	case code == 0 && v.door.enter(v):
		return nil
	case code == 0:
		code, reason = busy, fmt.Sprintf("%d clients are connected", maxClients)
	}
	v.refused("CONNECT", fmt.Errorf("CONNACK %d to client id %q: %s", code, l.clientID, reason))
	v.answer(code)
	return packets.ErrRejectPacket
}

// answer refuses a CONNECT.
func (v *visit) answer(code connack) {
	_, _ = v.Write([]byte{packets.Connack << 4, 2, 0, byte(code)})
	_ = v.CloseWrite()
	v.sayGoodbye()
}
