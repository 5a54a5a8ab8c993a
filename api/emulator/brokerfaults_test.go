package emulator_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"mqttca/api/emulator"
)

// TestBrokerFaults lets one connection go wrong, and the next one in.
func TestBrokerFaults(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault emulator.Fault
		want  string // the error of the handshake, or with "CONNACK: " that of the answer
	}{
		{"reset before TLS", emulator.Fault{Kind: emulator.FaultReset, Operation: emulator.BrokerHandshake}, "reset"},
		{"reset after TLS", emulator.Fault{Kind: emulator.FaultReset, Operation: emulator.BrokerHandshake, AfterWork: true}, "CONNACK: reset"},
		{"reset after CONNECT", emulator.Fault{Kind: emulator.FaultReset, Operation: emulator.BrokerConnect}, "CONNACK: reset"},
		{"reset after CONNACK", emulator.Fault{Kind: emulator.FaultReset, Operation: emulator.BrokerConnect, AfterWork: true}, "CONNACK: 0, then reset"},
		{"hang before TLS", emulator.Fault{Kind: emulator.FaultHang, Operation: emulator.BrokerHandshake}, "hang"},
		{"hang after TLS", emulator.Fault{Kind: emulator.FaultHang, Operation: emulator.BrokerHandshake, AfterWork: true}, "CONNACK: hang"},
		{"hang after CONNECT", emulator.Fault{Kind: emulator.FaultHang, Operation: emulator.BrokerConnect}, "CONNACK: hang"},
		{"alert", emulator.Fault{Kind: emulator.FaultRefuse, Operation: emulator.BrokerHandshake, Code: "access_denied"}, "remote error: tls: access denied"},
		{"code", emulator.Fault{Kind: emulator.FaultRefuse, Operation: emulator.BrokerConnect, Code: "5"}, "CONNACK: 5"},
		{"code of nobody", emulator.Fault{Kind: emulator.FaultRefuse, Operation: emulator.BrokerConnect, Code: "200"}, "CONNACK: 200"},
		{"slow", emulator.Fault{Kind: emulator.FaultSlow, Operation: emulator.BrokerConnect}, "CONNACK: 0"},
		{"late", emulator.Fault{Kind: emulator.FaultLatency, Operation: emulator.BrokerHandshake, Delay: time.Millisecond}, "CONNACK: 0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.fault.Call = 1
			d := openBroker(t, func(o *emulator.Options) {
				openHouse(o)
				// A fault without an operation and a mixture do not affect the broker.
				o.Faults = []emulator.Fault{test.fault, {Kind: emulator.FaultReset, Call: 1000}}
			})
			d.pings = test.fault.AfterWork
			if got := d.fares(test.want); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
			if got := d.fares(""); got != "CONNACK: 0" {
				t.Errorf("the next: %q", got)
			}
		})
	}
}

// fares says in the words of the test how a connection goes. It is impatient only in the step that is to hang.
func (d *testBroker) fares(want string) string {
	const patience = time.Second / 2
	d.patience = map[bool]time.Duration{true: patience}[want == "hang"]
	device, err := d.knock(brokerName, nil, nil)
	if err != nil {
		return inWords(err)
	}
	if want == "CONNACK: hang" {
		device.SetReadDeadline(time.Now().Add(patience))
	}
	code, err := device.connect(nil)
	if err != nil {
		return "CONNACK: " + inWords(err)
	}
	if d.pings {
		err = device.ping()
	}
	if err != nil {
		return "CONNACK: 0, then " + inWords(err)
	}
	return fmt.Sprintf("CONNACK: %d", code)
}

// ping waits for the answer.
func (m mqttDevice) ping() error {
	if err := packets.NewControlPacket(packets.Pingreq).Write(m); err != nil {
		return err
	}
	_, err := packets.ReadPacket(m)
	return err
}

func inWords(err error) string {
	switch {
	case errors.Is(err, syscall.ECONNRESET):
		return "reset"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return "hang"
	case errors.Is(err, io.EOF):
		return "end"
	}
	return err.Error()
}
