package workflow

import (
	"context"
	"net/netip"

	"mqttca/api/broker"
)

// A Connection is the result of connecting to the broker, also if a step failed.
type Connection struct {
	broker.TLSState
	Addresses []netip.Addr // of the broker's name
	Address   string       // the one called; "" if none answered
	Accepted  bool         // the broker sent CONNACK 0
}

// Probe connects without a client certificate, up to the broker's request for one.
func (i Instance) Probe(ctx context.Context, b broker.Broker) (Connection, error) {
	return i.connect(ctx, b, nil, broker.Login{})
}

// Connect connects as a device does, and disconnects.
func (i Instance) Connect(ctx context.Context, b broker.Broker, device broker.Device, login broker.Login) (Connection, error) {
	return i.connect(ctx, b, &device, login)
}

func (i Instance) connect(ctx context.Context, b broker.Broker, device *broker.Device, login broker.Login) (c Connection, err error) {
	if c.Addresses, err = during(i.Observer, Resolve, func() ([]netip.Addr, error) { return b.Resolve(ctx) }); err != nil {
		return c, err
	}
	for n, address := range c.Addresses {
		c.Addresses[n] = address.Unmap() // of IPv4
	}
	conn, err := during(i.Observer, Dial, func() (*broker.Conn, error) { return b.Dial(ctx) })
	if err != nil {
		return c, err
	}
	defer conn.Close()
	c.Address = conn.Address()
	_, err = during(i.Observer, Handshake, func() (any, error) { return nil, conn.Handshake(device) })
	c.TLSState = conn.TLSState
	if err != nil || device == nil {
		return c, err
	}
	_, err = during(i.Observer, SendConnect, func() (any, error) { return nil, conn.Connect(login) })
	c.Accepted = err == nil
	return c, err
}
