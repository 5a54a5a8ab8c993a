package workflow

import (
	"context"
	"net/netip"

	"mqttca/api/broker"
)

// A Visit is a device's way to the broker, as far as the device got.
type Visit struct {
	broker.Door
	Addresses []netip.Addr // of the broker's name
	Address   string       // the one called; "" if none answered
	In        bool         // the broker sent CONNACK 0
}

// Look goes as far as the broker's request for a client certificate, without one.
func (i Instance) Look(ctx context.Context, b broker.Broker) (Visit, error) {
	return i.visit(ctx, b, nil, broker.Login{})
}

// Visit connects as a device does, and disconnects.
func (i Instance) Visit(ctx context.Context, b broker.Broker, device broker.Device, login broker.Login) (Visit, error) {
	return i.visit(ctx, b, &device, login)
}

func (i Instance) visit(ctx context.Context, b broker.Broker, device *broker.Device, login broker.Login) (v Visit, err error) {
	if v.Addresses, err = during(i.Observer, Resolve, func() ([]netip.Addr, error) { return b.Resolve(ctx) }); err != nil {
		return v, err
	}
	for n, address := range v.Addresses {
		v.Addresses[n] = address.Unmap() // of IPv4
	}
	conn, err := during(i.Observer, Dial, func() (*broker.Conn, error) { return b.Dial(ctx) })
	if err != nil {
		return v, err
	}
	defer conn.Close()
	v.Address = conn.Address()
	_, err = during(i.Observer, Handshake, func() (any, error) { return nil, conn.Handshake(device) })
	v.Door = conn.Door
	if err != nil || device == nil {
		return v, err
	}
	_, err = during(i.Observer, SendConnect, func() (any, error) { return nil, conn.Connect(login) })
	v.In = err == nil
	return v, err
}
